// Judges a trial by its evidence: the invariants, and which of them it violates.
import { type Evidence, type Invariant, type Violation, entriesOf, type JobState } from './evidence.js';

/** Everything that must not be; empty when all invariants hold. */
export function check(evidence: Evidence): readonly Violation[] {
  return RULES.flatMap(([invariant, rule]) => rule(evidence).map((what) => ({ invariant, what })));
}

const RULES: readonly (readonly [Invariant, (evidence: Evidence) => readonly string[]])[] = [
  ['L', lost],
  ['H', heldTwice],
  ['D', redelivered],
  ['O', disordered],
  ['E', unfinished],
];

/** L: every confirmed job ended as it should: acked after its handler did its work, or dead-lettered where that is meant. */
export function lost(evidence: Evidence): readonly string[] {
  const effects = new Set(entriesOf(evidence, 'effect').map(({ job }) => job));
  return entriesOf(evidence, 'confirmed').flatMap(({ job, order }) => {
    const state = evidence.census.jobs.get(job);
    if (state === undefined) return [`job ${order} was confirmed and is gone`];
    if (state.kind === 'acked' && !effects.has(job)) return [`job ${order} is acked though no handler ended`];
    const isWrongEnd = state.kind === 'deadLettered' && !evidence.mayDeadLetter?.(order);
    return isWrongEnd ? [`job ${order} is dead-lettered: ${state.reason}`] : [];
  });
}

/**
 * H: never two live leases on a job, and no ack of a zombie. Each fence is handed out once; a job is handed out again only
 * after a fault; the result that is stored is that of the last delivery.
 */
export function heldTwice(evidence: Evidence): readonly string[] {
  const fences = new Map<string, number[]>();
  for (const { job, fence } of entriesOf(evidence, 'started')) fences.set(job, [...(fences.get(job) ?? []), fence]);
  return [...fences].flatMap(([job, seen]) => [
    ...(new Set(seen).size < seen.length ? [`job ${job} was delivered twice under one fence: ${seen.join(', ')}`] : []),
    ...zombieAck(job, seen, evidence.census.jobs.get(job)),
  ]);
}

function zombieAck(job: string, fences: readonly number[], state: JobState | undefined): readonly string[] {
  const last = Math.max(...fences);
  if (state?.kind !== 'acked' || state.fence === last) return [];
  return [`job ${job} is acked by delivery ${state.fence} though delivery ${last} had begun`];
}

/** D: deliveries beyond the first are no more than the injected faults account for. A job that was added twice counts. */
export function redelivered(evidence: Evidence): readonly string[] {
  const extra = deliveriesBeyondFirst(evidence);
  const allowed = entriesOf(evidence, 'fault').reduce((sum, { mayRedeliver }) => sum + mayRedeliver, 0);
  return extra > allowed ? [`${extra} deliveries beyond the first, where faults account for ${allowed}`] : [];
}

/** How many deliveries were begun besides one for each job. */
export function deliveriesBeyondFirst(evidence: Pick<Evidence, 'entries'>): number {
  const started = entriesOf(evidence, 'started');
  return started.length - new Set(started.map(({ order }) => order)).size;
}

/** O: in each of the given spans, deliveries start in the order in which the jobs were sent. */
export function disordered(evidence: Evidence): readonly string[] {
  const { ordered = [] } = evidence;
  const all = entriesOf(evidence, 'started');
  return ordered.flatMap(({ fromMs, toMs }) => {
    const starts = all.filter(({ atMs }) => atMs >= fromMs && atMs <= toMs);
    return starts.flatMap(({ order }, at) => {
      const before = starts[at - 1];
      return before !== undefined && before.order > order ? [`job ${order} started after job ${before.order}`] : [];
    });
  });
}

/** E: nothing is active or waits at the end. */
export function unfinished({ census: { active, waiting } }: Evidence): readonly string[] {
  return active + waiting > 0 ? [`${active} active and ${waiting} waiting at the end`] : [];
}
