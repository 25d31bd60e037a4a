// Adds the next run of each schedule whose run was fetched, as BullMQ's worker does: the worker that fetches a run adds the next one, before it is
// handled. A worker that dies in between leaves the run leased, so that the one to which it is given back adds what is missing.
import { Calendar } from '../../../../schedules/calendar.js';
import { errorReason } from '../../../../foreign-text/error-text.js';
import { ConnectionLostError, BrokerReplyError } from '../../../broker-errors.js';
import type { LeasedJob } from '../../../work-queue.js';
import type { ConnectionGuard } from '../../connection/connection-guard.js';
import { ticketOf } from '../channel/leased-record.js';
import type { QueueKeys } from '../queue-keys.js';
import { scripts } from '../scripts/scripts.js';
import { serverNowMs } from '../server-time.js';
import { isMissed, nextRun, readRunOptions, type FoundAt, type NextRun } from './repeat-options.js';

/** The queue, and how it is reached. */
export interface ContinuingDeps {
  readonly guard: ConnectionGuard;
  readonly keys: QueueKeys;
}

/**
 * Why a run is not handled now: nothing can find the time of the next one, the server refused to add it, it is missed, or an earlier run is
 * under way, for which it waits (`queued`) or is passed over (`skipped`).
 */
export interface WithheldRun {
  readonly kind: 'unreadable' | 'refused' | 'queued' | 'skipped';
  readonly reason: string;
}

/**
 * Adds the next runs. Resolves with the runs that are not to be handled now, and why. May be repeated: the script adds a run only while the schedule's last
 * is the one that was fetched.
 * @throws ConnectionLostError when the connection breaks first: some may have been added.
 */
export async function continueSchedules(
  { guard, keys }: ContinuingDeps,
  jobs: readonly LeasedJob[],
): Promise<ReadonlyMap<LeasedJob, WithheldRun>> {
  const withheld = new Map<LeasedJob, WithheldRun>();
  try {
    const found: FoundAt = { calendar: await Calendar.load(), nowMs: Math.floor(await guard.run(serverNowMs)) };
    const runs = jobs.flatMap((job) => planned(job, found, withheld));
    if (runs.length === 0) return withheld;
    const entries = runs.flatMap(entryOf);
    const answer = await guard.run((client) =>
      scripts.continueSchedules.run(client, keys.schedules, [keys.prefix, ...entries]),
    );
    if (!Array.isArray(answer)) throw new BrokerReplyError('the script of schedules');
    for (const [i, run] of runs.entries()) {
      const reply: unknown = answer[i];
      if (typeof reply === 'string') withheld.set(run.job, { kind: 'refused', reason: reply });
      else if (Array.isArray(reply) && reply.length > 0)
        await overlapped(run, reply as readonly string[], { guard, keys, withheld });
    }
  } catch (error) {
    if (error instanceof ConnectionLostError) throw error;
    for (const job of jobs) if (!withheld.has(job)) withheld.set(job, { kind: 'refused', reason: errorReason(error) });
  }
  return withheld;
}

interface PlannedRun {
  readonly job: LeasedJob;
  readonly overlap: string | undefined;
  /** Undefined where it is the last one. */
  readonly next: NextRun | undefined;
}

interface OverlapDeps extends ContinuingDeps {
  readonly withheld: Map<LeasedJob, WithheldRun>;
}

/** Earlier runs are under way: the run waits, is passed over, or has them cancelled. */
async function overlapped({ job, overlap }: PlannedRun, earlier: readonly string[], deps: OverlapDeps): Promise<void> {
  const { guard, keys, withheld } = deps;
  const reason = 'an earlier run of its schedule is under way';
  if (withheld.has(job)) return;
  if (overlap === 'skip' && job.record.deliveries === 1) withheld.set(job, { kind: 'skipped', reason });
  // What was begun before is not dropped: its attempt comes later.
  else if (overlap === 'skip' || overlap === 'queue') withheld.set(job, { kind: 'queued', reason });
  else
    for (const id of earlier) {
      const args = [keys.prefix, id, 'the next run of its schedule has begun', keys.control];
      await guard.run((client) => scripts.cancel.run(client, keys.channel, args));
    }
}

function planned(job: LeasedJob, found: FoundAt, withheld: Map<LeasedJob, WithheldRun>): readonly PlannedRun[] {
  try {
    const options = readRunOptions(ticketOf(job).own.scheduled ?? '');
    const next = nextRun(options, job.record.slot?.atMs ?? 0, found);
    const { overlap, missed } = options.repeat;
    if (missed === 'skip' && job.record.deliveries === 1 && isMissed(options, job.record.slot?.atMs ?? 0, found))
      withheld.set(job, { kind: 'skipped', reason: 'the time after it has passed, too' });
    return next === undefined && overlap === undefined ? [] : [{ job, overlap, next }];
  } catch (error) {
    const reason = `the next run of its schedule cannot be found: ${errorReason(error)}`;
    withheld.set(job, { kind: 'unreadable', reason });
    return [];
  }
}

function entryOf({ job, overlap, next }: PlannedRun): readonly (string | number)[] {
  const { id, slot } = job.record;
  const asks = overlap === undefined ? '0' : '1';
  if (next === undefined) return [slot?.schedule ?? '', id, '', '', asks];
  return [slot?.schedule ?? '', id, next.atMs ?? 0, JSON.stringify(next.options), asks];
}
