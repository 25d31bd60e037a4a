// One report of several turns of the reaper.
import type { ReapReport } from './pulse.js';

/** What the turns that succeeded saw and did, and what went wrong with the others. @throws the first fault, when all failed. */
export function joinedReport(turns: readonly PromiseSettledResult<ReapReport>[]): ReapReport {
  const reports = turns.flatMap((turn) => (turn.status === 'fulfilled' ? [turn.value] : []));
  const faults = turns.flatMap((turn) => (turn.status === 'rejected' ? [turn.reason as unknown] : []));
  if (reports.length === 0 && faults.length > 0) throw faults[0];
  return {
    hasSuspects: reports.some(({ hasSuspects }) => hasSuspects),
    active: reports.reduce((sum, { active }) => sum + active, 0),
    returnedJobIds: reports.flatMap(({ returnedJobIds }) => returnedJobIds),
    hasForgotten: reports.some(({ hasForgotten }) => hasForgotten),
    faults: [...faults, ...reports.flatMap((report) => report.faults)],
  };
}
