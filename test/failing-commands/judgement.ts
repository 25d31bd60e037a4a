// What must hold after a call in which something was wrong: each job is in one place, and what was refused has changed nothing.
import type { Snapshot, Survey, TrialEnd } from './trial-server.js';

/** The state before, with its fault; what the call leaves when nothing is wrong; what it has left; and the key that was spoilt. */
export interface Trial {
  readonly before: Survey;
  readonly sound: Survey;
  readonly after: TrialEnd;
  readonly spoilt?: string;
}

/** What is wrong, in words; empty when nothing is. */
export function faultsOf(trial: Trial): readonly string[] {
  return [...misplaced(trial), ...halfWritten(trial)];
}

/** A job in the place of a part of its queue may have been moved to another id. */
function misplaced({ before, sound, after, spoilt = '' }: Trial): readonly string[] {
  const jobs = new Set([...Object.keys(before.places), ...Object.keys(sound.places)]);
  return [...jobs].flatMap((job) => {
    const places = Object.entries(after.places).flatMap(([found, lists]) => (isThat(found, job) ? lists : []));
    const isAdded = before.places[job] === undefined;
    // Its list, or its record, is what was spoilt.
    if (places.length === 1 || job === spoilt || (isAdded && before.digests[job] !== undefined)) return [];
    const isGone = after.digests[job] === undefined;
    // A schedule that is another has another run to come.
    const mayBeGone = isGone && (isAdded || sound.digests[job] === undefined || SCHEDULE.test(spoilt));
    if (places.length === 0 && mayBeGone) return [];
    return [`${job} is in ${places.length === 0 ? 'no list' : places.join(' and ')}`];
  });
}

const SCHEDULE = /:repeat:[^:]+$/;

/** Whether it is that job, or that job moved out of the place of a part of its queue. */
function isThat(found: string, job: string): boolean {
  return (
    found === job || (found.startsWith(`${job}-misplaced`) && /^(-\d+)?$/.test(found.slice(`${job}-misplaced`.length)))
  );
}

/** What the reaper notes of its own turns. */
const NOTES = /:acktor:(turn|last-turn|suspects)$/;

/** The keys that moving a job out of the place of a part changes, which a call does before it finds anything else wrong. */
function movedOut(added: readonly string[]): readonly RegExp[] {
  return added.flatMap((key) => {
    const [, part] = /^(.+:[a-z-]+)-misplaced(-\d+)?$/.exec(key) ?? [];
    return part === undefined
      ? []
      : [new RegExp(`^(${part}(-misplaced(-\\d+)?)?(:logs)?|test:(q|other):(wait|marker))$`)];
  });
}

function halfWritten({ before, sound, after, spoilt = '' }: Trial): readonly string[] {
  // An id whose record is something else is no job: a fetch that comes upon it drops it by and by.
  const isRecord = before.places[spoilt] !== undefined || sound.places[spoilt] !== undefined;
  if (isRecord || !isRefused(after.reply)) return [];
  const keys = new Set([...Object.keys(before.digests), ...Object.keys(after.digests)]);
  const moved = movedOut([...keys].filter((key) => before.digests[key] === undefined));
  const isExpected = (key: string) => NOTES.test(key) || moved.some((isOfIt) => isOfIt.test(key));
  const changed = [...keys].filter((key) => before.digests[key] !== after.digests[key] && !isExpected(key));
  return changed.length === 0 ? [] : [`refused, and ${changed.join(', ')} changed`];
}

/** Whether nothing of the call was done: it failed as a whole, or each of its entries did. */
function isRefused(reply: unknown): boolean {
  if (reply instanceof Error) return true;
  if (!Array.isArray(reply)) return false;
  // Of a publish, to all of its queues.
  if (reply[0] === 'refused' || reply[0] === 'full') return true;
  const entries: unknown = Array.isArray(reply[0]) ? reply[0] : reply;
  return Array.isArray(entries) && entries.length > 0 && entries.every((entry) => isFailure(entry));
}

function isFailure(entry: unknown): boolean {
  return (
    Array.isArray(entry) &&
    entry.length === 1 &&
    typeof entry[0] === 'string' &&
    /ERR|WRONGTYPE|NOPERM|key|command/.test(entry[0])
  );
}

/**
 * Commands that put what cannot be right at a key, in each way: a value of another kind (a job's record, or a list where the queue keeps a record), and
 * a text where it keeps a number.
 */
export function spoilings(key: string, snapshot: Snapshot, kind: string): readonly (readonly (readonly string[])[])[] {
  const other = kind === 'hash' ? ['RPUSH', key, 'x'] : ['HSET', key, 'name', 'x', 'data', '{}', 'timestamp', '1'];
  const emptied = snapshot.some((each) => each.key === key) ? [['DEL', key]] : [];
  const wrongs = kind === 'string' ? [other, ['SET', key, 'no number']] : [other];
  return wrongs.map((wrong) => [...emptied, wrong]);
}
