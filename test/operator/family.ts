// A parent job that waits for a child, as plain BullMQ's flows make them.
import { RedisAddress } from '@acktor/core/internal';
import { FlowProducer, type QueueOptions } from 'bullmq';
import { redisUrl } from '../real-redis/real-redis.js';

export interface FamilyPlace {
  readonly namespace: string;
  readonly queue: string;
}

/** Sends the jobs `parent` and `child`. Disposing closes the producer, and leaves the jobs. */
export async function sendFamily({ namespace: prefix, queue: queueName }: FamilyPlace): Promise<AsyncDisposable> {
  const connection = RedisAddress.parse(redisUrl()).clientOptions() as QueueOptions['connection'];
  const flows = new FlowProducer({ connection, prefix });
  const child = { name: 'note', queueName, data: {}, opts: { jobId: 'child' } };
  await flows.add({ name: 'note', queueName, data: {}, opts: { jobId: 'parent' }, children: [child] });
  return { [Symbol.asyncDispose]: () => flows.close() };
}
