// The checker of `npm run chaos`: what it takes for a violation, from ledgers written by hand.
import { check, type Census, type Evidence, type Happening, type LedgerEntry, type JobState } from '@acktor/chaos';
import { expect } from 'chai';

describe('the checker of faults', () => {
  it('finds nothing in a job that was confirmed, delivered once and acked', () => {
    expect(invariantsOf(DONE, { a: acked(1) })).to.deep.equal([]);
  });

  it('misses a confirmed job that the server does not know', () => {
    expect(invariantsOf([CONFIRMED], {})).to.deep.equal(['L']);
  });

  it('does not take an ack for work that no handler did', () => {
    expect(invariantsOf([CONFIRMED, started(1)], { a: acked(1) })).to.deep.equal(['L']);
  });

  it('takes a dead letter for a loss unless it is meant to be one', () => {
    const dead: JobState = { kind: 'deadLettered', reason: 'poison' };
    expect(invariantsOf([CONFIRMED], { a: dead })).to.deep.equal(['L']);
    expect(invariantsOf([CONFIRMED], { a: dead }, { mayDeadLetter: () => true })).to.deep.equal([]);
  });

  it('sees a zombie whose ack was stored after the next delivery had begun', () => {
    const entries = [...DONE, fault(1), started(2), effect(2)];
    expect(invariantsOf(entries, { a: acked(1) })).to.deep.equal(['H']);
    expect(invariantsOf(entries, { a: acked(2) })).to.deep.equal([]);
  });

  it('sees a fence that was handed out twice', () => {
    expect(invariantsOf([...DONE, fault(1), started(1)], { a: acked(1) })).to.deep.equal(['H']);
  });

  it('counts deliveries beyond the first against the faults', () => {
    const entries = [...DONE, started(2), effect(2)];
    expect(invariantsOf(entries, { a: acked(2) })).to.deep.equal(['D']);
    expect(invariantsOf([...entries, fault(1)], { a: acked(2) })).to.deep.equal([]);
  });

  it('counts a job that was added twice, under two ids', () => {
    const second: Happening = { what: 'started', job: 'b', order: 1, fence: 1 };
    expect(invariantsOf([...DONE, second], { a: acked(1), b: acked(1) })).to.deep.equal(['D']);
  });

  it('sees a job that starts after a newer one, from the time on that order is asked for', () => {
    const entries: Happening[] = [...DONE, { what: 'started', job: 'b', order: 0, fence: 1 }];
    expect(invariantsOf(entries, { a: acked(1) }, { ordered: [{ fromMs: 0, toMs: 9 }] })).to.deep.equal(['O']);
    expect(invariantsOf(entries, { a: acked(1) }, { ordered: [{ fromMs: 2, toMs: 9 }] })).to.deep.equal([]);
  });

  it('sees what is left behind', () => {
    expect(check({ entries: [], census: { jobs: new Map(), active: 1, waiting: 0 } })).to.have.lengthOf(1);
    expect(check({ entries: [], census: { jobs: new Map(), active: 0, waiting: 2 } })).to.have.lengthOf(1);
  });
});

const CONFIRMED: Happening = { what: 'confirmed', job: 'a', order: 1 };
const DONE: readonly Happening[] = [CONFIRMED, started(1), effect(1)];

function started(fence: number): Happening {
  return { what: 'started', job: 'a', order: 1, fence };
}

function effect(fence: number): Happening {
  return { what: 'effect', job: 'a', fence };
}

function fault(mayRedeliver: number): Happening {
  return { what: 'fault', fault: 'a kill', mayRedeliver };
}

function acked(fence: number): JobState {
  return { kind: 'acked', fence };
}

/** What is violated, in the order of the rules. */
function invariantsOf(
  happenings: readonly Happening[],
  jobs: Readonly<Record<string, JobState>>,
  particular: Partial<Evidence> = {},
): readonly string[] {
  const entries: LedgerEntry[] = happenings.map((it, at) => ({ ...it, atMs: at, by: 'test' }));
  const census: Census = { jobs: new Map(Object.entries(jobs)), active: 0, waiting: 0 };
  return check({ entries, census, ...particular }).map(({ invariant }) => invariant);
}
