// One state and a producer's call, three ways: BullMQ's own calls, our call, and our call with its fast path.
import type { Batch } from './batch.js';
import { queueKeys, writeJobs, type OutgoingJob } from './core-inside.js';
import { fill } from './database.js';
import { Dice, SEND_ODDITIES } from './dice.js';
import { plainSends } from './plain-send.js';
import { randomSend, randomSendState } from './random-send.js';
import type { QueueState } from './random-state.js';
import { NAMESPACE, PREFIX, QUEUE } from './state-draft.js';
import { runPlain, settled, type Outcome } from './trial.js';
import { sendAt, type TrialScripts } from './trial-scripts.js';

/** What a seed stands for. */
export interface SendTrial {
  readonly state: QueueState;
  readonly jobs: readonly OutgoingJob[];
}

export function sendTrialOf(seed: number): SendTrial {
  const dice = new Dice(seed, SEND_ODDITIES);
  const state = randomSendState(dice);
  return { state, jobs: randomSend(dice, state) };
}

export interface SendOutcomes {
  /** For each job the answer to BullMQ's call; undefined for a job that is left alone. */
  readonly plain: { readonly answers: readonly (PromiseSettledResult<unknown> | undefined)[]; readonly left: string };
  readonly full: Outcome;
  readonly fast: Outcome;
}

/** Adds the three ways to the batch, each in a database of its own. Resolves when the batch was sent. */
export async function runSends(batch: Batch, scripts: TrialScripts, trial: SendTrial): Promise<SendOutcomes> {
  const { commands } = trial.state;
  const after = async <Answer>(index: number, run: () => Promise<Answer>) => {
    const filled = Promise.all(fill(batch, { index, fillDigest: scripts.fill, commands }));
    const answered = run();
    const left = batch.ask('EVALSHA', scripts.readOut, 0) as Promise<string>;
    await filled;
    return { answer: await answered, left: await left };
  };
  const [{ answer: answers, left }, full, fast] = await Promise.all([
    after(0, () => runPlainSends(batch, scripts, trial)),
    after(1, () => settled(runSend(batch, trial, '0'))),
    after(2, () => settled(runSend(batch, trial, '1'))),
  ]);
  return { plain: { answers, left }, full, fast };
}

function runPlainSends(batch: Batch, scripts: TrialScripts, { state, jobs }: SendTrial) {
  const calls = plainSends(jobs, state);
  return Promise.all(calls.map(async (call) => call && settled(runPlain(batch, scripts, call))));
}

/** As `addJobs` calls it, at a time of ours. */
function runSend(batch: Batch, { state, jobs }: SendTrial, fastPath: '0' | '1'): Promise<unknown> {
  const args = [PREFIX, fastPath, ...writeJobs(jobs)];
  return sendAt.run(batch.scripts, [...queueKeys(NAMESPACE, QUEUE).send, String(state.now)], args);
}
