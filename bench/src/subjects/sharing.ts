// The order of a worker that works beside others: what it got of the jobs is told at the end.
import { setTimeout as pause } from 'node:timers/promises';
import type { Errand, OrderOf, Tally } from './order.js';
import { nowMicros, type BenchPayload, type Peer } from './peer.js';
import type { Line } from './play.js';

/** Connects only when told to go: whoever is ready first would have a start on the others. */
export function share(peer: Peer, order: OrderOf<'share'>, line: Line): Promise<Errand> {
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
  const begun = line.told('go').then(begin);
  const close = async (): Promise<Tally> => {
    const { user, system } = process.cpuUsage(cpuAtStart);
    await (await begun).close();
    return { ...tally, cpuMicros: user + system };
  };
  return Promise.resolve({ done: begun.then(() => ({})), close });
}

/** From 1 to 19 ms, as the job's number says: the same mix for all, and no pattern that a taking of turns would meet. */
function mixedLengthMs({ orderId }: BenchPayload): number {
  const number = Number(orderId.slice('order-'.length));
  return 1 + (((number * 7_919) % 104_729) % 19);
}
