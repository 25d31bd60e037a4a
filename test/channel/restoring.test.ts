import { expect } from 'chai';
import { ack } from '../broker/test-queue.js';
import { turn } from '../signals/signal.js';
import { ChannelTrial } from './channel-trial.js';
import { dueIn } from './scripted-queue.js';

const broken = new Error('the connection broke');

describe('a channel, when its server goes away', () => {
  it('asks nothing of the server until it is back, and reconciles before anything else', async () => {
    const trial = new ChannelTrial();
    await trial.holder('job-1');
    trial.channel.recovery.away();
    const a = trial.consumer('a');
    a.wants();
    expect(await trial.unseenCalls()).to.equal(0);
    trial.channel.recovery.back();
    const reconciliation = await trial.queue.reconciliations.first();
    expect(reconciliation.tokens, 'what waits is still to be sent').to.deep.equal({ process: 'here', last: 1 });
    expect(reconciliation.held).to.deep.equal([{ jobId: 'job-1', leaseToken: 'here|1' }]);
    expect(await trial.unseenCalls()).to.equal(0);
    reconciliation.end(['job-lost']);
    (await trial.nextCall()).handOut('job-2');
    await a.hears('delivery.received');
    expect((await trial.log.said('lost reply')).facts).to.deep.include({ jobs: ['job-lost'] });
  });

  it('reports to a consumer that its settlement was interrupted, and when to try again', async () => {
    const trial = new ChannelTrial();
    const holder = await trial.holder('job-1');
    holder.settles(ack, { wantsNext: true });
    const call = await trial.nextCall();
    trial.channel.recovery.away();
    call.fail(broken);
    await holder.hears('settlement.interrupted');
    trial.channel.recovery.back();
    const reconciliation = await trial.queue.reconciliations.first();
    expect(reconciliation.held, 'the job is still held').to.deep.equal([{ jobId: 'job-1', leaseToken: 'here|1' }]);
    expect(holder.words).not.to.include('connection.restored');
    reconciliation.end();
    await holder.hears('connection.restored');
    holder.settles(ack);
    (await trial.nextCall()).answer();
    await holder.hears('settlement.stored');
    expect(holder.words.slice(1)).to.deep.equal(['settlement.interrupted', 'connection.restored', 'settlement.stored']);
  });

  it('asks again by itself for a delivery whose call broke, and reconciles after every call has ended', async () => {
    const trial = new ChannelTrial({ consumers: 2 });
    const [a, b] = trial.consumers('a', 'b');
    a?.wants();
    b?.wants();
    const [first, second] = [await trial.nextCall(), await trial.nextCall()];
    trial.channel.recovery.away();
    first.fail(broken);
    trial.channel.recovery.back();
    await turn();
    expect(trial.queue.reconciliations.all, 'a call is still in flight').to.have.length(0);
    second.fail(broken);
    (await trial.queue.reconciliations.first()).end();
    (await trial.nextCall()).handOut('job-1');
    (await trial.nextCall()).handOut('job-2');
    await a?.hears('delivery.received');
    await b?.hears('delivery.received');
  });

  it('does not settle twice what was settled before the connection broke', async () => {
    const trial = new ChannelTrial();
    const holder = await trial.holder('job-1');
    holder.settles(ack);
    (await trial.nextCall()).answer();
    await holder.hears('settlement.stored');
    trial.channel.recovery.away();
    trial.channel.recovery.back();
    const reconciliation = await trial.queue.reconciliations.first();
    expect(reconciliation.held).to.deep.equal([]);
    reconciliation.end();
    expect(await trial.unseenCalls()).to.equal(0);
    expect(holder.words).not.to.include('connection.restored');
  });

  it('tries again in a while when the server refuses a call though the connection stands', async () => {
    const trial = new ChannelTrial();
    const holder = await trial.holder('job-1');
    holder.settles(ack);
    (await trial.nextCall()).fail(new Error('OOM command not allowed'));
    await holder.hears('settlement.interrupted');
    expect(trial.queue.reconciliations.all).to.have.length(0);
    await trial.pass(300);
    (await trial.queue.reconciliations.first()).end();
    await holder.hears('connection.restored');
  });

  it('reconciles again when reconciling fails', async () => {
    const trial = new ChannelTrial();
    trial.channel.recovery.away();
    trial.consumer('a').wants();
    trial.channel.recovery.back();
    (await trial.queue.reconciliations.first()).fail(new Error('LOADING'));
    expect(await trial.unseenCalls()).to.equal(0);
    await trial.pass(300);
    (await trial.queue.reconciliations.upTo(2)).at(-1)?.end();
    await trial.nextCall();
  });

  it('renews what is held before it goes on, and asks again under tokens that no call before had', async () => {
    const trial = new ChannelTrial();
    await trial.holder('job-1');
    trial.consumer('a').wants();
    const call = await trial.nextCall();
    expect(call.requests).to.deep.equal([{ fetch: 'here|2' }]);
    trial.channel.recovery.away();
    call.fail(broken);
    await turn();
    trial.channel.recovery.back();
    const reconciliation = await trial.queue.reconciliations.first();
    expect(trial.queue.renewals.all).to.have.length(0);
    reconciliation.end();
    expect((await trial.nextCall()).requests).to.deep.equal([{ fetch: 'here|3' }]);
    expect(trial.queue.renewals.all).to.deep.equal([[{ jobId: 'job-1', leaseToken: 'here|1' }]]);
  });

  it('does not reconcile while it is at work: a pause after a refusal was overtaken by a reconnect', async () => {
    const trial = new ChannelTrial();
    trial.consumer('a').wants();
    (await trial.nextCall()).fail(broken);
    await turn();
    trial.channel.recovery.away();
    trial.channel.recovery.back();
    (await trial.queue.reconciliations.first()).end();
    await trial.nextCall();
    await trial.pass(300);
    expect(trial.queue.reconciliations.all).to.have.length(1);
  });

  it('goes on only when the server is there, though it went away while it reconciled', async () => {
    const trial = new ChannelTrial();
    trial.channel.recovery.away();
    trial.consumer('a').wants();
    trial.channel.recovery.back();
    const reconciliation = await trial.queue.reconciliations.first();
    trial.channel.recovery.away();
    reconciliation.end();
    expect(await trial.unseenCalls()).to.equal(0);
    trial.channel.recovery.back();
    (await trial.queue.reconciliations.upTo(2)).at(-1)?.end();
    await trial.nextCall();
  });

  it('reconciles once more when the server went away and came back while it reconciled', async () => {
    const trial = new ChannelTrial();
    trial.channel.recovery.away();
    trial.channel.recovery.back();
    const reconciliation = await trial.queue.reconciliations.first();
    trial.channel.recovery.away();
    trial.channel.recovery.back();
    reconciliation.fail(broken);
    await turn();
    await trial.pass(300);
    (await trial.queue.reconciliations.upTo(2)).at(-1)?.end();
    trial.consumer('a').wants();
    await trial.nextCall();
  });

  it('wakes no consumer while the server is away', async () => {
    const trial = new ChannelTrial();
    const a = trial.consumer('a');
    a.parks();
    const wait = await trial.queue.waits.first();
    trial.channel.recovery.away();
    wait.end({ kind: 'timeout' });
    await trial.pass(10_000);
    expect([a.words, trial.queue.waits.all.length]).to.deep.equal([[], 1]);
    trial.channel.recovery.back();
    (await trial.queue.reconciliations.first()).end();
    await trial.queue.waits.upTo(2);
  });

  it('polls when it is back for what was due meanwhile, though a wait goes on', async () => {
    const trial = new ChannelTrial();
    const a = trial.consumer('a');
    a.parks();
    (await trial.queue.waits.first()).end({ kind: 'due', due: dueIn(700) });
    await trial.queue.waits.upTo(2);
    trial.channel.recovery.away();
    await trial.pass(700);
    expect(a.words).to.deep.equal([]);
    trial.channel.recovery.back();
    (await trial.queue.reconciliations.first()).end();
    await a.hears('work.ready');
  });
});
