// BullMQ as its manual has it: one Worker with a concurrency, or one Worker for each consumer; all else by default.
import { Queue, Worker } from 'bullmq';
import { JOB, type BenchPayload, type Peer, type RunningWorker, type Sender, type WorkerRequest } from './peer.js';
import { DEFAULT_ACKED } from '@acktor/core/engine';

/** One Worker that handles so many jobs at a time. */
export const bullmq: Peer = {
  startWorker: (request) => startWorker(request, request.consumers),
  openSender,
};

/** So many Workers of one job at a time. */
export const bullmqWorkers: Peer = {
  async startWorker(request) {
    const workers = await Promise.all(Array.from({ length: request.consumers }, () => startWorker(request, 1)));
    return { close: async () => void (await Promise.all(workers.map((worker) => worker.close()))) };
  },
  openSender,
};

async function startWorker({ address, queue, body }: WorkerRequest, concurrency: number): Promise<RunningWorker> {
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

/** Acktor's defaults, in BullMQ's words. */
export const retention = {
  age: DEFAULT_ACKED.ageSeconds,
  count: DEFAULT_ACKED.count,
};
