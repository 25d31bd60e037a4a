import type { ConsumerReport, QueueTotals, WorkerFrame, WorkerReport } from '@acktor/core/engine';
import { expect } from 'chai';
import { FleetPicture, topPage } from '../cli-inside/inside.js';

describe("what acktor top makes of a fleet's news", () => {
  let nowMs = 0;
  let picture: FleetPicture;
  beforeEach(() => {
    nowMs = 100_000;
    picture = new FleetPicture(() => nowMs);
    picture.onReport(report({ acked: 10, states: ['idle', 'processing.handling'] }));
  });

  const states = () => picture.workers().flatMap(({ report: { consumers } }) => consumers.map(({ state }) => state));

  it('puts what a frame says in the place of what was known', () => {
    picture.onFrame(frame({ consumers: [consumer(1, 'fetching')], gone: ['notes-2'] }));
    expect(states()).to.deep.equal(['fetching']);
  });

  it('passes over frames of a process that has not reported', () => {
    picture.onFrame({ ...frame({ consumers: [consumer(9, 'idle')] }), workerId: 'stranger' });
    expect(picture.workers()).to.have.length(1);
  });

  it('tells how fast a queue moved of late', () => {
    nowMs += 4_000;
    picture.onFrame(frame({ totals: [totals(50)] }));
    expect(picture.rates().get('notes')).to.deep.equal({ ackedPerSecond: 10, rejectedPerSecond: 0 });
    nowMs += 6_000;
    expect(picture.rates().size, 'that is over').to.equal(0);
  });

  it('keeps a process that died on the page for ten seconds', () => {
    picture.onGone('w', 'died');
    expect(picture.workers()).to.deep.include({
      report: report({ acked: 10, states: ['idle', 'processing.handling'] }),
      gone: 'died',
    });
    nowMs += 10_001;
    expect(picture.workers()).to.deep.equal([]);
  });

  it('has no more lines than the terminal, and lists first what lasts longest', () => {
    const consumers = Array.from({ length: 40 }, (_, n) => ({
      ...consumer(n, 'processing.handling'),
      inStateSinceMs: n,
    }));
    picture.onFrame(frame({ consumers: consumers.toReversed() }));
    const page = topPage(picture, { sort: 'time in state', isPaused: false, lines: 20, nowMs }).toString();
    expect(page.trimEnd().split('\n').length).to.be.at.most(20);
    expect(page.indexOf('notes-0 ')).to.be.greaterThan(0).and.lessThan(page.indexOf('notes-1 '));
  });
});

function report({ acked, states }: { readonly acked: number; readonly states: readonly string[] }): WorkerReport {
  return {
    workerId: 'w',
    host: 'here',
    pid: 1,
    version: '0',
    startedAtMs: 0,
    atMs: 0,
    state: 'running',
    consumers: states.map((state, i) => consumer(i + 1, state)),
    totals: [totals(acked)],
    eventLoop: CALM,
    residentBytes: 0,
    machineIds: [],
  };
}

function frame(changes: Partial<WorkerFrame>): WorkerFrame {
  const nothing = { consumers: [], gone: [], steps: [], totals: [] };
  return { workerId: 'w', sequence: 1, atMs: 0, eventLoop: CALM, ...nothing, ...changes };
}

function consumer(number: number, state: string): ConsumerReport {
  const held = state.startsWith('processing') ? { jobId: 'j', jobName: 'note', attempt: 1, heldSinceMs: 0 } : undefined;
  return { consumer: `notes-${number}`, queue: 'notes', state, inStateSinceMs: 0, held };
}

function totals(acked: number): QueueTotals {
  return { queue: 'notes', acked, retried: 0, requeued: 0, deadLettered: 0, leasesLost: 0, redelivered: 0 };
}

const CALM = { lagP50Ms: 0, lagP99Ms: 0, lagMaxMs: 0, blockedForMs: 0 };
