// 42 and 43: publishers are killed at any moment.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { setTimeout as pause } from 'node:timers/promises';
import { bind, Operator, Producer } from '@acktor/core';
import type { Violation } from '../checker/evidence.js';
import { endsWithUs } from '../fleet/ends-with-us.js';
import { news, published, PUBLISHED_QUEUES } from '../peers/publisher-entry.js';
import { ClusterSet } from '../servers/cluster-set.js';
import { missing, nowMs } from '../trial/time.js';
import type { Trial } from '../trial/trial.js';
import type { Finding, Scenario } from './scenario.js';

const TOGETHER = 'one call for all queues';

export const killedPublishers: Scenario = {
  number: 42,
  name: 'kill -9 of publishers',
  about: 'A publisher to five queues is killed at a random moment: each of its messages is in all of them, or in none.',
  runs: { quick: 10, usual: 50, all: 500 },
  controls: [TOGETHER],
  controlRuns: 3,
  run: async (trial) => killPublishers(trial, (await trial.server()).url),
};

export const killedClusterPublishers: Scenario = {
  number: 43,
  name: 'kill -9 of publishers, in a cluster',
  about:
    'A publisher to five queues on several servers is killed at a random moment: each of its messages comes to all of them, or to none.',
  runs: { quick: 5, usual: 50, all: 500 },
  isLong: true,
  controls: [TOGETHER],
  controlRuns: 3,
  run: async (trial) => killPublishers(trial, trial.keep(await ClusterSet.start({ hasReplicas: false })).url),
};

async function killPublishers(trial: Trial, redis: string): Promise<Finding> {
  // In a cluster it forwards what the killed ones have left.
  const producer = trial.keep(await Producer.connect({ redis, durability: 'off' }));
  await producer.exchanges().declare(news);
  await producer.exchanges().bind(...published.map((job) => bind(news, job)));
  let next = startPublisher(trial, redis, 0);
  for (let run = 1; run <= trial.runs; run += 1) {
    trial.log(`${run} of ${trial.runs}`);
    const victim = await next;
    next = startPublisher(trial, redis, run);
    await pause(trial.random.whole(0, LONGEST_MS));
    const gone = once(victim, 'exit');
    victim.kill('SIGKILL');
    await gone;
  }
  (await next).kill('SIGKILL');
  return judged(trial, redis);
}

/** Resolves when it begins to publish. */
async function startPublisher(trial: Trial, redis: string, run: number): Promise<ChildProcess> {
  const entry = fileURLToPath(new URL('../peers/publisher-entry.js', import.meta.url));
  const how = trial.control === TOGETHER ? 'oneByOne' : 'together';
  const child = fork(entry, ['publish', redis, String(run), how], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  endsWithUs(child);
  trial.keep({ [Symbol.asyncDispose]: () => Promise.resolve(void child.kill('SIGKILL')) });
  await once(child, 'message');
  return child;
}

async function judged(trial: Trial, redis: string): Promise<Finding> {
  const operator = trial.keep(await Operator.connect({ redis }));
  const deadline = nowMs() + SETTLE_MS * trial.slowness;
  for (;;) {
    const queues = await Promise.all(PUBLISHED_QUEUES.map((queue) => idsIn(operator, queue)));
    const all = new Set(queues.flatMap((ids) => [...ids]));
    const torn = [...all].filter((id) => queues.some((ids) => !ids.has(id)));
    if (torn.length === 0 || nowMs() > deadline) {
      const remarks = [`${all.size} messages in ${PUBLISHED_QUEUES.length} queues`];
      return {
        violations: [...tornIn(torn, queues), ...(all.size === 0 ? [missing('nothing was published')] : [])],
        remarks,
      };
    }
    await pause(200);
  }
}

async function idsIn(operator: Operator, queue: string): Promise<ReadonlySet<string>> {
  const ids = new Set<string>();
  for (let cursor: string | undefined = '0'; cursor !== undefined;) {
    const page = await operator.jobs(queue, { place: 'waiting', limit: 1_000, cursor });
    for (const { id } of page.jobs) ids.add(id);
    ({ cursor } = page);
  }
  return ids;
}

function tornIn(torn: readonly string[], queues: readonly ReadonlySet<string>[]): readonly Violation[] {
  return torn.slice(0, 10).map((id) => ({
    invariant: 'L',
    what: `${id} is in ${queues.filter((ids) => ids.has(id)).length} of ${queues.length} queues`,
  }));
}

/** How long a publisher publishes at most: it is done with its messages by then as a rule, and is mostly killed before. */
const LONGEST_MS = 60;
const SETTLE_MS = 10_000;
