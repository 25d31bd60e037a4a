import { expect } from 'chai';
import { Freshness, ProcessEventLog, ProcessEvents } from './dashboard-inside.js';
import { consumerReport, workerReport } from './scripted-fleet.js';

describe('the freshness of what is known of processes', () => {
  it('is lost after two seconds without a message', () => {
    const freshness = new Freshness();
    freshness.received('one', 10_000, 10_000);
    expect(freshness.quiet(12_000)).to.deep.equal([]);
    expect(freshness.quiet(12_001)).to.deep.equal([{ workerId: 'one', heardAtMs: 10_000 }]);
  });

  it('does not depend on how far the clocks differ', () => {
    const freshness = new Freshness();
    freshness.reported('one', 60_000);
    for (const nowMs of [60_100, 60_600, 61_100]) freshness.received('one', nowMs - 50_000, nowMs);
    expect(freshness.quiet(61_200)).to.deep.equal([]);
  });

  it('falls with a delay, though frames still arrive', () => {
    const freshness = new Freshness();
    freshness.received('one', 10_000, 10_010);
    freshness.received('one', 11_000, 14_010);
    expect(freshness.quiet(14_010)).to.deep.equal([{ workerId: 'one', heardAtMs: 11_010 }]);
  });

  it('adapts to a clock that was corrected', () => {
    const freshness = new Freshness();
    freshness.received('one', 100_000, 100_000);
    for (let nowMs = 100_500; nowMs < 170_000; nowMs += 500) freshness.received('one', nowMs - 5_000, nowMs);
    expect(freshness.quiet(170_000)).to.deep.equal([]);
  });
});

describe('the events of processes', () => {
  const report = { ...workerReport('one'), startedAtMs: 100_000 };
  const empty = () => {
    const events = new ProcessEvents();
    return { events, log: new ProcessEventLog(events) };
  };

  it('say how many jobs a process held that died', () => {
    const { events, log } = empty();
    const held = { jobId: 'j', jobName: 'note', attempt: 1, heldSinceMs: 1 };
    const consumers = [{ ...consumerReport('payments/1', 'processing'), held }, consumerReport('payments/2')];
    log.gone({ ...report, consumers }, 'died', 100_500);
    expect(log.takeUnsent()).to.deep.equal([
      { workerId: 'one', host: 'host-1', pid: 4711, what: 'died', atMs: 100_500, held: 1 },
    ]);
    expect(log.takeUnsent()).to.deep.equal([]);
    expect(events.recent(100_600)).to.have.length(1);
  });

  it('hold a death once, whether the server keeps it or the watch saw it', () => {
    const { log } = empty();
    const death = { workerId: 'my-host-4711-0a1b', atMs: 100_400, held: 3, queues: ['payments'] };
    log.recorded([death], 100_500);
    log.recorded([death, { ...death, workerId: 'old', atMs: 100_400 - 300_000 }], 100_600);
    log.gone({ ...report, workerId: death.workerId }, 'died', 100_700);
    expect(log.takeUnsent()).to.deep.equal([
      { workerId: death.workerId, host: 'my-host', pid: 4711, what: 'died', atMs: 100_400, held: 3 },
    ]);
  });

  it('leave out a process that has run for long when it is first seen', () => {
    const { events, log } = empty();
    log.joined(report, 100_000 + 600_000);
    expect(events.recent(700_000)).to.deep.equal([]);
  });

  it('are forgotten after some minutes', () => {
    const { events, log } = empty();
    log.joined(report, 100_100);
    expect(events.recent(100_200)).to.have.length(1);
    expect(events.recent(401_000)).to.deep.equal([]);
  });
});
