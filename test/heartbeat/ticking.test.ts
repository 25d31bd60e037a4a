// The ticks of a heartbeat on a liveness that fails when the test says so.
import { ConnectionLostError, UnwritableCallError } from '@acktor/core';
import type { Liveness, ReapReport, RenewalReport, RenewedLeases } from '@acktor/core/engine';
import { expect } from 'chai';
import { MessageChannel } from 'node:worker_threads';
import { Heard } from '../signals/heard.js';
import { machineMs, newSign, tickUntilStopped, type HeartbeatReport } from '../worker-inside/inside.js';

const calm: ReapReport = {
  hasSuspects: false,
  active: 0,
  returnedJobIds: [],
  hasForgotten: false,
  nextDueInMs: undefined,
  faults: [],
};

function renewed(leases: readonly RenewedLeases[] = [], faults: readonly unknown[] = []): RenewalReport {
  return { leases, faults };
}

describe('the ticks of a heartbeat', () => {
  it('looks after what other servers have when one is away, whose leases it cannot renew', async () => {
    await using trial = new TickTrial({
      renewAll: () => Promise.reject(new ConnectionLostError()),
      reap: () => Promise.resolve({ ...calm, returnedJobIds: ['job-1'], faults: [new ConnectionLostError()] }),
    });
    expect(await trial.reports.first()).to.deep.equal({ type: 'returned', jobIds: ['job-1'] });
  });

  it('renews again before long, and not at each tick, what it could not renew', async () => {
    let ticks = 0;
    const renewedAt: number[] = [];
    await using trial = new TickTrial({
      renewAll: () =>
        renewedAt.push(ticks) === 1 ? Promise.reject(new ConnectionLostError()) : Promise.resolve(renewed()),
      reap: () => Promise.resolve({ ...calm, hasSuspects: true, returnedJobIds: [String((ticks += 1))] }),
    });
    await trial.reports.first(() => renewedAt.length === 2);
    expect(renewedAt[1]).to.be.within(2, 40);
  });

  it('reports what it renewed when one queue of two fails, and renews again before long', async () => {
    const leases = [{ queue: 'notes', numbers: [1] }];
    const faults = [new ConnectionLostError()];
    const atMs: number[] = [];
    const renewAll = () => {
      atMs.push(performance.now());
      return Promise.resolve(renewed(leases, faults));
    };
    await using trial = new TickTrial({ renewAll, reap: () => Promise.resolve({ ...calm, hasSuspects: true }) });
    expect((await trial.renewed()).leases).to.deep.equal(leases);
    await trial.reports.first(() => atMs.length === 2);
    expect((atMs[1] ?? Infinity) - (atMs[0] ?? 0)).to.be.below(900);
  });

  it('reports which leases it renewed, and when that began', async () => {
    const leases = [{ queue: 'notes', numbers: [3, 7] }];
    const beforeMs = machineMs();
    await using trial = new TickTrial({
      renewAll: () => Promise.resolve(renewed(leases)),
      reap: () => Promise.resolve(calm),
    });
    const { beganAtMs, ...report } = await trial.renewed();
    expect(report).to.deep.equal({ type: 'renewed', leases });
    expect(beganAtMs).to.be.within(beforeMs, machineMs());
  });

  it('renews in time though ticks are a tenth of a second apart: each third of a lease, and not a tick later', async () => {
    const atMs: number[] = [];
    const liveness = {
      renewAll: () => Promise.resolve(renewed([{ queue: 'notes', numbers: [atMs.push(performance.now())] }])),
      reap: () => Promise.resolve({ ...calm, active: 1 }),
    };
    await using trial = new TickTrial(liveness, 3_150);
    await trial.reports.first(() => atMs.length === 4);
    const apartMs = atMs.slice(1).map((at, i) => at - (atMs[i] ?? at));
    expect(Math.min(...apartMs)).to.be.within(1_049, 1_095);
  });

  it('ticks before an idle pause is over when another delayed job is the next one', async () => {
    const polls: number[] = [];
    let ticks = 0;
    const liveness = {
      renewAll: () => Promise.resolve(renewed()),
      hasOtherNextDue: () => Promise.resolve(polls.push(ticks) === 2),
      reap: () => Promise.resolve({ ...calm, returnedJobIds: [String((ticks += 1))] }),
    };
    await using trial = new TickTrial(liveness, 15_000);
    await trial.reports.first(() => ticks === 2);
    expect(polls).to.deep.equal([1, 1]);
  });

  it('says once of every fault but a lost connection, for one of our own lasts', async () => {
    let ticks = 0;
    await using trial = new TickTrial({
      renewAll: () => Promise.resolve(renewed()),
      reap: () => {
        ticks += 1;
        return Promise.reject(ticks === 1 ? new ConnectionLostError() : new UnwritableCallError('666.67'));
      },
    });
    const report = await trial.reports.first(({ type }) => type !== 'renewed');
    expect(report).to.have.property('type', 'refused');
    expect(report).to.have.property('reason').that.contains('got 666.67');
  });
});

class TickTrial implements AsyncDisposable {
  readonly reports = new Heard<HeartbeatReport>();
  readonly #channel = new MessageChannel();
  readonly #ended: Promise<void>;

  constructor(liveness: Pick<Liveness, 'renewAll' | 'reap'> & Partial<Liveness>, leaseMs = 3_000) {
    const rules = { leaseMs, deliveryLimit: 20, graceMs: 250, hangMs: 0, lastSign: newSign() };
    this.#ended = tickUntilStopped({
      liveness: { hasOtherNextDue: () => Promise.resolve(false), ...liveness } as Liveness,
      input: rules as never,
      hasPresence: true,
      port: this.#channel.port1,
      report: (report) => this.reports.push(report),
    });
  }

  async renewed() {
    const report = await this.reports.first(({ type }) => type === 'renewed');
    if (report.type !== 'renewed') throw new Error('it is what was asked for');
    return report;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#channel.port2.postMessage({ type: 'stop' });
    await this.#ended;
    this.#channel.port1.close();
  }
}
