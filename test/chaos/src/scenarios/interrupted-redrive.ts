// 24: a redrive of many dead letters dies midway.
import { Producer } from '@acktor/core';
import type { Violation } from '../checker/evidence.js';
import { QUEUE } from '../fleet/trial-job.js';
import { isCall } from '../proxy/call.js';
import type { Proxy } from '../proxy/proxy.js';
import { key } from '../trial/queue-view.js';
import { setStage, type Stage } from '../trial/stage.js';
import { missing, within } from '../trial/time.js';
import type { Trial } from '../trial/trial.js';
import type { Scenario } from './scenario.js';

export const interruptedRedrive: Scenario = {
  number: 24,
  name: 'redrive killed midway',
  about: 'The redrive of many dead letters dies midway, before or after a step: each job is in exactly one place.',
  runs: { quick: 2, usual: 10, all: 50 },
  lanes: 2,
  controls: ['the atomic step'],
  async run(trial) {
    const stage = await setStage(trial);
    const proxy = await trial.proxy(stage.server);
    const violations: Violation[] = [];
    for (let run = 1; run <= trial.runs; run += 1) {
      trial.log(`${run} of ${trial.runs}`);
      violations.push(...(await interruptOnce(trial, stage, proxy)));
    }
    return { violations: [...violations, ...(await trial.judge(stage))] };
  },
};

const LETTERS = 60;
const BATCH = 10;
const LIMIT_MS = 10_000;

async function interruptOnce(trial: Trial, stage: Stage, proxy: Proxy): Promise<readonly Violation[]> {
  const ids = await makeLetters(trial, stage);
  if (trial.control === undefined) await redriveUntilCut(trial, proxy);
  else await redriveByHand(stage, ids);
  const violations = await misplaced(stage, ids);
  await using producer = await Producer.connect({ redis: stage.server.url });
  await producer.deadLetters(QUEUE).redriveAll();
  const worker = await trial.worker({ redis: stage.server.url, options: { consumers: 10 } }).ready();
  await stage.view.emptied(LIMIT_MS);
  worker.signal('SIGTERM');
  await worker.exited();
  return violations;
}

/** Jobs whose only attempt has failed. No worker is left when they are made. */
async function makeLetters(trial: Trial, { server, sender, view }: Stage): Promise<readonly string[]> {
  const plan = { kind: 'throw', deliveries: 1 } as const;
  const sent = await Promise.all(Array.from({ length: LETTERS }, () => sender.send(plan, { attempts: 1 })));
  trial.ledger.write({ what: 'fault', fault: 'a redrive that was planned', mayRedeliver: LETTERS });
  const worker = await trial.worker({ redis: server.url, options: { consumers: 10 } }).ready();
  await view.emptied(LIMIT_MS);
  worker.signal('SIGTERM');
  await worker.exited();
  return sent.map(({ receipt }) => receipt.id);
}

/** To the server a process that is killed is a connection that ends. */
async function redriveUntilCut(trial: Trial, proxy: Proxy): Promise<void> {
  const producer = await Producer.connect({ redis: proxy.url });
  const part = trial.random.oneOf(['call', 'reply'] as const);
  const nth = trial.random.whole(2, LETTERS / BATCH - 1);
  const caught = proxy.intercept({ matches: isCall('add'), part, nth });
  const redriving = producer
    .deadLetters(QUEUE)
    .redriveAll({ batchSize: BATCH })
    .catch(() => undefined);
  const there = await within(LIMIT_MS, caught);
  there?.drop();
  await within(LIMIT_MS, redriving);
  await producer.close();
}

/** What a redrive in two commands does that dies between them. */
async function redriveByHand({ view: { client } }: Stage, ids: readonly string[]): Promise<void> {
  const [first = ''] = ids;
  await client.zrem(key('failed'), first);
}

/** Jobs that are in no place, or in two. */
async function misplaced({ view: { client } }: Stage, ids: readonly string[]): Promise<readonly Violation[]> {
  const lists = await Promise.all(['wait', 'active', 'paused'].map((list) => client.lrange(key(list), 0, -1)));
  const sets = await Promise.all(
    ['failed', 'delayed', 'prioritized', 'completed'].map((set) => client.zrange(key(set), '0', '-1')),
  );
  const places = [...lists, ...sets].flat();
  return ids.flatMap((id) => {
    const count = places.filter((it) => it === id).length;
    return count === 1 ? [] : [missing(`job ${id} is in ${count} places`)];
  });
}
