// The order of a worker that is killed while it holds a job.
import type { Errand, OrderOf } from './order.js';
import { nowMicros, type Peer } from './peer.js';
import type { Line } from './play.js';

export async function hold(peer: Peer, { address, queue }: OrderOf<'hold'>, line: Line): Promise<Errand> {
  const body = () => {
    line.report({ stage: 'started', atMicros: nowMicros() });
    return new Promise<void>(() => undefined);
  };
  const worker = await peer.startWorker({ address, queue, consumers: 1, body });
  const never = new Promise<never>(() => undefined);
  return { ...(worker.id !== undefined && { id: worker.id }), done: never, close: () => worker.close() };
}
