import { expect } from 'chai';
import { ack } from '../broker/test-queue.js';
import { turn } from '../signals/signal.js';
import { ChannelTrial } from './channel-trial.js';

describe('a channel, when its consumers ask', () => {
  it('gathers what is asked in one turn into one call, each under a token of its own', async () => {
    const trial = new ChannelTrial();
    for (const consumer of trial.consumers('a', 'b')) consumer.wants();
    expect((await trial.nextCall()).requests).to.deep.equal([{ fetch: 'here|1' }, { fetch: 'here|2' }]);
    expect(await trial.unseenCalls()).to.equal(0);
  });

  it('hands each answer to the consumer that asked', async () => {
    const trial = new ChannelTrial();
    const [a, b, c] = trial.consumers('a', 'b', 'c');
    for (const consumer of [a, b]) consumer?.wants();
    (await trial.nextCall()).handOut('job-1');
    expect((await a?.hears('delivery.received'))?.delivery.record.id).to.equal('job-1');
    await b?.hears('queue.empty');
    expect(c?.words).to.deep.equal([]);
  });

  it('carries half of its consumers in a call at most, so that two can be in flight', async () => {
    const trial = new ChannelTrial({ consumers: 5 });
    for (const consumer of trial.consumers('a', 'b', 'c', 'd', 'e')) consumer.wants();
    expect((await trial.nextCall()).requests).to.have.length(3);
    expect((await trial.nextCall()).requests).to.have.length(2);
  });

  it('carries one request in a call when there is one consumer, and never more than fifty', async () => {
    const lonely = new ChannelTrial({ consumers: 1 });
    lonely.consumer('a').wants();
    expect((await lonely.nextCall()).requests).to.have.length(1);
    const crowded = new ChannelTrial({ consumers: 1_000 });
    for (let i = 0; i < 120; i += 1) crowded.consumer(`c${i}`).wants();
    expect((await crowded.nextCall()).requests).to.have.length(50);
  });

  it('has two calls in flight and no third, and sends what gathered meanwhile when one is answered', async () => {
    const trial = new ChannelTrial({ consumers: 2 });
    for (const consumer of trial.consumers('a', 'b', 'c')) consumer.wants();
    const first = await trial.nextCall();
    await trial.nextCall();
    expect(await trial.unseenCalls()).to.equal(0);
    first.handOut('job-1');
    expect((await trial.nextCall()).requests).to.deep.equal([{ fetch: 'here|3' }]);
  });

  it('settles and fetches in one request when the consumer wants the next', async () => {
    const trial = new ChannelTrial();
    const holder = await trial.holder('job-1');
    holder.settles(ack, { wantsNext: true });
    const call = await trial.nextCall();
    expect(call.requests).to.have.length(1);
    expect(call.requests[0]).to.deep.include({ fetch: 'here|2' });
    expect(call.requests[0]?.settle).to.deep.include({ settlement: ack });
    expect(call.requests[0]?.settle?.job.leaseToken).to.equal('here|1');
    call.handOut('job-2');
    expect((await holder.hears('settlement.stored')).next?.record.id).to.equal('job-2');
  });

  it('fetches nothing with a settlement that wants no next', async () => {
    const trial = new ChannelTrial();
    const holder = await trial.holder('job-1');
    holder.settles(ack);
    const call = await trial.nextCall();
    expect(call.requests[0]).not.to.have.property('fetch');
    call.answer();
    expect((await holder.hears('settlement.stored')).next).to.equal(undefined);
  });

  it('wants a status only while a consumer is parked', async () => {
    const trial = new ChannelTrial();
    const [a, b] = trial.consumers('a', 'b');
    a?.wants();
    const busy = await trial.nextCall();
    b?.parks();
    a?.wants();
    const idle = await trial.nextCall();
    expect([busy.wantsStatus, idle.wantsStatus]).to.deep.equal([false, true]);
  });

  it('is quiet when everything is answered', async () => {
    const trial = new ChannelTrial();
    await trial.channel.quiet();
    trial.consumer('a').wants();
    let isQuiet = false;
    const quiet = trial.channel.quiet().then(() => (isQuiet = true));
    const call = await trial.nextCall();
    await turn();
    expect(isQuiet).to.equal(false);
    call.answer();
    await quiet;
  });
});
