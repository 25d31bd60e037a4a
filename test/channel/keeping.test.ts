// The leases of what a channel holds, with a heartbeat that reports what it renewed.
import { expect } from 'chai';
import { ack } from '../broker/test-queue.js';
import { ChannelTrial } from './channel-trial.js';

/** Of a lease of 3 s. */
const HALF_MS = 1_500;

describe('a channel, whose heartbeat renews its leases', () => {
  it('renews nothing itself while each report names all that it holds', async () => {
    const trial = new ChannelTrial();
    const [a, b] = [await trial.holder('a'), await trial.holder('b')];
    for (let report = 1; report <= 5; report += 1) {
      trial.channel.leasesRenewed([1, 2], 0);
      await trial.pass(HALF_MS - 1);
    }
    expect(trial.queue.renewals.all).to.deep.equal([]);
    expect([a.words, b.words]).to.deep.equal([['delivery.received'], ['delivery.received']]);
  });

  it('asks the server for what a report leaves out, and says at once whose lease is lost', async () => {
    const trial = new ChannelTrial();
    const [a, b] = [await trial.holder('a'), await trial.holder('b')];
    await trial.pass(100);
    trial.queue.lost = [b.delivery.leaseToken];
    trial.channel.leasesRenewed([1], 50);
    await b.hears('lease.lost');
    expect(renewed(trial)).to.deep.equal([['b']]);
    expect(a.words).to.deep.equal(['delivery.received']);
  });

  it('takes up again what had expired: the server says that it is not lost', async () => {
    const trial = new ChannelTrial();
    const a = await trial.holder('a');
    await trial.pass(100);
    trial.channel.leasesRenewed([], 50);
    await trial.pass(0);
    expect(renewed(trial)).to.deep.equal([['a']]);
    expect(a.words).to.deep.equal(['delivery.received']);
  });

  it('does not doubt what was handed out after the renewal began, nor what is about to be settled', async () => {
    const trial = new ChannelTrial();
    const settling = await trial.holder('settling');
    settling.settles(ack);
    await trial.nextCall();
    await trial.pass(100);
    await trial.holder('new');
    await trial.pass(10);
    trial.channel.leasesRenewed([], 50);
    await trial.pass(0);
    expect(renewed(trial)).to.deep.equal([]);
  });

  it('renews all that it holds when no report has come for half a lease', async () => {
    const trial = new ChannelTrial();
    await trial.holder('a');
    await trial.holder('b');
    trial.channel.leasesRenewed([1, 2], 100);
    await trial.pass(HALF_MS - 101);
    expect(renewed(trial)).to.deep.equal([]);
    await trial.pass(1);
    expect(renewed(trial)).to.deep.equal([['a', 'b']]);
    await trial.pass(1_000);
    expect(renewed(trial), 'and from then on three times in a lease').to.have.length(2);
  });

  it('asks again before long when the server did not answer', async () => {
    const trial = new ChannelTrial();
    await trial.holder('a');
    await trial.pass(100);
    trial.queue.renewalFault = new Error('the connection broke');
    trial.channel.leasesRenewed([], 50);
    await trial.pass(0);
    trial.queue.renewalFault = undefined;
    await trial.pass(333);
    expect(renewed(trial)).to.deep.equal([['a']]);
    await trial.pass(1);
    expect(renewed(trial)).to.deep.equal([['a'], ['a']]);
  });

  it('goes by no report once it is closed', async () => {
    const trial = new ChannelTrial();
    await trial.holder('a');
    await trial.channel.close();
    await trial.pass(100);
    trial.channel.leasesRenewed([], 50);
    await trial.pass(10_000);
    expect(renewed(trial)).to.deep.equal([]);
  });
});

function renewed({ queue }: ChannelTrial): readonly (readonly string[])[] {
  return queue.renewals.all.map((leases) => leases.map(({ jobId }) => jobId));
}
