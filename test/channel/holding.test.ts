import { UnwritableCallError } from '@acktor/core';
import { expect } from 'chai';
import { ack, deadLetter, requeue } from '../broker/test-queue.js';
import { leasedJob } from '../delivery/leased-job.js';
import { turn } from '../signals/signal.js';
import { ChannelTrial } from './channel-trial.js';

describe('a channel, for what its consumers hold', () => {
  it('requeues a delivery that comes for a consumer that has stopped meanwhile', async () => {
    const trial = new ChannelTrial();
    const a = trial.consumer('a');
    a.wants();
    const call = await trial.nextCall();
    a.leaves();
    call.handOut('job-1');
    const [request] = (await trial.nextCall()).requests;
    expect(request?.settle?.settlement).to.deep.equal(requeue);
    expect(request?.settle?.job.record.id).to.equal('job-1');
    expect(a.words).to.deep.equal([]);
  });

  it('asks nothing for a consumer that stops in the turn in which it asked', async () => {
    const trial = new ChannelTrial();
    const a = trial.consumer('a');
    a.wants();
    a.leaves();
    expect(await trial.unseenCalls()).to.equal(0);
  });

  it('requeues what a consumer holds when it leaves', async () => {
    const trial = new ChannelTrial();
    (await trial.holder('job-1')).leaves();
    expect((await trial.nextCall()).requests[0]?.settle?.settlement).to.deep.equal(requeue);
  });

  it('leaves a settlement on its way alone when its consumer leaves', async () => {
    const trial = new ChannelTrial();
    const holder = await trial.holder('job-1');
    holder.settles(ack, { wantsNext: true });
    const call = await trial.nextCall();
    holder.leaves();
    expect(await trial.unseenCalls()).to.equal(0);
    call.handOut('job-2');
    const [request] = (await trial.nextCall()).requests;
    expect(request?.settle?.job.record.id, 'only the next one goes back').to.equal('job-2');
  });

  for (const settled of ['lost', 'gone'] as const) {
    it(`says that a settlement was refused when the delivery is ${settled}, and gives back what came with it`, async () => {
      const trial = new ChannelTrial();
      const holder = await trial.holder('job-1');
      holder.settles(ack, { wantsNext: true });
      const next = leasedJob({ id: 'job-2', leaseToken: 'here|2' });
      (await trial.nextCall()).answer([{ settled, fetched: { kind: 'job', job: next } }]);
      await holder.hears('settlement.refused');
      const [request] = (await trial.nextCall()).requests;
      expect(request?.settle).to.deep.include({ job: next, settlement: requeue });
      expect((await trial.log.said('refused')).facts).to.include({ job: 'job-1', settled, settlement: 'ack' });
    });
  }

  it('says that a settlement was refused when the server failed that request, and logs why', async () => {
    const trial = new ChannelTrial();
    const holder = await trial.holder('job-1');
    holder.settles(deadLetter);
    const error = new Error('WRONGTYPE');
    (await trial.nextCall()).answer([{ settled: undefined, error }]);
    await holder.hears('settlement.refused');
    expect((await trial.log.said('the server failed')).facts).to.include({ err: error });
  });

  it('dead-letters a job whose settlement the server failed, for no other consumer would ever get it', async () => {
    const trial = new ChannelTrial();
    const holder = await trial.holder('job-1');
    holder.settles(ack);
    (await trial.nextCall()).answer([{ settled: undefined, error: new Error('WRONGTYPE') }]);
    const [request] = (await trial.nextCall()).requests;
    expect(request?.settle?.job.record.id).to.equal('job-1');
    expect(request?.settle?.settlement).to.deep.include({
      kind: 'deadLetter',
      failure: { reason: 'how it ended could not be stored: WRONGTYPE', stack: undefined },
    });
  });

  it('says that the queue is empty when the server failed a fetch', async () => {
    const trial = new ChannelTrial();
    const a = trial.consumer('a');
    a.wants();
    (await trial.nextCall()).answer([{ error: new Error('WRONGTYPE') }]);
    await a.hears('queue.empty');
  });

  it('dead-letters a record that cannot be read, and hands it to no consumer', async () => {
    const trial = new ChannelTrial();
    const a = trial.consumer('a');
    a.wants();
    const job = leasedJob({ id: 'odd', leaseToken: 'here|1' });
    const reason = 'the options stored with the job are not JSON';
    (await trial.nextCall()).answer([{ fetched: { kind: 'unreadable', job, reason } }]);
    await a.hears('queue.empty');
    const { settle } = (await trial.nextCall()).requests[0] ?? {};
    expect(settle?.job).to.equal(job);
    expect(settle?.settlement.kind).to.equal('deadLetter');
    if (settle?.settlement.kind === 'deadLetter') expect(settle.settlement.failure.reason).to.contain(reason);
  });

  for (const error of [new Error('WRONGTYPE'), new UnwritableCallError('a bigint')]) {
    it(`holds what it gives back by itself until that is answered, and looks for orphans when that failed with ${error.name}`, async () => {
      const trial = new ChannelTrial();
      const a = trial.consumer('a');
      a.wants();
      const fetching = await trial.nextCall();
      a.leaves();
      fetching.handOut('job-1');
      const requeue = await trial.nextCall();
      await trial.pass(1_500);
      expect(trial.queue.renewals.all).to.deep.equal([[{ jobId: 'job-1', leaseToken: 'here|1' }]]);
      requeue.answer([{ settled: undefined, error }]);
      await trial.log.said('failed one request');
      await trial.pass(1_000);
      const { tokens, held } = await trial.queue.reconciliations.first();
      expect({ tokens, held }).to.deep.equal({ tokens: { process: 'here', last: 1 }, held: [] });
      expect(await trial.unseenCalls(), 'it is not asked again').to.equal(0);
    });
  }

  it('gives back, after a reconnect, orphaned leases, but for what a fetch on its way may have leased', async () => {
    const trial = new ChannelTrial();
    await trial.holder('job-1');
    await trial.pass(1_500);
    expect(trial.queue.reconciliations.all, 'nothing can have gone astray').to.have.length(0);
    trial.channel.recovery.away();
    trial.channel.recovery.back();
    (await trial.queue.reconciliations.first()).end();
    await turn();
    const [a, b] = [trial.consumer('a'), trial.consumer('b')];
    a.wants();
    b.wants();
    await trial.pass(1_000);
    const [, reconciliation] = await trial.queue.reconciliations.upTo(2);
    if (reconciliation === undefined) throw new Error('it looked for orphans');
    expect(reconciliation.tokens).to.deep.equal({ process: 'here', last: 1 });
    expect(reconciliation.held).to.deep.equal([{ jobId: 'job-1', leaseToken: 'here|1' }]);
    reconciliation.end(['job-2']);
    expect((await trial.log.said('leased to no consumer here')).facts).to.deep.include({ jobs: ['job-2'] });
  });

  it('renews what is held when no heartbeat does, three times within a lease, and not what was settled or let go', async () => {
    const trial = new ChannelTrial();
    const [a, b, c] = [await trial.holder('a'), await trial.holder('b'), await trial.holder('c')];
    b.settles(ack);
    (await trial.nextCall()).answer();
    await b.hears('settlement.stored');
    await trial.pass(1_499);
    expect(trial.queue.renewals.all).to.have.length(0);
    await trial.pass(1);
    c.releases();
    await trial.pass(1_000);
    const renewed = trial.queue.renewals.all.map((leases) => leases.map(({ jobId }) => jobId));
    expect(renewed).to.deep.equal([['a', 'c'], ['a']]);
    expect(a.words).to.deep.equal(['delivery.received']);
  });

  it('goes on renewing while a settlement is on its way', async () => {
    const trial = new ChannelTrial();
    const holder = await trial.holder('job-1');
    holder.settles(ack);
    await trial.nextCall();
    await trial.pass(1_500);
    expect(trial.queue.renewals.all).to.deep.equal([[{ jobId: 'job-1', leaseToken: 'here|1' }]]);
  });

  it('sends a cancel to the consumer of a delivery that it has overtaken, and not to that of a later one', async () => {
    const trial = new ChannelTrial({ consumers: 2 });
    trial.channel.cancel({ jobId: 'a', why: 'not wanted', fence: 1 });
    trial.channel.cancel({ jobId: 'b', why: 'not wanted', fence: 7 });
    const [a, b] = [await trial.holder('a'), await trial.holder('b')];
    expect(await a.hears('job.cancelled')).to.deep.equal({ type: 'job.cancelled', why: 'not wanted' });
    expect(trial.channel.cancel({ jobId: 'b', why: 'not wanted', fence: 2 })).to.equal(false);
    expect(b.words).to.deep.equal(['delivery.received']);
  });

  it('sends `lease.lost` to the consumer that lost its lease, and to no other', async () => {
    const trial = new ChannelTrial();
    const [a, b] = [await trial.holder('a'), await trial.holder('b')];
    trial.queue.lost = [b.delivery.leaseToken];
    await trial.pass(1_500);
    expect([a.words, b.words]).to.deep.equal([['delivery.received'], ['delivery.received', 'lease.lost']]);
  });

  it('renews nothing once it is closed', async () => {
    const trial = new ChannelTrial();
    await trial.holder('a');
    await trial.channel.close();
    await trial.pass(10_000);
    expect(trial.queue.renewals.all).to.have.length(0);
  });

  it('sends a cancel to the consumer that holds the job, and returns whether any does', async () => {
    const trial = new ChannelTrial();
    const a = await trial.holder('a');
    expect(trial.channel.cancel({ jobId: 'a', why: 'not wanted' })).to.equal(true);
    expect(trial.channel.cancel({ jobId: 'b', why: 'not wanted' })).to.equal(false);
    expect(await a.hears('job.cancelled')).to.deep.equal({ type: 'job.cancelled', why: 'not wanted' });
  });
});
