// A worker of either kind in a process of its own, which writes down each run of a job before and after it.
import { connectRedis, RedisAddress } from '@acktor/core/internal';
import { handleAll, Worker } from '@acktor/worker';
import { setTimeout as takeTime } from 'node:timers/promises';
import { optionsOf, versions } from './bullmq-versions.js';

/** What the process is to be. */
export interface MigratingWish {
  /** Which worker; BullMQ's by its version. */
  readonly kind: 'acktor' | keyof typeof versions;
  readonly url: string;
  readonly prefix: string;
  readonly queue: string;
  /** The list where each run is written down. */
  readonly runs: string;
}

/** One run of a job's attempt, when it began. */
export interface Run {
  readonly id: string;
  readonly attempt: number;
  readonly pid: number;
  readonly atMs: number;
}

const { kind, url, prefix, queue, runs } = JSON.parse(process.argv[2] ?? '{}') as MigratingWish;
const redis = await connectRedis(RedisAddress.parse(url), { name: 'acktor-test-migrating' });

/** Every seventh job fails at first. */
async function work(id: string, attempt: number): Promise<string> {
  const run: Run = { id, attempt, pid: process.pid, atMs: Date.now() };
  await redis.rpush(runs, JSON.stringify(run));
  await takeTime(15);
  if (attempt === 1 && Number(id) % 7 === 0) throw new Error('not yet');
  return kind;
}

if (kind === 'acktor') {
  const handler = handleAll(queue, ({ id, attempt }) => work(id, attempt));
  const logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
  await Worker.start({ redis: url, namespace: prefix, handlers: [handler], consumers: 5, leaseMs: 2_000, logger });
} else {
  const options = {
    ...optionsOf(prefix, url),
    concurrency: 5,
    lockDuration: 2_000,
    stalledInterval: 1_000,
    maxStalledCount: 9,
  };
  const worker = new versions[kind].Worker(queue, ({ id = '', attemptsMade }) => work(id, attemptsMade + 1), options);
  worker.on('error', () => undefined);
  await worker.waitUntilReady();
}
process.send?.('running');
