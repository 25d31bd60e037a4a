// Headers of a job: from the send to its handler, and to all who look at it.
import { DeadLetteredError, Events, Operator, OptionsError, type Meta } from '@acktor/core';
import { handle, type Middleware } from '@acktor/worker';
import { expect } from 'chai';
import { recording } from '../handler/handler-of.js';
import { call, note } from '../jobs/notes.js';
import { rejection } from '../server/rejection.js';
import { Heard } from '../signals/heard.js';
import { WorkerTrial } from '../worker/worker-trial.js';

const meta = { tenant: 'acme "ü" \u0007', locale: 'de' };

describe('the headers of a job', () => {
  let trial: WorkerTrial;
  beforeEach(async () => {
    trial = await WorkerTrial.open();
  });
  afterEach(() => trial[Symbol.asyncDispose]());

  it('reach middleware, the handler at each attempt, and events, and are none where none were sent', async () => {
    const { handler, deliveries } = recording(note, ({ attempt }) => {
      if (attempt === 1) throw new Error('not yet');
      return { length: 1 };
    });
    const passed: Meta[] = [];
    const use: Middleware = (delivery, next) => {
      passed.push(delivery.meta);
      return next();
    };
    const worker = await trial.work([handler], { use: [use] });
    const started: Meta[] = [];
    worker.on('delivery.started', (event) => started.push(event.meta));
    await (await trial.producer.send(note, { text: 'x' }, { meta })).result({ timeoutMs: 10_000 });
    await (await trial.producer.send(note, { text: 'x' })).result({ timeoutMs: 10_000 });
    expect(deliveries.all.map((delivery) => delivery.meta)).to.deep.equal([meta, meta, {}, {}]);
    expect([passed, started]).to.deep.equal([
      [meta, meta, {}, {}],
      [meta, meta, {}, {}],
    ]);
    expect(deliveries.all.every((delivery) => Object.isFrozen(delivery.meta))).to.equal(true);
  });

  it('go on with what is sent with the ack, are seen by operators and BullMQ, and stay through a redrive', async () => {
    const sender = recording(note, (delivery) => {
      delivery.sendWithAck(call, { number: '1' }, { meta: delivery.meta, attempts: 1 });
      return { length: 1 };
    });
    const callee = recording(call, ({ fence }) => {
      if (fence === 1) throw new Error('engaged');
    });
    await trial.work([sender.handler, callee.handler]);
    await trial.producer.send(note, { text: 'x' }, { meta });
    const { id } = await callee.deliveries.first();
    await rejection(trial.producer.receipt(call, id).result({ timeoutMs: 10_000 }), DeadLetteredError);
    await using operator = await Operator.connect({ redis: trial.url, namespace: trial.namespace });
    expect((await operator.job('calls', id))?.meta).to.deep.equal(meta);
    const letters = trial.producer.deadLetters(call);
    expect((await letters.get(id))?.meta).to.deep.equal(meta);
    await using queue = trial.queue('calls');
    expect((await queue.getJob(id))?.opts).to.deep.include({ meta });
    await letters.redrive(id);
    await trial.producer.receipt(call, id).result({ timeoutMs: 10_000 });
    expect(callee.deliveries.all.map((delivery) => delivery.meta)).to.deep.equal([meta, meta]);
  });

  it('are read by those who follow events, and come with the notice of a death', async () => {
    await using events = await Events.connect({ redis: trial.url, namespace: trial.namespace });
    const seen = new Heard<Meta>();
    await events.on(note, 'dead', async (event) => seen.push(await event.meta()));
    const dead = new Heard<Meta>();
    const handler = handle(note, { onDead: (death) => dead.push(death.meta) }, () => Promise.reject(new Error('no')));
    await trial.work([handler]);
    await trial.producer.send(note, { text: 'x' }, { meta, attempts: 1 });
    expect([await seen.first(), await dead.first()]).to.deep.equal([meta, meta]);
  });

  it('travel together where they are equal, and are not changed by what the caller does to them later', async () => {
    const { handler, deliveries } = recording(note, () => ({ length: 1 }));
    const own = { tenant: 'acme' };
    const sends = [1, 2].map(() => trial.producer.send(note, { text: 'x' }, { meta: own }));
    const other = trial.producer.send(note, { text: 'x' }, { meta: { tenant: 'other' } });
    own.tenant = 'changed';
    const receipts = await Promise.all([...sends, other]);
    await trial.work([handler]);
    await Promise.all(receipts.map((receipt) => receipt.result({ timeoutMs: 10_000 })));
    expect(deliveries.all.map(({ meta: { tenant } }) => tenant)).to.have.members(['acme', 'acme', 'other']);
  });

  it('are read as far as they are headers where another client has stored something of that name', async () => {
    await using queue = trial.queue('notes');
    const foreign = (given: unknown) => queue.add('note', { text: 'x' }, { meta: given } as object);
    await foreign({ tenant: 'acme', size: 3, 'no name': 'x' });
    await foreign('a text');
    const { handler, deliveries } = recording(note, () => ({ length: 1 }));
    await trial.work([handler]);
    const [first, second] = await deliveries.upTo(2);
    expect([first?.meta, second?.meta]).to.deep.equal([{ tenant: 'acme' }, {}]);
  });

  const refused: readonly (readonly [what: string, given: unknown, message: RegExp])[] = [
    ['what is no object', 'tenant', /expected meta to be an object of at most 32 texts, got .*tenant/],
    ['a list', ['x'], /each header is a name with a text/],
    ['a value that is no text', { tenant: 7 }, /the header tenant is no text, but 7/],
    ['a name that is none', { 'no name': 'x' }, /the name "no name" is none/],
    ['a prototype', JSON.parse('{"__proto__":"x"}'), /the name "__proto__" is none/],
    ['a value that is too long', { tenant: 'x'.repeat(1_025) }, /the header tenant has 1025 characters/],
    ['half of a character', { tenant: '\ud800' }, /the header tenant holds half of a character/],
    ['too many', Object.fromEntries(Array.from({ length: 33 }, (_, i) => [`h${i}`, ''])), /it has 33 headers/],
    [
      'too much together',
      Object.fromEntries(Array.from({ length: 5 }, (_, i) => [`h${i}`, 'x'.repeat(1_000)])),
      /its headers have 50\d\d bytes as JSON/,
    ],
  ];
  for (const [what, given, message] of refused)
    it(`refuse ${what}, and nothing is sent`, async () => {
      const fault = await rejection(trial.producer.send(note, { text: 'x' }, { meta: given as Meta }), OptionsError);
      expect(fault.message).to.match(message);
      await using queue = trial.queue('notes');
      expect(await queue.getJobCounts('wait')).to.deep.equal({ wait: 0 });
    });
});
