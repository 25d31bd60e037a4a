// Entry of a child process: plays Bee-Queue as its manual has it, with finished jobs removed: it keeps either none or all.
import BeeQueue from 'bee-queue';
import { play } from './play.js';
import type { BenchPayload, Peer, Sender } from './peer.js';

const beeQueue: Peer = {
  async startWorker({ address, queue: name, consumers, body }) {
    const queue = new BeeQueue<BenchPayload>(name, {
      redis: { path: address },
      removeOnSuccess: true,
      getEvents: false,
    });
    await queue.ready();
    queue.process(consumers, async ({ data }: BeeQueue.Job<BenchPayload>) => body(data));
    return { close: () => queue.close(CLOSE_MS) };
  },

  async openSender(address, name): Promise<Sender> {
    const settings = { redis: { path: address }, removeOnSuccess: true, isWorker: false, getEvents: false };
    const queue = new BeeQueue<BenchPayload>(name, settings);
    await queue.ready();
    return {
      send: (payload) => queue.createJob(payload).save(),
      sendAll: (payloads) => queue.saveAll(payloads.map((payload) => queue.createJob(payload))),
      close: () => queue.close(CLOSE_MS),
    };
  },
};

/** How long it may wait for its handlers. */
const CLOSE_MS = 30_000;

await play(beeQueue);
