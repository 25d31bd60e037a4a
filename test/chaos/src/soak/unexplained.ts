// Which redeliveries no fault accounts for.
import { entriesOf, type Evidence } from '../checker/evidence.js';
import type { LedgerEntry } from '../checker/ledger.js';
import type { Injected } from './mischief.js';

type Start = Extract<LedgerEntry, { readonly what: 'started' }>;

/**
 * A redelivery is explained by a fault that hit the worker which had the job before, while it had it: more than a sum of
 * faults and redeliveries can tell, for in a long run most faults hit processes that hold nothing.
 *
 * Which of two deliveries came before, their fences say: what was on its way to a worker in the dark is started late, after the job
 * has gone to another.
 *
 * @param isPlanned jobs whose handler fails on purpose, by their number.
 */
export function unexplained(
  evidence: Pick<Evidence, 'entries'>,
  injected: readonly Injected[],
  isPlanned: (order: number) => boolean,
): readonly string[] {
  const starts = entriesOf(evidence, 'started').filter(({ order }) => !isPlanned(order));
  const last = new Map<number, Start>();
  return starts
    .toSorted((one, other) => one.fence - other.fence)
    .flatMap((start) => {
      const before = last.get(start.order);
      last.set(start.order, start);
      if (before === undefined || injected.some((fault) => accountsFor(fault, before, start))) return [];
      return [describe(before, start, injected)];
    });
}

/** Enough to look for the cause: who had the job, who got it, and what happened meanwhile. */
function describe(before: Start, { order, by, atMs }: Start, injected: readonly Injected[]): string {
  const meanwhile = injected.filter(({ fromMs, toMs }) => toMs >= before.atMs - AFTERMATH_MS && fromMs <= atMs);
  const faults = meanwhile.map(({ fault, fromMs }) => `${fault} at ${(fromMs - before.atMs).toFixed(0)} ms`).join(', ');
  return `job ${order} of ${before.by} went to ${by} after ${(atMs - before.atMs).toFixed(0)} ms (${faults || 'no fault'})`;
}

function accountsFor({ hits, fromMs, toMs }: Injected, before: Start, after: Start): boolean {
  return hits.includes(before.by) && fromMs <= after.atMs && before.atMs <= toMs + AFTERMATH_MS;
}

/** What was on its way to a worker that was cut off or stopped may be started late, under a lease that is over. */
const AFTERMATH_MS = 1_000;
