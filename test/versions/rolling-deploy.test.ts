import { DeadLetteredError } from '@acktor/core';
import { expect } from 'chai';
import { refusal } from '../contract/refusal.js';
import { handlerOf, recording } from '../handler/handler-of.js';
import { WorkerTrial } from '../worker/worker-trial.js';
import { chargeV1, chargeV2, chargeV3 } from './charges.js';

const oldHandler = () => recording(chargeV1, ({ data }) => ({ paid: `${data.euros} euros` }));
const newHandler = () => recording(chargeV2, ({ data }) => ({ paid: `${data.cents} cents` }));

describe('a rolling deploy', () => {
  let trial: WorkerTrial;
  beforeEach(async () => {
    trial = await WorkerTrial.open();
  });
  afterEach(() => trial[Symbol.asyncDispose]());

  it('lets new workers handle what old producers send', async () => {
    const receipt = await trial.producer.send(chargeV1, { euros: 4 });
    await trial.work([newHandler().handler]);
    expect(await receipt.result()).to.deep.equal({ paid: '400 cents' });
  });

  it('upgrades over several versions, and takes the jobs of plain BullMQ clients as of the first', async () => {
    const { handler, deliveries } = recording(chargeV3, () => ({ paid: 'yes' }));
    await using queue = trial.queue('charges');
    await queue.add('charge', { euros: 2 });
    await trial.work([handler]);
    expect((await deliveries.first()).data).to.deep.equal({ cents: 200, currency: 'EUR' });
  });

  it('leaves what new producers send to new workers, as if it had not been touched', async () => {
    const old = oldHandler();
    await trial.work([old.handler]);
    const receipt = await trial.producer.send(chargeV2, { cents: 70 });
    await trial.log.said('wait for a newer worker');
    await using queue = trial.queue('charges');
    const { handler, deliveries } = newHandler();
    await trial.work([handler]);
    expect(await receipt.result()).to.deep.equal({ paid: '70 cents' });
    const { attempt, redelivered } = await deliveries.first();
    expect({ attempt, redelivered }).to.deep.equal({ attempt: 1, redelivered: false });
    expect(old.deliveries.all).to.deep.equal([]);
    expect(await queue.getFailedCount()).to.equal(0);
  });

  it('gets every job to a worker that knows it, whichever way the versions meet', async () => {
    const workers = { old: oldHandler(), new: newHandler() };
    await trial.work([workers.old.handler], { consumers: 2 });
    const before = await Promise.all([1, 2, 3].map((euros) => trial.producer.send(chargeV1, { euros })));
    const after = await Promise.all([1, 2, 3].map((cents) => trial.producer.send(chargeV2, { cents })));
    await trial.work([workers.new.handler], { consumers: 2 });
    const results = await Promise.all([...before, ...after].map((receipt) => receipt.result({ timeoutMs: 15_000 })));
    expect(results.slice(3)).to.deep.equal([{ paid: '1 cents' }, { paid: '2 cents' }, { paid: '3 cents' }]);
    expect(workers.old.deliveries.all.length + workers.new.deliveries.all.length).to.equal(6);
  });

  it('costs a queue with nobody but old workers a few looks, not a loop', async () => {
    await trial.producer.send(chargeV2, { cents: 1 }, { id: 'too-new' });
    await trial.work([oldHandler().handler]);
    await trial.log.said('wait for a newer worker');
    const ping = await trial.producer.send(chargeV1, { euros: 1 });
    await ping.result();
    await using queue = trial.queue('charges');
    const left = await queue.getJob('too-new');
    expect(left).to.include({ attemptsMade: 0, stalledCounter: 0 });
    expect(left?.attemptsStarted).to.be.at.most(8);
  });

  it('does not count it against the delivery limit', async () => {
    const old = await trial.work([oldHandler().handler], { deliveryLimit: 1 });
    const receipt = await trial.producer.send(chargeV2, { cents: 70 });
    await using queue = trial.queue('charges');
    await trial.log.lines.first(() => trial.log.lines.all.filter(({ message }) => message === 'handled').length >= 3);
    await old.close();
    expect(await (await queue.getJob(receipt.id))?.getState()).to.be.oneOf(['delayed', 'waiting']);
    await trial.work([newHandler().handler], { deliveryLimit: 1 });
    expect(await receipt.result()).to.deep.equal({ paid: '70 cents' });
  });

  it('dead-letters what cannot be upgraded, with the step and its reason', async () => {
    await using queue = trial.queue('charges');
    await queue.add('charge', null, { jobId: 'odd' });
    await trial.work([handlerOf(chargeV2, () => ({ paid: 'no' }))]);
    const receipt = trial.producer.receipt(chargeV2, 'odd');
    const { reason } = await refusal(DeadLetteredError, () => receipt.result());
    expect(reason).to.contain('its upgrade from version 1 to 2 threw');
    expect(await trial.producer.deadLetters(chargeV2).get('odd')).to.include({
      id: 'odd',
      version: 1,
      attemptsMade: 1,
    });
  });
});
