// Jobs that were fetched and are not to be handled: runs of schedules that give way, and jobs that have expired. What is asked for in their place.
import { BrokerReplyError } from '../../../broker-errors.js';
import type { ChannelReply, ChannelRequest, FetchedJob, LeasedJob } from '../../../work-queue.js';
import type { ConnectionGuard } from '../../connection/connection-guard.js';
import type { WithheldRun } from '../schedules/continuing.js';
import { serverNowMs } from '../server-time.js';
import { forgottenOnceDead, removedOnceAcked, ticketOf } from './leased-record.js';

/**
 * Why a job is not handled now: as a run of a schedule, or because it has expired, and is a dead letter (`expired`) or to be gone without one
 * (`dropped`).
 */
export type Withheld = WithheldRun | { readonly kind: 'expired' | 'dropped'; readonly reason: string };

export type JobReply = ChannelReply & { readonly fetched: { readonly kind: 'job'; readonly job: LeasedJob } };

/**
 * Those of the jobs that have expired: nothing has begun them, but for workers that lost them. By the server's clock, which is asked only
 * where a job can expire. @throws ConnectionLostError.
 */
export async function expiredAmong(
  guard: ConnectionGuard,
  jobs: readonly LeasedJob[],
): Promise<ReadonlyMap<LeasedJob, Withheld>> {
  const found = new Map<LeasedJob, Withheld>();
  const waited = jobs.filter(
    ({ record }) => record.expiresAtMs !== undefined && record.deliveries === record.leasesLost + 1,
  );
  if (waited.length === 0) return found;
  const nowMs = await guard.run(serverNowMs);
  for (const job of waited) {
    const { expiresAtMs = Infinity } = job.record;
    if (expiresAtMs > nowMs) continue;
    const reason = `expired: the job was to be begun by ${new Date(expiresAtMs).toISOString()}, and nothing had fetched it`;
    found.set(job, { kind: ticketOf(job).own.isDroppedWhenExpired ? 'dropped' : 'expired', reason });
  }
  return found;
}

/** What the server refuses now it may do later: the run waits for that, so that its schedule does not end. */
export function requestInstead(job: LeasedJob, why: Withheld | undefined, worker: string): readonly ChannelRequest[] {
  if (why === undefined || why.kind === 'unreadable' || why.kind === 'expired') return [];
  const { reason } = why;
  const { attemptsMade, deliveries: fence } = job.record;
  const fetch = job.leaseToken;
  if (why.kind === 'dropped') {
    const settlement = { kind: 'deadLetter', failure: { reason, stack: undefined } } as const;
    return [{ settle: { job: forgottenOnceDead(job), settlement }, fetch }];
  }
  if (why.kind === 'skipped')
    return [{ settle: { job: removedOnceAcked(job), settlement: { kind: 'ack', result: 'null' } }, fetch }];
  const attempt = { attempt: attemptsMade + 1, fence, worker, end: 'requeued', reason } as const;
  const settlement = { kind: 'requeue', afterMs: PAUSE_MS, reason } as const;
  return [{ settle: { job, settlement, attempt }, fetch }];
}

/** What is handed out of a job that is withheld, and nothing else fetched for; undefined where something is. */
export function handedOut(job: LeasedJob, { kind, reason }: Withheld): FetchedJob | undefined {
  if (kind === 'unreadable') return { kind, job, reason };
  // The worker that has it makes the dead letter, for its listeners.
  return kind === 'expired' ? { kind: 'job', job: { ...job, record: { ...job.record, poisoned: reason } } } : undefined;
}

export function errorOf({ kind, reason }: Withheld): Error | undefined {
  return kind === 'refused' ? new BrokerReplyError('the script of schedules', reason) : undefined;
}

/** Until a run is fetched again that could not be handled. */
const PAUSE_MS = 1_000;
