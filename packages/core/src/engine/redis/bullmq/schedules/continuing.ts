// Adds the next run of each schedule whose run was fetched, as BullMQ's worker does: whoever fetches a run adds the next one, before it is
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
import { nextRun, readRunOptions, type FoundAt, type NextRun } from './repeat-options.js';

/** The queue, and how it is reached. */
export interface ContinuingDeps {
  readonly guard: ConnectionGuard;
  readonly keys: QueueKeys;
}

/** Why a run is not handled now: nothing can find the time of the next one, or the server refused to add it. */
export interface WithheldRun {
  readonly kind: 'unreadable' | 'refused';
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
    const entries = runs.flatMap(({ job, next }) => entryOf(job, next));
    const answer = await guard.run((client) =>
      scripts.continueSchedules.run(client, keys.schedules, [keys.prefix, ...entries]),
    );
    if (!Array.isArray(answer)) throw new BrokerReplyError('the script of schedules');
    runs.forEach(({ job }, i) => {
      const fault: unknown = answer[i];
      if (typeof fault === 'string') withheld.set(job, { kind: 'refused', reason: fault });
    });
  } catch (error) {
    if (error instanceof ConnectionLostError) throw error;
    for (const job of jobs) if (!withheld.has(job)) withheld.set(job, { kind: 'refused', reason: errorReason(error) });
  }
  return withheld;
}

interface PlannedRun {
  readonly job: LeasedJob;
  readonly next: NextRun;
}

function planned(job: LeasedJob, found: FoundAt, withheld: Map<LeasedJob, WithheldRun>): readonly PlannedRun[] {
  try {
    const next = nextRun(readRunOptions(ticketOf(job).own.scheduled ?? ''), job.record.slot?.atMs ?? 0, found);
    return next === undefined ? [] : [{ job, next }];
  } catch (error) {
    const reason = `the next run of its schedule cannot be found: ${errorReason(error)}`;
    withheld.set(job, { kind: 'unreadable', reason });
    return [];
  }
}

function entryOf({ record: { id, slot } }: LeasedJob, { atMs, options }: NextRun): readonly (string | number)[] {
  return [slot?.schedule ?? '', id, atMs ?? 0, JSON.stringify(options)];
}
