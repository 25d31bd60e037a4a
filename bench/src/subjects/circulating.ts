// The order of a worker whose jobs each send another: what a job costs while many wait, and go on waiting.
import type { Errand, OrderOf } from './order.js';
import { JobCounter } from './job-counter.js';
import { payloadNumber, type Peer } from './peer.js';

export async function circulate(peer: Peer, order: OrderOf<'circulate'>): Promise<Errand> {
  const { address, queue, consumers, warmUpJobs, jobs } = order;
  const counter = new JobCounter(warmUpJobs, jobs);
  const sender = await peer.openSender(address, queue);
  let finish: () => void = () => undefined;
  const over = new Promise<void>((resolve) => (finish = resolve));
  const body = async () => {
    // What was not counted would still cost the server something.
    if (counter.isOver) return over;
    counter.count();
    await sender.send(payloadNumber(0));
  };
  const worker = await peer.startWorker({ address, queue, consumers, body });
  const close = async () => {
    finish();
    await worker.close();
    await sender.close();
  };
  return { done: counter.figures, close };
}
