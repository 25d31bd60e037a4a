// Which thread renews the leases of a worker: its heartbeat, and the main thread only what the heartbeat did not.
import { Producer } from '@acktor/core';
import { PrivateServer } from '@acktor/core/server';
import type { Broker, Engine, Liveness, WorkQueue } from '@acktor/core/engine';
import { memoryEngine } from '@acktor/testing';
import { Worker } from '@acktor/worker';
import { expect } from 'chai';
import { setTimeout as pause } from 'node:timers/promises';
import { recording } from '../handler/handler-of.js';
import { note } from '../jobs/notes.js';
import { plainRedis } from '../real-redis/plain-bullmq.js';
import { Heard } from '../signals/heard.js';
import { LogRecorder } from '../signals/log-recorder.js';
import { signal } from '../signals/signal.js';
import { WorkerTrial } from '../worker/worker-trial.js';

describe('the leases of a worker', () => {
  it('are renewed once in a third of their time, by its heartbeat', async () => {
    await using server = await PrivateServer.start();
    await using trial = await WorkerTrial.open(server.url);
    using redis = await plainRedis(server.url);
    const renewals = async () => Number(/pexpire:calls=(\d+)/.exec(await redis.info('commandstats'))?.[1] ?? 0);
    const { handler, deliveries, letGo } = holding();
    await trial.work([handler], { leaseMs: 1_000 });
    const receipt = await trial.producer.send(note, { text: 'hello' });
    await deliveries.first();
    const before = await renewals();
    const beganMs = performance.now();
    while ((await renewals()) < before + 6) await pause(20);
    expect(performance.now() - beganMs, 'for six').to.be.above(1_500);
    letGo();
    await receipt.result({ timeoutMs: 10_000 });
    expect(deliveries.all).to.have.length(1);
  });

  it('are renewed by it alone on the main thread, too', async () => {
    const memory = memoryEngine({ clock: 'machine' });
    const byHeartbeat = new Heard<void>();
    const byMainThread = new Heard<void>();
    const engine = reporting(memory, byHeartbeat, byMainThread);
    const { handler, deliveries, letGo } = holding();
    await using worker = await Worker.start({ engine, handlers: [handler], leaseMs: 1_000, logger: new LogRecorder() });
    await using producer = await Producer.connect({ engine });
    await producer.send(note, { text: 'hello' });
    await deliveries.first();
    await byHeartbeat.upTo(byHeartbeat.all.length + 4);
    expect(byMainThread.all).to.have.length(0);
    letGo();
    await worker.close();
  });
});

/** A handler that ends when it may. */
function holding() {
  const mayEnd = signal();
  const { handler, deliveries } = recording(note, async () => {
    await mayEnd.given;
    return { length: 0 };
  });
  return { handler, deliveries, letGo: () => mayEnd.give() };
}

/** The same engine, which reports each renewal. */
function reporting(engine: Engine, byHeartbeat: Heard<void>, byMainThread: Heard<void>): Engine {
  const openLiveness: Engine['openLiveness'] = async (opening) => {
    const liveness = await engine.openLiveness(opening);
    const renewAll: Liveness['renewAll'] = (leaseMs) => {
      byHeartbeat.push();
      return liveness.renewAll(leaseMs);
    };
    return instead(liveness, { renewAll });
  };
  const openBroker: Engine['openBroker'] = async (opening) => {
    const connected = await engine.openBroker(opening);
    const workQueue: Broker['workQueue'] = (name) => {
      const queue = connected.broker.workQueue(name);
      const renew: WorkQueue['renew'] = (...given) => {
        byMainThread.push();
        return queue.renew(...given);
      };
      return instead(queue, { renew });
    };
    return { ...connected, close: () => connected.close(), broker: instead(connected.broker, { workQueue }) };
  };
  return instead(engine, { openLiveness, openBroker });
}

/** The same object, with other methods for some. */
function instead<T extends object>(whole: T, methods: Partial<T>): T {
  return new Proxy(whole, {
    get(target, name) {
      if (Object.hasOwn(methods, name)) return Reflect.get(methods, name) as unknown;
      const value = Reflect.get(target, name) as unknown;
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}
