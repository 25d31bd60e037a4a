// One report of several turns of the reaper.
import { ServerRefusalError } from './broker-errors.js';
import type { ReapReport } from './liveness.js';

/** What the turns that succeeded saw and did, and what went wrong with the others. @throws the most severe fault, when all failed. */
export function joinedReport(turns: readonly PromiseSettledResult<ReapReport>[]): ReapReport {
  const reports = turns.flatMap((turn) => (turn.status === 'fulfilled' ? [turn.value] : []));
  const faults = turns.flatMap((turn) => (turn.status === 'rejected' ? [turn.reason as unknown] : []));
  if (reports.length === 0 && faults.length > 0) throw mostSevere(faults);
  return {
    hasSuspects: reports.some(({ hasSuspects }) => hasSuspects),
    active: reports.reduce((sum, { active }) => sum + active, 0),
    returnedJobIds: reports.flatMap(({ returnedJobIds }) => returnedJobIds),
    hasForgotten: reports.some(({ hasForgotten }) => hasForgotten),
    nextDueInMs: soonest(reports.map(({ nextDueInMs }) => nextDueInMs)),
    faults: [...faults, ...reports.flatMap((report) => report.faults)],
  };
}

function soonest(times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

/** A connection that broke comes back by itself; a server that says no goes on saying it. */
export function mostSevere(faults: readonly unknown[]): unknown {
  return faults.find((fault) => fault instanceof ServerRefusalError) ?? faults[0];
}
