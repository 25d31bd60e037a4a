// What is said of a fleet while server and workers are slow: less often, and never old.
import { once } from 'node:events';
import type { MessagePort } from 'node:worker_threads';
import { deflateSync } from 'node:zlib';
import { expect } from 'chai';
import { Heard } from '../signals/heard.js';
import { Feed, KnownWorkers, MachineRegistry, pack, unpack, type FeedNote, type FeedOrder } from './fleet-inside.js';

describe('the frames of a busy worker', () => {
  let feed: InstanceType<typeof Feed>;
  let port: MessagePort;
  let notes: Heard<FeedNote>;
  let counted = 0;

  beforeEach('has a feed that has something to say whenever it is asked', () => {
    feed = new Feed('worker-1', new MachineRegistry());
    feed.add({
      report: () => ({}),
      beginWatch: () => undefined,
      endWatch: () => undefined,
      take: () => ({ gone: [`number ${(counted += 1)}`], steps: [] }),
    });
    port = feed.openPort();
    notes = new Heard();
    port.on('message', (note: FeedNote) => notes.push(note));
  });

  afterEach('closes both ends', async () => {
    const closed = once(port, 'close');
    feed.close();
    await closed;
  });

  const order = (type: FeedOrder['type']) => port.postMessage({ type });
  const frames = () => notes.all.filter(({ type }) => type === 'frame');

  it('wait until the server has taken the one before, and then come at once', async () => {
    order('watched');
    await notes.first(({ type }) => type === 'frame');
    await pastTicks(3);
    expect(frames()).to.have.length(1);
    order('published');
    await notes.first(() => frames().length === 2);
  });

  it('do not wait where a report is asked for, which follows them', async () => {
    order('watched');
    await notes.first(({ type }) => type === 'frame');
    order('report');
    await notes.first((note) => note === notes.all.at(-1) && note.type === 'report' && frames().length === 2);
  });
});

describe('what a watch knows of a worker', () => {
  it('is not replaced by a report that is older', () => {
    const known = new KnownWorkers();
    expect(known.reported('one', 4, 1)).to.equal(true);
    expect(known.received('one', 5, 2)).to.equal('next');
    expect(known.reported('one', 3, 3)).to.equal(false);
    expect(known.received('one', 6, 4)).to.equal('next');
  });

  it('is replaced by any report after a gap', () => {
    const known = new KnownWorkers();
    known.reported('one', 4, 1);
    expect(known.received('one', 9, 5_000)).to.equal('gap');
    expect(known.reported('one', 2, 5_001)).to.equal(true);
    expect(known.received('one', 3, 5_002)).to.equal('next');
  });
});

describe('a long text on its way to a fleet’s watchers', () => {
  const long = JSON.stringify(Array.from({ length: 100 }, (_, at) => ({ consumer: `payments-${at}`, state: 'idle' })));

  it('is packed to a fraction, and comes out as it went in', () => {
    const packed = pack(long);
    expect(packed.length).to.be.below(long.length / 5);
    expect(unpack(Buffer.from(packed))).to.equal(long);
  });

  it('is heard as well when it came as it was', () => {
    expect(pack('{"type":"watch"}')).to.equal('{"type":"watch"}');
    expect(unpack(Buffer.from(long))).to.equal(long);
  });

  it('is nothing when it is broken, or would not fit', () => {
    const packed = Buffer.from(pack(long));
    expect(unpack(packed.subarray(0, packed.length / 2))).to.equal('');
    expect(unpack(deflateSync(Buffer.alloc(33 * 1_024 * 1_024)))).to.equal('');
  });
});

/** Until so many ticks of the feed are past, by a clock of the same kind. */
function pastTicks(count: number): Promise<void> {
  return new Promise((resolve) => {
    let left = count;
    const timer = setInterval(() => {
      if (--left > 0) return;
      clearInterval(timer);
      resolve();
    }, 100);
  });
}
