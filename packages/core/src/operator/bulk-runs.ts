// Changes to all jobs of a place: call after call, each bounded, until as many are done as there were when it began.
import { OptionsError } from '../errors.js';
import {
  clearOptions,
  moveOptions,
  promoteOptions,
  type BulkOutcome,
  type ClearOptions,
  type MoveOptions,
  type PromoteOptions,
} from './operator-options.js';
import type { BulkStep, QueueAdmin, QueueDepth } from './queue-admin.js';

/** Makes all delayed jobs due. @throws OptionsError. */
export async function promoteAll(admin: QueueAdmin, queue: string, options: PromoteOptions): Promise<BulkOutcome> {
  const { most = Infinity, dryRun, onProgress } = promoteOptions.check(options);
  const { delayed } = await admin.depth(queue);
  const matched = Math.min(delayed, most);
  if (dryRun) return { matched, done: 0, left: 0 };
  return repeated(matched, onProgress, (span) => admin.promote(queue, span));
}

/** Removes all jobs of a place. @throws OptionsError. */
export async function clear(admin: QueueAdmin, queue: string, options: ClearOptions): Promise<BulkOutcome> {
  const { place, olderThanMs, most = Infinity, dryRun, onProgress } = clearOptions.check(options);
  if (place !== 'acked' && options.olderThanMs !== undefined) throw onlyOfAcked(place);
  const depth = await admin.depth(queue);
  const untilMs = place === 'acked' ? depth.readAtMs - olderThanMs : undefined;
  const found = untilMs === undefined ? countIn(depth, place) : await admin.ackedUntil(queue, untilMs);
  const matched = Math.min(found, most);
  if (dryRun) return { matched, done: 0, left: 0 };
  const outcome = await repeated(matched, onProgress, async ({ limit }) => ({
    done: await admin.clear(queue, { place, untilMs, limit }),
    left: 0,
  }));
  return { ...outcome, left: Math.max(0, matched - outcome.done) };
}

/** Moves all jobs of a place to another queue. @throws OptionsError, EngineFeatureError. */
export async function moveAll(
  admin: QueueAdmin,
  { queue, to }: { readonly queue: string; readonly to: string },
  options: MoveOptions,
): Promise<BulkOutcome> {
  const { place, most = Infinity, dryRun, onProgress } = moveOptions.check(options);
  if (queue === to) throw sameQueue(queue);
  const matched = Math.min(countIn(await admin.depth(queue), place), most);
  if (dryRun) return { matched, done: 0, left: 0 };
  return repeated(matched, onProgress, (span) => admin.move(queue, to, { ...span, place }));
}

interface Span {
  readonly offset: number;
  readonly limit: number;
}

/** What is left stands before the others from then on, and is passed over. What comes meanwhile is not waited for. */
async function repeated(
  matched: number,
  onProgress: ((done: number) => void) | undefined,
  step: (span: Span) => Promise<BulkStep>,
): Promise<BulkOutcome> {
  let [done, left] = [0, 0];
  while (done + left < matched) {
    const limit = Math.min(JOBS_PER_CALL, matched - done - left);
    const change = await step({ offset: left, limit });
    if (change.done + change.left === 0) break;
    done += change.done;
    left += change.left;
    onProgress?.(done);
  }
  return { matched, done, left };
}

/** Some milliseconds of the server's time at most. */
const JOBS_PER_CALL = 100;

function countIn(depth: QueueDepth, place: 'waiting' | 'delayed' | 'acked' | 'deadLettered'): number {
  return place === 'deadLettered' ? depth.deadLetters : depth[place];
}

function onlyOfAcked(place: string): OptionsError {
  const message = `expected olderThanMs with acked jobs alone, got it with ${place} ones, which have not ended: leave it out`;
  return new OptionsError([{ option: 'olderThanMs', message }]);
}

function sameQueue(queue: string): OptionsError {
  const message = `expected another queue to move jobs of ${queue} to, got the same`;
  return new OptionsError([{ option: 'to', message }]);
}
