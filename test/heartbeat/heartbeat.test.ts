// The heartbeat of a real worker, whose thread ends or may not do its work.
import { MissingRightsError } from '@acktor/core';
import { PrivateServer } from '@acktor/core/server';
import { connectRedis, RedisAddress } from '@acktor/core/internal';
import { Worker } from '@acktor/worker';
import { expect } from 'chai';
import type { Worker as Thread } from 'node:worker_threads';
import { handlerOf } from '../handler/handler-of.js';
import { ping } from '../jobs/notes.js';
import { plainRedis } from '../real-redis/plain-bullmq.js';
import { rejection } from '../server/rejection.js';
import { Heard } from '../signals/heard.js';
import { WorkerTrial } from '../worker/worker-trial.js';

const handler = handlerOf(ping, () => undefined);

describe('the heartbeat of a worker', () => {
  it('is started again, before anything is consumed, when its thread ends at the start', async () => {
    await using trial = await WorkerTrial.open();
    using threads = new Threads();
    void threads.begun.first().then((thread) => thread.terminate());
    const worker = await trial.work([handler]);
    expect(threads.begun.all).to.have.length(2);
    expect(await presencesOf(trial, worker.id)).to.equal(1);
  });

  it('is started again when its thread ends later', async () => {
    await using trial = await WorkerTrial.open();
    using threads = new Threads();
    const worker = await trial.work([handler]);
    await (await threads.begun.first()).terminate();
    await threads.begun.upTo(2);
    while ((await presencesOf(trial, worker.id)) !== 1);
  });

  it('must be allowed to a worker, which else does not start: others would take its jobs', async () => {
    await using server = await PrivateServer.start({ port: 0 });
    const admin = await connectRedis(server.address);
    await admin.call('ACL', 'SETUSER', 'deaf', 'on', '>secret', '~*', '&*', '+@all', '-subscribe');
    admin.disconnect();
    const { port } = new URL(RedisAddress.parse(server.url).revealUrl());
    const started = Worker.start({
      handlers: [handler],
      redis: `redis://deaf:secret@127.0.0.1:${port}`,
      handleSignals: false,
    });
    const error = await rejection(started, MissingRightsError);
    expect(error.commands).to.deep.equal(['subscribe']);
  });
});

/** The threads that this process has begun. */
class Threads implements Disposable {
  readonly begun = new Heard<Thread>();
  readonly #listener = (thread: Thread) => this.begun.push(thread);

  constructor() {
    process.on('worker', this.#listener);
  }

  [Symbol.dispose](): void {
    process.off('worker', this.#listener);
  }
}

async function presencesOf({ namespace, url }: WorkerTrial, process: string): Promise<unknown> {
  using redis = await plainRedis(url);
  return (await redis.pubsub('SHARDNUMSUB', `${namespace}:notes:acktor:alive:${process}`))[1];
}
