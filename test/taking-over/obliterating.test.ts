// A BullMQ client removes a queue that Acktor used: nothing of ours is to be left for good.
import { onDead } from '@acktor/worker';
import { expect } from 'chai';
import type { Redis } from 'ioredis';
import { handlerOf } from '../handler/handler-of.js';
import { note } from '../jobs/notes.js';
import { plainRedis } from '../real-redis/plain-bullmq.js';
import { rejection } from '../server/rejection.js';
import { Heard } from '../signals/heard.js';
import { WorkerTrial } from '../worker/worker-trial.js';

describe("BullMQ's obliterate(), on a queue that Acktor used", function () {
  this.timeout(20_000);
  let trial: WorkerTrial;
  beforeEach(async () => {
    trial = await WorkerTrial.open();
  });
  afterEach(() => trial[Symbol.asyncDispose]());

  /** Sends a job that is acked and one that dies; resolves when both have ended, and the worker is closed. */
  const use = async () => {
    const handler = handlerOf(note, ({ data }) => {
      if (data.text === 'die') throw new Error('no use');
      return { length: 1 };
    });
    const dead = new Heard<unknown>();
    const worker = await trial.work([handler], { onDead: [onDead(note, (letter) => dead.push(letter))] });
    const acked = await trial.producer.send(note, { text: 'live' }, { confirm: 'accepted' });
    await acked.result({ timeoutMs: 10_000 });
    const dying = await trial.producer.send(note, { text: 'die' }, { attempts: 1 });
    await rejection(dying.result({ timeoutMs: 10_000 }), Error);
    await dead.first();
    await worker.close();
  };
  const keysOf = async (client: Redis, queue: string) =>
    (await client.keys(`${trial.namespace}:${queue}:*`)).toSorted();
  const obliterate = async () => {
    for (const name of ['notes', '{notes}@onDead']) {
      await using queue = trial.queue(name);
      await queue.pause();
      await queue.obliterate({ force: true });
    }
  };

  it('leaves only what ends by itself', async () => {
    using client = await plainRedis();
    await use();
    const before = await keysOf(client, 'notes');
    expect(before).to.include.members(['suspects', 'on-dead'].map((part) => `${trial.namespace}:notes:acktor:${part}`));
    await obliterate();
    const left = await Promise.all(
      (await keysOf(client, '*')).map(async (key) => [key, await client.pttl(key)] as const),
    );
    for (const [key, ttlMs] of left) {
      expect(key).to.include(':acktor:');
      expect(ttlMs, key).to.be.within(1, 31 * 86_400_000);
    }
  });
});
