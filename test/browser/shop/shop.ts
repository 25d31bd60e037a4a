// A fleet of processes that works on a stream of orders until it is closed.
import { Producer } from '@acktor/core';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setInterval } from 'node:timers';
import { chargeCard, classify, scanFile, sendMail, type Task } from './jobs.js';

export interface ShopPlace {
  readonly redis: string;
  readonly namespace: string;
}

export interface Shop extends AsyncDisposable {
  readonly producer: Producer;
  /** Kills one process, as a crash would. */
  killOne(): void;
}

const jobs = [chargeCard, sendMail, scanFile, classify];
/** Orders a second. */
const pace = 60;
/** One of this many orders fails, and one takes very long. */
const oneFailsIn = 37;
const oneLastsIn = 900;

export async function openShop(place: ShopPlace, processes: number): Promise<Shop> {
  const producer = await Producer.connect(place);
  const workers = await Promise.all(Array.from({ length: processes }, () => startWorker(place)));
  let orders = 0;
  const ordering = setInterval(() => {
    orders += 1;
    const job = jobs[(orders * orders + (orders >> 2)) % jobs.length] ?? sendMail;
    void producer.send(job, taskFor(orders, job === sendMail ? 1.7 : 1)).catch(() => undefined);
  }, 1_000 / pace);
  return {
    producer,
    killOne: () => workers[0]?.kill('SIGKILL'),
    [Symbol.asyncDispose]: async () => {
      clearInterval(ordering);
      await Promise.all(workers.map(end));
      await producer.close();
    },
  };
}

/** The same orders each time. @param slowness - how many times as long as usual they take. */
function taskFor(number: number, slowness: number): Task {
  const spread = ((number * 7_919) % 97) / 97;
  const ms = number % oneLastsIn === 150 ? 120_000 : Math.round(slowness * (120 + 1_400 * spread ** 2));
  const reason = number % (3 * oneFailsIn) === 0 ? 'data.cents must be positive' : 'SMTP 550 mailbox unavailable';
  return { orderId: `o-${number}`, ms, ...(number % oneFailsIn === 0 ? { fails: reason } : {}) };
}

async function startWorker({ redis, namespace }: ShopPlace): Promise<ChildProcess> {
  const options = JSON.stringify({ redis, namespace, consumers: 3 });
  const worker = fork(new URL('shop-worker.js', import.meta.url), [options], { silent: true });
  await once(worker, 'message');
  return worker;
}

async function end(worker: ChildProcess): Promise<void> {
  if (worker.exitCode !== null || worker.signalCode !== null) return;
  const ended = once(worker, 'exit');
  worker.kill('SIGKILL');
  await ended;
}
