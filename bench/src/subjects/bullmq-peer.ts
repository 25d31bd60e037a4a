// BullMQ as its manual has it: one Worker with a concurrency, or one Worker for each consumer; all else by default.
import { Queue, Worker } from 'bullmq';
import { JOB, type BenchPayload, type Peer, type RunningWorker, type Sender, type WorkerWish } from './peer.js';
import { retention } from './retention.js';

/** One Worker that handles so many jobs at a time. */
export const bullmq: Peer = {
  startWorker: (wish) => startWorker(wish, wish.consumers),
  openSender,
};

/** So many Workers of one job at a time. */
export const bullmqWorkers: Peer = {
  async startWorker(wish) {
    const workers = await Promise.all(Array.from({ length: wish.consumers }, () => startWorker(wish, 1)));
    return { close: async () => void (await Promise.all(workers.map((worker) => worker.close()))) };
  },
  openSender,
};

async function startWorker({ address, queue, body }: WorkerWish, concurrency: number): Promise<RunningWorker> {
  const worker = new Worker<BenchPayload>(queue, async ({ data }) => body(data), {
    connection: { path: address },
    concurrency,
    removeOnComplete: retention,
  });
  await worker.waitUntilReady();
  return worker;
}

async function openSender(address: string, name: string): Promise<Sender> {
  const queue = new Queue<BenchPayload>(name, { connection: { path: address } });
  await queue.waitUntilReady();
  return {
    send: (payload) => queue.add(JOB, payload),
    sendAll: (payloads) => queue.addBulk(payloads.map((data) => ({ name: JOB, data }))),
    close: () => queue.close(),
  };
}
