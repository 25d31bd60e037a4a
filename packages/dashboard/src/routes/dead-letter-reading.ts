// Dead letters in groups by reason, and in pages. Both read a bounded number of letters.
import type { DeadLetter, DeadLetters } from '@acktor/core';
import type { DeadSummary } from '@acktor/core/engine';
import { RequestError } from '../errors.js';
import type { DeadLetterGroup, DeadLetterPage } from '../protocol/requests.js';

/** The most letters that are read for one answer. */
const MOST_READ = 10_000;
const PAGE_LENGTH = 50;

/** A group as it is read once for all callers: how many of it are fresh differs between them. */
export interface ReadGroup extends Omit<DeadLetterGroup, 'freshCount'> {
  /** When each of them died, the last first. */
  readonly diedAtMs: readonly number[];
}

/** A group for a caller who has seen the letters that died until then. */
export function groupSince({ diedAtMs, ...group }: ReadGroup, sinceMs: number): DeadLetterGroup {
  return { ...group, freshCount: diedAtMs.filter((atMs) => atMs > sinceMs).length };
}

/** The groups of a queue by reason, the largest first. Of very many letters only the newest are counted: `isCountPartial` says so. */
export async function groupsOf(queue: string, letters: DeadLetters): Promise<readonly ReadGroup[]> {
  const died = new Map<string, number[]>();
  let read = 0;
  for await (const { reason, deadAtMs } of letters.summaries({ limit: MOST_READ })) {
    read += 1;
    const times = died.get(reason) ?? [];
    died.set(reason, times);
    times.push(deadAtMs);
  }
  const isCountPartial = read === MOST_READ && (await letters.count()) > read;
  const all = [...died].map(([reason, diedAtMs]) => groupOf({ queue, reason, diedAtMs, isCountPartial }));
  return all.toSorted((one, other) => other.count - one.count);
}

/**
 * A page of letters, those that died last first.
 *
 * @param reason only letters with this reason. When few of many have it, a page may be short or empty without being the last.
 * @throws RequestError ACKTOR_BAD_REQUEST for an invalid cursor.
 */
export async function deadLetterPage(
  letters: DeadLetters,
  { reason, cursor }: { readonly reason: string | undefined; readonly cursor: string | undefined },
): Promise<DeadLetterPage> {
  const found: DeadSummary[] = [];
  let read = 0;
  let end: Position | undefined;
  for await (const { letter, position } of eachAfter(positionOf(cursor), letters)) {
    read += 1;
    if (reason === undefined || letter.reason === reason) found.push(letter);
    if (found.length < PAGE_LENGTH && read < MOST_READ) continue;
    end = position;
    break;
  }
  const full = await Promise.all(found.map(({ id }) => letters.get(id)));
  const deadLetters = full.flatMap((letter) => (letter === undefined ? [] : [lineOf(letter)]));
  return { deadLetters, cursor: end && `${end.untilMs}.${end.passed}` };
}

/** A position in the list: after the first `passed` letters of those that died at `untilMs`. */
interface Position {
  readonly untilMs: number;
  readonly passed: number;
}

const TOP: Position = { untilMs: Infinity, passed: 0 };

function positionOf(cursor: string | undefined): Position {
  if (cursor === undefined) return TOP;
  const [, untilMs, passed] = /^(\d{1,16})\.(\d{1,9})$/.exec(cursor) ?? [];
  if (passed === undefined) throw new RequestError(400, 'ACKTOR_BAD_REQUEST', 'expected the cursor of the page before');
  return { untilMs: Number(untilMs), passed: Number(passed) };
}

async function* eachAfter(
  after: Position,
  letters: DeadLetters,
): AsyncGenerator<{ letter: DeadSummary; position: Position }> {
  let toPass = after.passed;
  let { untilMs, passed } = after;
  const until = after === TOP ? undefined : new Date(after.untilMs);
  for await (const letter of letters.summaries({ until })) {
    if (letter.deadAtMs === after.untilMs && toPass > 0) {
      toPass -= 1;
      continue;
    }
    passed = letter.deadAtMs === untilMs ? passed + 1 : 1;
    untilMs = letter.deadAtMs;
    yield { letter, position: { untilMs, passed } };
  }
}

function groupOf(group: Pick<ReadGroup, 'queue' | 'reason' | 'diedAtMs' | 'isCountPartial'>): ReadGroup {
  const [lastAtMs = 0, firstAtMs = 0] = [group.diedAtMs[0], group.diedAtMs.at(-1)];
  return { ...group, count: group.diedAtMs.length, firstAtMs, lastAtMs };
}

function lineOf(letter: DeadLetter): DeadLetterPage['deadLetters'][number] {
  const { queue, id, jobName: name, attemptsMade, deliveries, reason } = letter;
  const [sentAtMs, diedAtMs] = [letter.sentAt.getTime(), letter.deadAt.getTime()];
  return { queue, id, name, place: 'deadLettered', sentAtMs, attemptsMade, deliveries, reason, diedAtMs };
}
