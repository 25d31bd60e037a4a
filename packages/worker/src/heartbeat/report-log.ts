// What a heartbeat thread reports, as the worker's log has it.
import type { GuardedLog } from '@acktor/core/internal';
import type { HeartbeatReport } from './heartbeat-protocol.js';

export interface ReportLog {
  readonly log: GuardedLog;
  readonly worker: string;
  readonly leaseMs: number;
}

export function logReport(
  report: Exclude<HeartbeatReport, { type: 'cancel' }>,
  { log, worker, leaseMs }: ReportLog,
): void {
  switch (report.type) {
    case 'started':
      if (!report.hasPresence) log.warn({ worker }, noPresence(leaseMs));
      return;
    case 'failed':
      // Whoever started it tells of it, and what is done about it.
      return;
    case 'returned':
      return log.warn({ worker, jobs: report.jobIds }, 'jobs whose worker died or whose lease expired were given back');
    case 'forgotten':
      return log.error({ worker }, FORGOTTEN);
    case 'refused':
      return log.error({ worker, reason: report.reason }, 'the heartbeat fails; dead workers go unnoticed');
    case 'unseen':
      return log.warn({ worker, reason: report.reason }, UNSEEN);
    case 'dropped':
      return log.warn({ worker, count: report.count, last: report.last }, DROPPED);
    case 'hangs':
      return log.error(
        { worker, forMs: report.forMs },
        'the main thread is blocked for too long; its leases are let go',
      );
    case 'hangs.over':
      return log.warn({ worker }, 'the main thread moves again');
  }
}

const FORGOTTEN =
  'the server has lost its data (FLUSHALL, FLUSHDB, or a restart without its file): the jobs that it held are gone, and ' +
  'what handlers still do of them cannot be acked; new jobs are consumed as before';

const DROPPED =
  'messages on the channels of the queues and the fleet were dropped: they are of no form that is known, or cancel what is not ' +
  'cancelled in the store; somebody else publishes there, or a newer version';

const UNSEEN = 'the server refuses the channels of the fleet: `acktor workers` and dashboards do not see this worker';

function noPresence(leaseMs: number): string {
  return (
    'this server cannot tell when a worker dies (sharded pub/sub is missing, forbidden, or a proxy hides it): ' +
    `a killed worker's jobs come back when their leases expire, after ${leaseMs} ms`
  );
}
