// What a soak goes by: how fast a noisy figure grows, and which redeliveries have a cause.
import { lowEnvelope, slopeOf, unexplained, type Injected, type LedgerEntry } from '@acktor/chaos';
import { expect } from 'chai';

const HOUR_MS = 3_600_000;

describe('the slope of a figure', () => {
  it('is what it grows by in an hour, whatever a few wild samples say', () => {
    const samples = Array.from({ length: 21 }, (_, at) => ({ atMs: at * 60_000, value: at % 7 === 3 ? 99 : at / 60 }));
    expect(slopeOf(samples).perHour).to.be.closeTo(1, 1e-9);
  });

  it('may well be nothing where noise is all there is', () => {
    const noise = [5, 1, 4, 2, 3, 5, 1, 4, 2, 3, 5, 1].map((value, at) => ({ atMs: at * HOUR_MS, value }));
    expect(slopeOf(noise).leastPerHour).to.be.below(0);
  });

  it('is taken from the least of each span', () => {
    const samples = [5, 2, 7, 3, 9, 4].map((value, atMs) => ({ atMs, value }));
    expect(lowEnvelope(samples, 2).map(({ value }) => value)).to.deep.equal([2, 3, 4]);
  });
});

describe('a redelivery in a soak', () => {
  it('has a cause when a fault hit the worker that had the job, while it had it', () => {
    expect(without([fault({ hits: ['one'], fromMs: 5, toMs: 6 })])).to.have.lengthOf(0);
  });

  it('has none in a fault that hit another worker, or came later', () => {
    expect(without([fault({ hits: ['two'], fromMs: 5, toMs: 6 })])).to.have.lengthOf(1);
    expect(without([fault({ hits: ['one'], fromMs: 20, toMs: 21 })])).to.have.lengthOf(1);
  });

  it('is told from its fence: a delivery that was held on the wire starts after the one that followed it', () => {
    const late = TWICE.map((entry) => ({ ...entry, atMs: 11 - entry.atMs }));
    const dark = [fault({ hits: ['one'], fromMs: 0, toMs: 10 })];
    expect(unexplained({ entries: late }, dark, () => false)).to.have.lengthOf(0);
    const other = [fault({ hits: ['two'], fromMs: 0, toMs: 10 })];
    expect(unexplained({ entries: late }, other, () => false)).to.have.lengthOf(1);
  });

  it('needs none where the handler fails on purpose', () => {
    expect(unexplained({ entries: TWICE }, [], () => true)).to.have.lengthOf(0);
  });

  it('is told with both workers and the faults meanwhile', () => {
    const [told] = without([fault({ hits: [], fromMs: 4, toMs: 4 })]);
    expect(told).to.equal('job 1 of one went to two after 9 ms (reset at 3 ms)');
  });
});

const TWICE: readonly LedgerEntry[] = [
  { what: 'started', job: 'a', order: 1, fence: 1, atMs: 1, by: 'one' },
  { what: 'started', job: 'a', order: 1, fence: 2, atMs: 10, by: 'two' },
];

function without(injected: readonly Injected[]): readonly string[] {
  return unexplained({ entries: TWICE }, injected, () => false);
}

function fault(part: Omit<Injected, 'fault'>): Injected {
  return { fault: 'reset', ...part };
}
