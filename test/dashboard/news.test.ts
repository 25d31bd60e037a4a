import { expect } from 'chai';
import { Hearing, Lately } from './dashboard-inside.js';
import { consumerReport, workerReport } from './scripted-fleet.js';

describe('Hearing', () => {
  it('finds a process quiet of which nothing is heard for two seconds', () => {
    const hearing = new Hearing();
    hearing.heard('one', 10_000, 10_000);
    expect(hearing.quiet(12_000)).to.deep.equal([]);
    expect(hearing.quiet(12_001)).to.deep.equal([{ workerId: 'one', heardAtMs: 10_000 }]);
  });

  it('takes a clock that differs for no delay', () => {
    const hearing = new Hearing();
    hearing.reported('one', 60_000);
    for (const nowMs of [60_100, 60_600, 61_100]) hearing.heard('one', nowMs - 50_000, nowMs);
    expect(hearing.quiet(61_200)).to.deep.equal([]);
  });

  it('takes a delay for a delay, though frames go on to come', () => {
    const hearing = new Hearing();
    hearing.heard('one', 10_000, 10_010);
    hearing.heard('one', 11_000, 14_010);
    expect(hearing.quiet(14_010)).to.deep.equal([{ workerId: 'one', heardAtMs: 11_010 }]);
  });

  it('gets used to a clock that was put right', () => {
    const hearing = new Hearing();
    hearing.heard('one', 100_000, 100_000);
    for (let nowMs = 100_500; nowMs < 170_000; nowMs += 500) hearing.heard('one', nowMs - 5_000, nowMs);
    expect(hearing.quiet(170_000)).to.deep.equal([]);
  });
});

describe('Lately', () => {
  const report = { ...workerReport('one'), startedAtMs: 100_000 };

  it('tells how many jobs a process held that died', () => {
    const lately = new Lately();
    const held = { jobId: 'j', jobName: 'note', attempt: 1, heldSinceMs: 1 };
    const consumers = [{ ...consumerReport('payments/1', 'processing'), held }, consumerReport('payments/2')];
    lately.gone({ ...report, consumers }, 'died', 100_500);
    expect(lately.takeUntold()).to.deep.equal([
      { workerId: 'one', host: 'host-1', pid: 4711, what: 'died', atMs: 100_500, held: 1 },
    ]);
    expect(lately.takeUntold()).to.deep.equal([]);
    expect(lately.all(100_600)).to.have.length(1);
  });

  it('has a death that is kept on the server once, whoever else says it', () => {
    const lately = new Lately();
    const death = { workerId: 'my-host-4711-0a1b', atMs: 100_400, held: 3, queues: ['payments'] };
    lately.recorded([death], 100_500);
    lately.recorded([death, { ...death, workerId: 'old', atMs: 100_400 - 300_000 }], 100_600);
    lately.gone({ ...report, workerId: death.workerId }, 'died', 100_700);
    expect(lately.takeUntold()).to.deep.equal([
      { workerId: death.workerId, host: 'my-host', pid: 4711, what: 'died', atMs: 100_400, held: 3 },
    ]);
  });

  it('takes a process that runs for long for none that came', () => {
    const lately = new Lately();
    lately.joined(report, 100_000 + 600_000);
    expect(lately.all(700_000)).to.deep.equal([]);
  });

  it('forgets after some minutes', () => {
    const lately = new Lately();
    lately.joined(report, 100_100);
    expect(lately.all(100_200)).to.have.length(1);
    expect(lately.all(401_000)).to.deep.equal([]);
  });
});
