// A worker and a producer of this build or of another, in a process of its own, which writes down each run of a job.
import { connectRedis, RedisAddress } from '@acktor/core/internal';
import type * as Core from '@acktor/core';
import type * as Workers from '@acktor/worker';
import { setTimeout as takeTime } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';

/** What the process is to be. */
export interface BuildWish {
  /** The folder of another build; undefined for this one. */
  readonly build: string | undefined;
  readonly redis: string;
  readonly namespace: string;
  /** The list where each run is written down. */
  readonly runs: string;
}

/** Sends the jobs from the one number up to the other. */
export interface SendOrder {
  readonly from: number;
  readonly to: number;
}

/** One run of a job's attempt, when it began. */
export interface BuildRun {
  readonly id: string;
  readonly attempt: number;
  readonly pid: number;
  readonly isOlder: boolean;
}

const { build, redis, namespace, runs } = JSON.parse(process.argv[2] ?? '{}') as BuildWish;
const [core, workers] = await Promise.all([doorOf<typeof Core>('core'), doorOf<typeof Workers>('worker')]);
const notes = await connectRedis(RedisAddress.parse(redis), { name: 'acktor-test-builds' });

const letter = core.job('letter', {
  queue: 'letters',
  data: z.object({ n: z.int() }),
  result: z.int(),
  attempts: 4,
  backoff: { type: 'fixed', delayMs: 20 },
});

class Handling implements Workers.Handler<typeof letter> {
  async handle({ id, attempt, data }: Workers.Delivery<typeof letter>): Promise<number> {
    const run: BuildRun = { id, attempt, pid: process.pid, isOlder: build !== undefined };
    await notes.rpush(runs, JSON.stringify(run));
    await takeTime(15);
    if (attempt === 1 && data.n % 7 === 0) throw new Error('not yet');
    return data.n;
  }
}
workers.handles<typeof letter>(letter)(Handling);

const producer = await core.Producer.connect({ redis, namespace });
const logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
await workers.Worker.start({ redis, namespace, handlers: [Handling], consumers: 5, leaseMs: 2_000, logger });
process.on('message', (order: SendOrder) => void send(order));
process.send?.('running');

async function send({ from, to }: SendOrder): Promise<void> {
  for (let n = from; n < to; n += 1)
    await producer.send(letter, { n }, { id: `letter-${n}`, ...(n % 5 === 0 && { priority: 3 }) });
}

function doorOf<Door>(name: 'core' | 'worker'): Promise<Door> {
  const door = build === undefined ? `@acktor/${name}` : pathToFileURL(`${build}/packages/${name}/dist/index.js`).href;
  return import(door) as Promise<Door>;
}
