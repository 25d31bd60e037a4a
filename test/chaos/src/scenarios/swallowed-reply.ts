// 8: the connection dies after the server ran a script and before its reply came.
import { ConnectionLostError } from '@acktor/core';
import type { ConnectedBroker } from '@acktor/core/engine';
import { connectBroker } from '@acktor/core/internal';
import { nowMs, within } from '../trial/time.js';
import { QUEUE } from '../fleet/trial-job.js';
import type { WorkerProcess } from '../fleet/worker-process.js';
import { isCall, type CallName } from '../proxy/call.js';
import type { Proxy } from '../proxy/proxy.js';
import type { Sender } from '../trial/sender.js';
import { setStage, type Stage } from '../trial/stage.js';
import type { Trial } from '../trial/trial.js';
import type { Finding, Scenario } from './scenario.js';

export const swallowedReply: Scenario = {
  number: 8,
  name: 'one reply swallowed',
  about:
    'The reply of an add, fetch, ack, renewal or reap is lost: nothing is added twice, nothing stranded for a second.',
  runs: { quick: 6, usual: 60, all: 500 },
  lanes: 4,
  controls: ['the reconcile', 'ids given before sending'],
  controlRuns: 2,
  async run(trial) {
    const stage = await setStage(trial);
    const proxy = await trial.proxy(stage.server);
    const scene = { trial, stage, proxy, sender: await trial.sender({ redis: proxy.url }) };
    if (trial.control === 'ids given before sending') return addWithoutIds(scene);
    const without = trial.control === undefined ? [] : (['reconcile'] as const);
    const options = { leaseMs: 1_000 };
    const worker = await trial.worker({ redis: proxy.url, without, options }).ready();
    const samples = await swallowAll({ ...scene, worker });
    const figure = { name: 'lost reply to all done', unit: 'ms', samples };
    const violations = await trial.judge({ ...stage, settleMs: 2_000 });
    return { figures: [figure], violations: [...violations, ...trial.missed(figure, { max: 1_000 })] };
  },
};

const CALLS: readonly CallName[] = ['add', 'fetch', 'ack', 'renew', 'reap'];

interface Scene {
  readonly trial: Trial;
  readonly stage: Stage;
  readonly proxy: Proxy;
  /** Sends through the proxy. */
  readonly sender: Sender;
}

async function swallowAll(scene: Scene & { readonly worker: WorkerProcess }): Promise<readonly number[]> {
  const { trial, stage } = scene;
  await scene.sender.sendMany(3, { kind: 'return' });
  await stage.view.emptied(SETTLE_MS);
  const samples: number[] = [];
  for (let run = 1; run <= trial.runs; run += 1) {
    for (const call of CALLS) {
      trial.log(`${call}, ${run} of ${trial.runs}`);
      samples.push(await swallow(call, scene));
    }
  }
  return samples;
}

/** How long after the loss everything was done. */
async function swallow(call: CallName, { stage, proxy, sender, worker }: Scene & { worker: WorkerProcess }) {
  const caught = proxy.intercept({ matches: isCall(call), part: 'reply' });
  const isHeld = call === 'renew' || call === 'reap';
  // The second job is what an ack fetches, and would strand.
  const sending = Promise.all(
    [stage.sender, sender].map((each) => each.send(isHeld ? HOLD : { kind: 'work', forMs: 2 })),
  );
  const there = await within(SETTLE_MS, caught);
  const lostAtMs = nowMs();
  there?.drop();
  if (isHeld) worker.order('release');
  await sending;
  if (isHeld) await worker.until(() => worker.reports.length > 0);
  const isDone = await within(SETTLE_MS, untilDone(stage, worker));
  return there && isDone ? nowMs() - lostAtMs : Number.POSITIVE_INFINITY;
}

const HOLD = { kind: 'hold', deliveries: 1_000 } as const;
const SETTLE_MS = 3_000;

async function untilDone({ view }: Stage, worker: WorkerProcess): Promise<boolean> {
  return view.within(SETTLE_MS, async () => {
    worker.order('release');
    const { active, waiting } = await view.load();
    return active + waiting === 0;
  });
}

/** What a client does that lets the server name its jobs: it sends again, and cannot know that it is the second time. */
async function addWithoutIds({ trial, stage, proxy }: Scene): Promise<Finding> {
  const worker = await trial.worker({ redis: stage.server.url }).ready();
  const options = { namespace: 'bull', durability: 'off', connectTimeoutMs: 5_000, ackedAgeSeconds: 60 } as const;
  const connected = await connectBroker({ ...options, ackedCount: 1_000, redis: proxy.url, name: 'acktor-producer' });
  try {
    await sendUnnamed(connected, 0);
    const caught = proxy.intercept({ matches: isCall('add'), part: 'reply' });
    const sending = sendUnnamed(connected, 1);
    (await caught).drop();
    await sending;
    await within(
      SETTLE_MS,
      worker.until(() => worker.reports.length >= 3),
    );
  } finally {
    await connected.close();
  }
  return { violations: await trial.judge(stage) };
}

async function sendUnnamed({ broker }: ConnectedBroker, order: number): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const payload = JSON.stringify({ order, plan: { kind: 'return' } });
    const id = `unnamed-${order}-${attempt}`;
    const job = { id, name: 'trial', payload, delayMs: 0, priority: 0, attempts: undefined, backoff: undefined };
    try {
      await broker.send(QUEUE, [job]);
      return;
    } catch (error) {
      if (!(error instanceof ConnectionLostError)) throw error;
      await new Promise<void>((resolve) => broker.onConnection((state) => state === 'back' && resolve()));
    }
  }
}
