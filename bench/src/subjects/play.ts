// The life of a process under test: carries out the one order it was started with, reports, and leaves when told to.
import { circulate } from './circulating.js';
import { hold } from './holding.js';
import { peakMemoryMb } from './memory.js';
import type { Errand, Order, Report, Word } from './order.js';
import type { Peer } from './peer.js';
import { fill, send, trickle } from './sending.js';
import { share } from './sharing.js';
import { idle, listen, work } from './working.js';

/** What an errand hears and says while it is carried out. */
export interface Line {
  told(word: Word): Promise<void>;
  report(report: Report): void;
}

/** Plays `peer` in this process. The order comes as JSON in the first argument; the bench is at the other end of the channel. */
export async function play(peer: Peer): Promise<void> {
  process.once('disconnect', () => process.exit());
  const left = line.told('leave');
  const errand = await begin(peer, JSON.parse(process.argv[2] ?? '') as Order);
  line.report({ stage: 'ready', ...(errand.id !== undefined && { id: errand.id }) });
  line.report({ stage: 'done', figures: await errand.done });
  await left;
  const tally = await errand.close();
  const figures = { rss_mb: await peakMemoryMb() };
  await lastWord({ stage: 'left', figures, ...(tally && { tally }) });
  process.disconnect();
}

/** Resolves when it is out: a long one would be cut off by the end of the line. */
function lastWord(report: Report): Promise<void> {
  return new Promise((resolve) => void process.send?.(report, () => resolve()));
}

function begin(peer: Peer, order: Order): Promise<Errand> {
  switch (order.kind) {
    case 'fill':
      return fill(peer, order);
    case 'work':
      return work(peer, order);
    case 'circulate':
      return circulate(peer, order);
    case 'share':
      return share(peer, order, line);
    case 'idle':
      return idle(peer, order);
    case 'listen':
      return listen(peer, order);
    case 'trickle':
      return trickle(peer, order);
    case 'send':
      return send(peer, order);
    case 'hold':
      return hold(peer, order, line);
  }
}

const line: Line = {
  told: (word) => new Promise((resolve) => process.on('message', (heard: Word) => heard === word && resolve())),
  report: (report) => void process.send?.(report),
};
