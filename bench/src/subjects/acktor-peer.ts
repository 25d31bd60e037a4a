// Acktor as a user has it: a class with @handles, built by the container for each delivery, and a producer.
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { bind, exchange, job, Producer } from '@acktor/core';
import { RedisAddress } from '@acktor/core/internal';
import { handles, Worker, type Delivery } from '@acktor/worker';
import {
  JOB,
  publishExchange,
  publishQueues,
  QUEUE,
  type BenchPayload,
  type JobBody,
  type Peer,
  type Sender,
} from './peer.js';

export const acktor: Peer = {
  async startWorker({ address, queue, consumers, body }) {
    return Worker.start({ redis: urlOf(address), handlers: [handlerOf(queue, body)], consumers });
  },

  async openSender(address, queue): Promise<Sender> {
    const producer = await Producer.connect({ redis: urlOf(address) });
    const contract = contractOf(queue);
    return {
      send: (payload) => producer.send(contract, payload),
      sendAll: (payloads) => producer.sendBulk(contract, payloads),
      close: () => producer.close(),
    };
  },

  async openPublisher(address, queues) {
    const producer = await Producer.connect({ redis: urlOf(address) });
    const orders = exchange(publishExchange(queues), { type: 'fanout', data: payloadSchema });
    await producer.exchanges().declare(orders);
    await producer.exchanges().bind(...publishQueues(queues).map((queue) => bind(orders, contractOf(queue))));
    return {
      send: (payload) => producer.publish(orders, '', payload),
      close: () => producer.close(),
    };
  },
};

/** Written by hand: what a schema library takes for its own work is not Acktor's cost. */
const payloadSchema: StandardSchemaV1<BenchPayload> = {
  '~standard': {
    version: 1,
    vendor: 'bench',
    validate: (value) => (isPayload(value) ? { value } : { issues: [{ message: 'expected an order and cents' }] }),
  },
};

function isPayload(value: unknown): value is BenchPayload {
  if (typeof value !== 'object' || value === null) return false;
  const { orderId, cents, sentAtMicros } = value as Partial<BenchPayload>;
  return typeof orderId === 'string' && typeof cents === 'number' && typeof sentAtMicros === 'number';
}

export function contractOf(queue: string = QUEUE) {
  return job(JOB, { queue, data: payloadSchema });
}

export function handlerOf(queue: string, body: JobBody) {
  // As BullMQ where a job names no backoff: what fails is tried again at once. Only here, for what a contract says is
  // stored with each job that is sent by it, and a job of the bench is as plain as its users' are.
  const contract = job(JOB, { queue, data: payloadSchema, backoff: { type: 'fixed', delayMs: 0 } });
  @handles(contract)
  class ChargeCard {
    handle({ data }: Delivery<typeof contract>) {
      return body(data);
    }
  }
  return ChargeCard;
}

export function urlOf(address: string): string {
  return RedisAddress.ofSocket(address).revealUrl();
}
