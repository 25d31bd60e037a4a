// Many trials, one seed after the other.
import type { Redis } from 'ioredis';
import { Batch } from './batch.js';
import type { Difference, Verdict } from './comparison.js';
import { loadScripts, type TrialScripts } from './trial-scripts.js';

/** Adds the trial that a seed stands for to the batch. Resolves with its verdict when the batch was sent. */
export type Try = (batch: Batch, scripts: TrialScripts, seed: number) => Promise<TrialVerdict>;

export interface TrialVerdict extends Verdict {
  /** Whether the call that might take the fast path did. */
  readonly wentFast: boolean;
}

export interface Tally {
  readonly compared: number;
  readonly fast: number;
  readonly againstBullmq: number;
  readonly failed: number;
  /** The first of those that failed. */
  readonly failures: readonly Failure[];
}

export interface Failure {
  readonly seed: number;
  readonly differences: readonly Difference[];
}

/** Compares as many states, the first of this seed and each next one of the next. */
export async function compareStates(
  client: Redis,
  ask: { readonly attempt: Try; readonly seed: number; readonly states: number },
): Promise<Tally> {
  const scripts = await loadScripts(client);
  let tally: Tally = { compared: 0, fast: 0, againstBullmq: 0, failed: 0, failures: [] };
  for (let from = 0; from < ask.states; from += STATES_A_BATCH) {
    const count = Math.min(STATES_A_BATCH, ask.states - from);
    const seeds = Array.from({ length: count }, (_, i) => ask.seed + from + i);
    const batch = new Batch(client);
    const verdicts = seeds.map((seed) => ask.attempt(batch, scripts, seed));
    const [settled] = await Promise.all([Promise.all(verdicts), batch.send()]);
    for (const [i, verdict] of settled.entries()) tally = counted(tally, { seed: seeds[i] ?? 0, ...verdict });
  }
  return tally;
}

/** Enough that the server and this process seldom wait for each other, few enough to keep in memory. */
const STATES_A_BATCH = 50;
const MOST_FAILURES_SHOWN = 3;

interface TrialResult extends TrialVerdict {
  readonly seed: number;
}

function counted(tally: Tally, { seed, differences, wentFast, isAgainstBullmq }: TrialResult): Tally {
  const hasFailed = differences.length > 0;
  const isShown = hasFailed && tally.failures.length < MOST_FAILURES_SHOWN;
  return {
    compared: tally.compared + 1,
    fast: tally.fast + (wentFast ? 1 : 0),
    againstBullmq: tally.againstBullmq + (isAgainstBullmq ? 1 : 0),
    failed: tally.failed + (hasFailed ? 1 : 0),
    failures: isShown ? [...tally.failures, { seed, differences }] : tally.failures,
  };
}
