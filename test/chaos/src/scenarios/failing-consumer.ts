// 6: the actor of a consumer throws, in each state of its chart.
import type { WorkerProcess } from '../fleet/worker-process.js';
import type { FailingAction } from '../fleet/failing-actions.js';
import type { Plan } from '../fleet/trial-job.js';
import { nowMs, missing, within } from '../trial/time.js';
import { key } from '../trial/queue-view.js';
import type { SentJob } from '../trial/sender.js';
import { setStage, type Stage } from '../trial/stage.js';
import type { Trial } from '../trial/trial.js';
import type { Scenario } from './scenario.js';

export const failingConsumer: Scenario = {
  number: 6,
  name: 'a consumer throws in each state',
  about: 'A fault of our own throws in a consumer, in each state: its job is requeued within 100 ms, siblings go on.',
  runs: { quick: 1, usual: 10, all: 20 },
  lanes: 2,
  controls: ['the replacement of consumers'],
  async run(trial) {
    const stage = await setStage(trial);
    const samples: number[] = [];
    for (let run = 1; run <= trial.runs; run += 1) {
      for (const failure of FAILURES) {
        trial.log(`${failure.state}, ${run} of ${trial.runs}`);
        const tookMs = await failInFreshWorker(trial, stage, failure);
        if (tookMs === undefined) return { violations: [missing(`no recovery in ${failure.state}`)] };
        if (!failure.isSlow) samples.push(tookMs);
      }
    }
    const figure = { name: 'failure to next start', unit: 'ms', samples };
    return { figures: [figure], violations: [...(await trial.judge(stage)), ...trial.missed(figure, { max: 100 })] };
  },
};

/**
 * Two consumers: one fails, the other holds a job all the while and must not notice anything. The worker is fresh each time:
 * once it has acked a job its consumers take two of their steps as learned, past the chart's actions.
 */
async function failInFreshWorker(trial: Trial, stage: Stage, failure: Failure): Promise<number | undefined> {
  const without = trial.control === undefined ? [] : (['replacement'] as const);
  const request = { redis: stage.server.url, options: { consumers: 2, leaseMs: LEASE_MS }, without, canFail: true };
  const worker = await trial.worker(request).ready();
  const kept = await stage.sender.send({ kind: 'hold', deliveries: 1_000 });
  await worker.reported('started', kept.order);
  const tookMs = await failOnce(trial, { stage, worker }, failure);
  worker.order('release');
  if (tookMs === undefined) await worker.end();
  worker.signal('SIGTERM');
  await worker.exited();
  return tookMs;
}

interface Scene {
  readonly stage: Stage;
  readonly worker: WorkerProcess;
}

/** How a consumer is brought to the action. */
interface Failure {
  readonly action: FailingAction;
  readonly state: string;
  readonly plan: Plan;
  /** What is done once the handler runs. */
  readonly provoke?: (stage: Stage, sent: SentJob) => Promise<unknown>;
  /** Whether the lease's end, and not the channel, gives the job back. */
  readonly isSlow?: boolean;
}

const LEASE_MS = 1_000;
/** The lease is looked after every 333 ms: long enough to be found lost before the handler ends. */
const LONG: Plan = { kind: 'work', forMs: 1_500 };

const FAILURES: readonly Failure[] = [
  { action: 'decideEnd', state: 'leaving processing', plan: { kind: 'return' } },
  { action: 'settle', state: 'acking', plan: { kind: 'return' } },
  { action: 'askForDelivery', state: 'fetching', plan: { kind: 'return' } },
  { action: 'startHandler', state: 'processing.handling', plan: { kind: 'return' } },
  { action: 'settle', state: 'rejecting', plan: { kind: 'throw', deliveries: 1 } },
  { action: 'park', state: 'idle', plan: { kind: 'return' } },
  {
    action: 'releaseDelivery',
    state: 'processing.lost',
    plan: LONG,
    // Another's lease, and not merely none: a lease that is gone is taken up again by the consumer that still holds the job.
    provoke: ({ view }, { receipt }) => view.client.set(`${key(receipt.id)}:lock`, 'somebody:1', 'PX', LEASE_MS),
    isSlow: true,
  },
];

/** How long after the failure the next delivery started. */
async function failOnce(trial: Trial, { stage, worker }: Scene, { action, state, plan, provoke }: Failure) {
  const fromMs = nowMs();
  trial.ledger.write({ what: 'fault', fault: `${action} fails in ${state}`, mayRedeliver: 1 });
  await worker.failAt(action);
  const sent = await stage.sender.send(plan);
  if (provoke) {
    await worker.reported('started', sent.order);
    await provoke(stage, sent);
  }
  const failure = () => worker.logs.find(({ atMs, message }) => atMs > fromMs && message.includes('is replaced'));
  await within(
    LIMIT_MS,
    worker.until(() => failure() !== undefined),
  );
  const failedAtMs = failure()?.atMs;
  if (failedAtMs === undefined) return undefined;
  // What failed without a job in hand shows by the next job.
  const next = state === 'idle' ? await stage.sender.send({ kind: 'return' }) : sent;
  const fromReport = state === 'idle' ? nowMs() : failedAtMs;
  const isNext = () =>
    worker.reports.find(({ type, order, atMs }) => type === 'started' && order === next.order && atMs >= failedAtMs);
  await within(
    LIMIT_MS,
    worker.until(() => isNext() !== undefined),
  );
  await stage.view.within(LIMIT_MS, async () => (await stage.view.load()).waiting === 0);
  const startedAtMs = isNext()?.atMs;
  return startedAtMs && Math.max(startedAtMs - fromReport, 0);
}

const LIMIT_MS = 3_000;
