// The orders that are for senders.
import { setTimeout as pause } from 'node:timers/promises';
import type { Figures } from '../measuring/metric.js';
import type { RunningOrder, Order, OrderOf } from './order.js';
import { nowMicros, payloadNumber, type Peer, type Sender } from './peer.js';
import { UNCOUNTED_SAMPLES } from './working.js';

/** Fills the queue in batches that any peer takes. */
export async function fill(peer: Peer, { jobs, road, ...place }: OrderOf<'fill'>): Promise<RunningOrder> {
  if (road !== undefined) {
    // Loaded here alone: no process under test is to have BullMQ's client in its memory for it.
    const { fillRoad } = await import('./road-filling.js');
    return { done: fillRoad({ ...place, road, jobs }).then(() => ({})), close: () => Promise.resolve() };
  }
  return withSender(peer, place, async (sender) => {
    for (let from = 0; from < jobs; from += BATCH) {
      await sender.sendAll(Array.from({ length: Math.min(BATCH, jobs - from) }, (_, i) => payloadNumber(from + i)));
    }
    return {};
  });
}

const BATCH = 1_000;

export function trickle(peer: Peer, { samples, everyMs, ...place }: OrderOf<'trickle'>): Promise<RunningOrder> {
  return withSender(peer, place, async (sender) => {
    for (let number = 0; number < samples + UNCOUNTED_SAMPLES; number += 1) {
      await sender.send(payloadNumber(number));
      await pause(everyMs);
    }
    return {};
  });
}

export function send(peer: Peer, order: OrderOf<'send'>): Promise<RunningOrder> {
  const { warmUpJobs, jobs, inFlight } = order;
  return withSender(peer, order, async (sender) => {
    await sendInLanes(sender, warmUpJobs, inFlight);
    const startedAtMicros = nowMicros();
    await sendInLanes(sender, jobs, inFlight);
    return { sends_per_s: (jobs * 1_000_000) / (nowMicros() - startedAtMicros) };
  });
}

export async function publish(peer: Peer, order: OrderOf<'publish'>): Promise<RunningOrder> {
  const { address, queues, warmUpJobs, jobs, inFlight } = order;
  const publisher = await peer.openPublisher?.(address, queues);
  if (publisher === undefined) throw new Error('expected a peer that has exchanges');
  const act = async () => {
    await sendInLanes(publisher, warmUpJobs, inFlight);
    const startedAtMicros = nowMicros();
    await sendInLanes(publisher, jobs, inFlight);
    return { publishes_per_s: (jobs * 1_000_000) / (nowMicros() - startedAtMicros) };
  };
  return { done: act(), close: () => publisher.close() };
}

/** Each lane sends its next job when the server has its last, as so many requests of a web application do. */
async function sendInLanes(sender: Pick<Sender, 'send'>, jobs: number, inFlight: number): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < jobs) await sender.send(payloadNumber(next++));
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
}

type Place = Pick<Order, 'address' | 'queue'>;

async function withSender(
  peer: Peer,
  { address, queue }: Place,
  act: (sender: Sender) => Promise<Figures>,
): Promise<RunningOrder> {
  const sender = await peer.openSender(address, queue);
  return { done: act(sender), close: () => sender.close() };
}
