import { expect } from 'chai';
import { retry } from '../broker/test-queue.js';
import { leasedJob } from '../delivery/leased-job.js';
import type { ConsumerEvent, RunnerOrder } from '../worker-inside/inside.js';
import { ConsumerTrial } from './consumer-trial.js';

const returned: ConsumerEvent = { type: 'handler.returned', result: '{"ok":true}' };

describe('a consumer', () => {
  it('acks what the handler returned, and asks for the next in the same breath', () => {
    const trial = new ConsumerTrial();
    const job = trial.receives('job-1');
    trial.send(returned);
    expect(trial.lastSettling).to.deep.equal({
      job,
      settlement: { kind: 'ack', result: '{"ok":true}' },
      wantsNext: true,
    });
  });

  it('goes from one delivery to the next without being idle in between', () => {
    const trial = new ConsumerTrial();
    trial.receives('job-1');
    const next = leasedJob({ id: 'job-2' });
    trial.send(returned, { type: 'settlement.stored', next });
    expect(trial.orders.all).to.deep.include({ type: 'handle', delivery: next });
    expect(trial.words).to.deep.equal(['consumer.parked', 'delivery.wanted', 'delivery.settled']);
    trial.send(returned);
    expect(trial.lastSettling.job).to.equal(next);
  });

  it('has one runner for its whole life', () => {
    const trial = new ConsumerTrial();
    trial.receives('job-1');
    for (const id of ['job-2', 'job-3']) {
      trial.send(returned, { type: 'settlement.stored', next: leasedJob({ id }) });
    }
    expect(trial.runners).to.equal(1);
  });

  it('rejects as the handler chose, and asks for the next only afterwards', () => {
    const trial = new ConsumerTrial();
    const job = trial.receives('job-1');
    const settlement = retry(70);
    if (settlement.kind === 'retry') trial.send({ type: 'handler.rejected', settlement });
    expect(trial.lastSettling).to.deep.equal({ job, settlement, wantsNext: false });
    trial.send({ type: 'settlement.stored', next: undefined });
    expect(trial.words.at(-1)).to.equal('delivery.wanted');
  });

  it('settles again just what it settled when its connection broke', () => {
    const trial = new ConsumerTrial();
    trial.receives('job-1');
    trial.send(returned);
    const first = trial.lastSettling;
    trial.send({ type: 'settlement.interrupted' });
    expect(trial.words.filter((word) => word === 'delivery.settled')).to.have.length(1);
    trial.send({ type: 'connection.restored' });
    expect(trial.words.filter((word) => word === 'delivery.settled')).to.have.length(2);
    expect(trial.lastSettling).to.deep.equal(first);
  });

  it('settles again without wanting more when it was ordered to stop meanwhile', () => {
    const trial = new ConsumerTrial();
    trial.receives('job-1');
    trial.send(
      returned,
      { type: 'settlement.interrupted' },
      { type: 'stop.requested' },
      { type: 'connection.restored' },
    );
    expect(trial.lastSettling.wantsNext).to.equal(false);
  });

  const aborts: readonly (readonly [event: ConsumerEvent, order: RunnerOrder])[] = [
    [
      { type: 'job.cancelled', why: 'not wanted' },
      { type: 'abort', reason: { kind: 'cancelled', why: 'not wanted' } },
    ],
    [{ type: 'deadline.passed' }, { type: 'abort', reason: { kind: 'deadline' } }],
    [{ type: 'lease.lost' }, { type: 'abort', reason: { kind: 'leaseLost' } }],
    [{ type: 'grace.ended' }, { type: 'abort', reason: { kind: 'shutdown' } }],
  ];
  for (const [event, order] of aborts) {
    it(`tells its handler to let go on ${event.type}, and why`, () => {
      const trial = new ConsumerTrial();
      trial.receives('job-1');
      trial.send(event);
      expect(trial.orders.all.at(-1)).to.deep.equal(order);
    });
  }

  it('settles nothing of a delivery whose lease is lost, and takes no other until its handler has let go', () => {
    const trial = new ConsumerTrial();
    trial.receives('job-1');
    trial.send({ type: 'lease.lost' });
    expect(trial.words.at(-1)).to.equal('delivery.released');
    trial.send(returned);
    expect(trial.words).not.to.include('delivery.settled');
    expect(trial.words.at(-1)).to.equal('delivery.wanted');
  });

  it('finishes what it holds when it is ordered to stop, and then stops', () => {
    const trial = new ConsumerTrial();
    trial.receives('job-1');
    trial.send({ type: 'stop.requested' });
    expect(trial.actor.getSnapshot().status).to.equal('active');
    trial.send(returned);
    expect(trial.lastSettling).to.deep.include({ wantsNext: false });
    trial.send({ type: 'settlement.stored', next: undefined });
    expect(trial.actor.getSnapshot().status).to.equal('done');
    expect(trial.words.at(-1)).to.equal('consumer.left');
  });

  it('requeues what it holds when the time for finishing is over', () => {
    const trial = new ConsumerTrial();
    const job = trial.receives('job-1');
    trial.send({ type: 'stop.requested' }, { type: 'grace.ended' });
    expect(trial.lastSettling).to.deep.equal({ job, settlement: { kind: 'requeue' }, wantsNext: false });
    trial.send(returned, { type: 'settlement.stored', next: undefined });
    expect(trial.actor.getSnapshot().status).to.equal('done');
  });

  it('requeues a delivery that came with the answer to its last ack', () => {
    const trial = new ConsumerTrial();
    trial.receives('job-1');
    trial.send(returned, { type: 'stop.requested' });
    const next = leasedJob({ id: 'job-2' });
    trial.send({ type: 'settlement.stored', next });
    expect(trial.lastSettling).to.deep.equal({ job: next, settlement: { kind: 'requeue' }, wantsNext: false });
    expect(trial.orders.all).to.have.length(1);
  });
});
