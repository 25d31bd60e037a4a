// The life of a process under test: it carries out the one order that it was started with, reports, and ends on the command `leave`.
import { peakMemoryMb, idle, listen, work } from './working.js';
import type { RunningOrder, Order, Report, Command, OrderOf, Tally } from './order.js';
import { type Peer, payloadNumber, nowMicros, type BenchPayload } from './peer.js';
import { fill, publish, send, trickle } from './sending.js';
import { JobCounter } from './job-counter.js';
import { setTimeout as pause } from 'node:timers/promises';

/** The channel to the bench. */
export interface Channel {
  /** Resolves when the bench has sent this. */
  received(command: Command): Promise<void>;
  report(report: Report): void;
}

/** Plays `peer` in this process. The order comes as JSON in the first argument; the bench is at the other end of the channel. */
export async function play(peer: Peer): Promise<void> {
  process.once('disconnect', () => process.exit());
  const left = channel.received('leave');
  const running = await begin(peer, JSON.parse(process.argv[2] ?? '') as Order);
  channel.report({ stage: 'ready', ...(running.id !== undefined && { id: running.id }) });
  channel.report({ stage: 'done', figures: await running.done });
  await left;
  const tally = await running.close();
  const figures = { rss_mb: await peakMemoryMb() };
  await sendLast({ stage: 'left', figures, ...(tally && { tally }) });
  process.disconnect();
}

/** Resolves when it is written: the end of the channel would cut off a long one. */
function sendLast(report: Report): Promise<void> {
  return new Promise((resolve) => void process.send?.(report, () => resolve()));
}

function begin(peer: Peer, order: Order): Promise<RunningOrder> {
  switch (order.kind) {
    case 'fill':
      return fill(peer, order);
    case 'work':
      return work(peer, order);
    case 'circulate':
      return circulate(peer, order);
    case 'share':
      return share(peer, order, channel);
    case 'idle':
      return idle(peer, order);
    case 'listen':
      return listen(peer, order);
    case 'trickle':
      return trickle(peer, order);
    case 'send':
      return send(peer, order);
    case 'publish':
      return publish(peer, order);
    case 'hold':
      return hold(peer, order, channel);
  }
}

const channel: Channel = {
  received: (command) =>
    new Promise((resolve) => process.on('message', (message: Command) => message === command && resolve())),
  report: (report) => void process.send?.(report),
};

export async function circulate(peer: Peer, order: OrderOf<'circulate'>): Promise<RunningOrder> {
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

export async function hold(peer: Peer, { address, queue }: OrderOf<'hold'>, channel: Channel): Promise<RunningOrder> {
  const body = () => {
    channel.report({ stage: 'started', atMicros: nowMicros() });
    return new Promise<void>(() => undefined);
  };
  const worker = await peer.startWorker({ address, queue, consumers: 1, body });
  const never = new Promise<never>(() => undefined);
  return { ...(worker.id !== undefined && { id: worker.id }), done: never, close: () => worker.close() };
}

/** Connects only on the command `go`: otherwise the process that is ready first would have a start on the others. */
export function share(peer: Peer, order: OrderOf<'share'>, channel: Channel): Promise<RunningOrder> {
  const { address, queue, consumers, isMixed } = order;
  const tally = { jobs: 0, handledMs: 0, firstAtMicros: 0, lastAtMicros: 0, beginsAtMicros: [] as number[] };
  let cpuAtStart = process.cpuUsage();
  const body = (payload: BenchPayload) => {
    tally.jobs += 1;
    tally.lastAtMicros = nowMicros();
    tally.beginsAtMicros.push(tally.lastAtMicros);
    if (tally.jobs === 1) tally.firstAtMicros = tally.lastAtMicros;
    if (!isMixed) return;
    const lengthMs = mixedLengthMs(payload);
    tally.handledMs += lengthMs;
    return pause(lengthMs);
  };
  const begin = () => {
    cpuAtStart = process.cpuUsage();
    return peer.startWorker({ address, queue, consumers, body });
  };
  const begun = channel.received('go').then(begin);
  const close = async (): Promise<Tally> => {
    const { user, system } = process.cpuUsage(cpuAtStart);
    await (await begun).close();
    return { ...tally, cpuMicros: user + system };
  };
  return Promise.resolve({ done: begun.then(() => ({})), close });
}

/** From 1 to 19 ms, as the job's number says: the same mix for all, and no pattern that turn-taking would follow. */
function mixedLengthMs({ orderId }: BenchPayload): number {
  const number = Number(orderId.slice('order-'.length));
  return 1 + (((number * 7_919) % 104_729) % 19);
}
