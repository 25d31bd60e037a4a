// Many jobs of a queue at a time: made due, removed, moved to another. Each call of a script is bounded, so that others get their turn.
import type { BulkStep, ClearSpan, JobSpan, MoveSpan } from '../../../../operator/queue-admin.js';
import type { ScriptClient } from '../../connection/redis-script.js';
import type { QueueKeys } from '../queue-keys.js';
import { scripts } from '../scripts/scripts.js';
import { makeDueByRate, type QueueContext } from './depths.js';
import { listJobs } from './listing.js';

/**
 * One call for each job, all of them at once. What keeps a schedule going has an id that BullMQ makes.
 */
export async function promoteJobs(
  client: ScriptClient,
  context: QueueContext,
  span: Omit<JobSpan, 'place'>,
): Promise<BulkStep> {
  const { jobs } = await listJobs(client, context, { ...span, place: 'delayed' });
  const due = jobs.filter(({ id }) => !id.startsWith(RUN_OF_SCHEDULE));
  const made = await Promise.all(due.map(({ id }) => makeDueByRate(client, context.keys, id)));
  const countOf = (outcome: (typeof made)[number]) => made.filter((each) => each === outcome).length;
  // One that another made due has gone from the list, too.
  return { done: countOf('due'), left: jobs.length - due.length + countOf('left') };
}

const RUN_OF_SCHEDULE = 'repeat:';

/** Resolves with how many were removed. */
export async function clearJobs(client: ScriptClient, keys: QueueKeys, span: ClearSpan): Promise<number> {
  const { place, untilMs = ANY_TIME, limit } = span;
  let removed = 0;
  for (const part of PARTS[place]) {
    if (removed >= limit) break;
    const args = [keys.prefix, part, untilMs, limit - removed];
    removed += Number(await scripts.clear.run(client, keys.channel, args));
  }
  return removed;
}

const PARTS: Readonly<Record<ClearSpan['place'], readonly string[]>> = {
  waiting: ['wait', 'paused', 'prioritized'],
  delayed: ['delayed'],
  acked: ['completed'],
};

/** BullMQ compares times as texts. */
const ANY_TIME = Number.MAX_SAFE_INTEGER;

/** The queues are to lie in one slot. */
export async function moveJobs(
  client: ScriptClient,
  context: QueueContext,
  { to, ...span }: MoveSpan & { readonly to: QueueKeys },
): Promise<BulkStep> {
  const { keys } = context;
  const { jobs } = await listJobs(client, context, span);
  if (jobs.length === 0) return { done: 0, left: 0 };
  const args = [keys.prefix, to.prefix, span.place, ...jobs.map(({ id }) => id)];
  const moved = (await scripts.move.run(client, keys.channel, args)) as readonly number[];
  const done = moved.filter((each) => each === 1).length;
  return { done, left: jobs.length - done };
}
