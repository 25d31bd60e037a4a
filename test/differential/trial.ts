// One state, three ways: BullMQ's own calls, the channel's call, and the channel's call with its fast path.
import type { Batch } from './batch.js';
import { queueKeys, writeEntries } from './core-inside.js';
import { fill } from './database.js';
import { CHANNEL_ODDITIES, Dice } from './dice.js';
import { plainCalls, type PlainCall } from './plain-call.js';
import { randomCall, type RandomCall } from './random-call.js';
import { randomState, type QueueState } from './random-state.js';
import { NAMESPACE, PREFIX, QUEUE } from './state-draft.js';
import { channelAt, type TrialScripts } from './trial-scripts.js';
import { SETTINGS } from './trial-settings.js';

/** What a seed stands for. */
export interface Trial {
  readonly seed: number;
  readonly state: QueueState;
  readonly call: RandomCall;
  readonly plain: readonly PlainCall[];
}

export function trialOf(seed: number): Trial {
  const dice = new Dice(seed, CHANNEL_ODDITIES);
  const state = randomState(dice);
  const call = randomCall(dice, state);
  return { seed, state, call, plain: plainCalls(call.requests, state, SETTINGS) };
}

/** What one of the three ways answered, and what it left: JSON as {@link readOutText} writes it. */
export interface Outcome {
  readonly answer: PromiseSettledResult<unknown>;
  readonly left: string;
}

export interface TrialOutcomes {
  /** For each of BullMQ's calls. */
  readonly plain: { readonly answers: readonly PromiseSettledResult<unknown>[]; readonly left: string };
  readonly full: Outcome;
  readonly fast: Outcome;
  /** Whether the call with the fast path came by without BullMQ's scripts, which count with HINCRBY. */
  readonly wentFast: boolean;
}

/** Adds the three ways to the batch, each in a database of its own. Resolves when the batch was sent. */
export async function runTrial(batch: Batch, scripts: TrialScripts, trial: Trial): Promise<TrialOutcomes> {
  const { commands } = trial.state;
  const filled = (index: number) => Promise.all(fill(batch, { index, fillDigest: scripts.fill, commands }));
  const readOut = () => batch.ask('EVALSHA', scripts.readOut, 0) as Promise<string>;
  const counted = () => batch.ask('LATENCY', 'HISTOGRAM', 'hincrby');

  const steps = [
    filled(0),
    Promise.allSettled(trial.plain.map((call) => runPlain(batch, scripts, call))),
    readOut(),
  ] as const;
  const full = [filled(1), settled(runChannel(batch, trial, false)), readOut()] as const;
  const fast = [filled(2), counted(), settled(runChannel(batch, trial, true)), counted(), readOut()] as const;

  const [, answers, plainLeft] = await Promise.all(steps);
  const [, fullAnswer, fullLeft] = await Promise.all(full);
  const [, before, fastAnswer, after, fastLeft] = await Promise.all(fast);
  return {
    plain: { answers, left: plainLeft },
    full: { answer: fullAnswer, left: fullLeft },
    fast: { answer: fastAnswer, left: fastLeft },
    wentFast: JSON.stringify(before) === JSON.stringify(after),
  };
}

/** Makes one of BullMQ's calls. */
export function runPlain(
  batch: Batch,
  scripts: TrialScripts,
  { script, keys, args }: Pick<PlainCall, 'script' | 'keys' | 'args'>,
): Promise<unknown> {
  return batch.ask('EVALSHA', scripts.shipped(script), keys.length, ...keys, ...args);
}

/** As `BullmqWorkQueue#settleAndFetch` calls it, at a time of ours. */
function runChannel(batch: Batch, { state, call }: Trial, fastPath: boolean): Promise<unknown> {
  const { ackedAgeSeconds, ackedCount, keepsOthers } = state.retention;
  const kept = [ackedAgeSeconds, ackedCount, keepsOthers ? '1' : '0'];
  const { limit } = state;
  const bounds = limit === undefined ? '' : JSON.stringify({ limitMax: limit.max, limitMs: limit.durationMs });
  const switches = [call.wantsStatus ? '1' : '0', fastPath ? '1' : '0', bounds, SETTINGS.separator, ''];
  const entries = writeEntries(call.requests, keepsOthers);
  const args = [PREFIX, SETTINGS.leaseMs, SETTINGS.worker, ...kept, ...switches, ...entries];
  return channelAt.run(batch.scripts, [...queueKeys(NAMESPACE, QUEUE).channel, String(state.now)], args);
}

export async function settled(promise: Promise<unknown>): Promise<PromiseSettledResult<unknown>> {
  const [result] = await Promise.allSettled([promise]);
  return result;
}
