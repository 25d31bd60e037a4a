// The other side of the border: BullMQ as anybody uses it, on the run's server.
import { Queue, Worker, type Processor, type QueueOptions } from 'bullmq';
import { connectRedis, RedisAddress } from '@acktor/core/internal';
import type { Redis } from 'ioredis';
import { redisUrl } from './real-redis.js';

/** What BullMQ's clients connect by. */
export function plainConnection(url = redisUrl()): QueueOptions['connection'] {
  return { ...RedisAddress.parse(url).clientOptions(), maxRetriesPerRequest: null } as QueueOptions['connection'];
}

/** A queue of plain BullMQ, closed with the scope that opened it. */
export function plainQueue(name: string, prefix: string, url = redisUrl()): Queue & AsyncDisposable {
  const options = { connection: RedisAddress.parse(url).clientOptions() as QueueOptions['connection'], prefix };
  const queue = new Queue(name, options);
  // BullMQ prints faults of the connection that nobody listens to; some tests end the server on purpose.
  queue.on('error', () => undefined);
  return Object.assign(queue, { [Symbol.asyncDispose]: () => queue.close() });
}

/** A worker of plain BullMQ on the run's server, closed with the scope that opened it. */
export function plainWorker(name: string, prefix: string, process: Processor): Worker & AsyncDisposable {
  const connection = { ...RedisAddress.parse(redisUrl()).clientOptions(), maxRetriesPerRequest: null };
  const options = { connection: connection as QueueOptions['connection'], prefix, drainDelay: 1 };
  const worker = new Worker(name, process, options);
  worker.on('error', () => undefined);
  return Object.assign(worker, { [Symbol.asyncDispose]: () => worker.close() });
}

/** A connection of a test's own, dropped with its scope. */
export async function plainRedis(url = redisUrl()): Promise<Redis & Disposable> {
  const client = await connectRedis(RedisAddress.parse(url), { name: 'acktor-test-own' });
  return Object.assign(client, { [Symbol.dispose]: () => client.disconnect() });
}
