import { DeadLetteredError, NotAContractError, OptionsError, Producer, ResultError } from '@acktor/core';
import {
  acktorChai,
  delivery,
  expectSent,
  fakeProducer,
  memoryEngine,
  NotSentError,
  NotWaitingError,
  perform,
} from '@acktor/testing';
import { AssertionError, expect, use } from 'chai';
import { note } from '../jobs/notes.js';
import { rejection } from '../server/rejection.js';

use(acktorChai);

describe('expectSent', () => {
  it('returns the last job that was sent with at least these fields', async () => {
    const engine = memoryEngine();
    await using producer = await Producer.connect({ engine });
    await producer.send(note, { text: 'one' }, { id: 'first' });
    await producer.send(note, { text: 'two' }, { id: 'second', delayMs: 50 });
    expect(expectSent(engine, note)).to.include({ id: 'second', delayMs: 50 });
    expect(expectSent(engine, note, { text: 'one' })).to.include({ id: 'first' });
  });

  it('says what was sent instead', async () => {
    await using producer = await fakeProducer();
    expect(() => expectSent(producer, note)).to.throw(NotSentError, 'expected a job note to be sent, none was');
    await producer.send(note, { text: 'one' });
    expect(() => expectSent(producer, note, { text: 'two' })).to.throw(
      NotSentError,
      "expected a job note with { text: 'two' } to be sent, got 1: { text: 'one' }",
    );
  });
});

describe('fakeProducer', () => {
  it('is a producer whose jobs end as the test says', async () => {
    await using producer = await fakeProducer();
    expect(producer).to.be.instanceOf(Producer);
    const receipts = [await producer.send(note, { text: 'one' }), await producer.send(note, { text: 'two' })] as const;
    producer.ack(receipts[0], { length: 3 });
    producer.deadLetter(receipts[1], 'no');
    expect(await receipts[0].result()).to.deep.equal({ length: 3 });
    expect(await rejection(receipts[1].result(), DeadLetteredError)).to.include({ reason: 'no' });
    expect(() => producer.ack(receipts[0], { length: 3 })).to.throw(NotWaitingError);
  });
});

describe('what is called with something else than it takes', () => {
  it('is refused by fakeProducer, which ends no job', async () => {
    await using producer = await fakeProducer();
    const sending = producer.send(note, { text: 'one' });
    const receipt = await sending;
    const call = producer as unknown as Record<'ack' | 'deadLetter', (...given: unknown[]) => void>;
    expect(() => call.ack(receipt, 1n)).to.throw(ResultError, 'expected a JSON value, got a bigint');
    expect(() => call.ack(receipt, { length: Number.NaN })).to.throw(ResultError, 'NaN');
    expect(() => call.ack(sending, { length: 1 })).to.throw(OptionsError, 'of ack(), got an object (await it)');
    expect(() => call.deadLetter(undefined, 'no')).to.throw(OptionsError, 'expected a receipt as the first argument');
    producer.ack(receipt, { length: 3 });
    expect(await receipt.result()).to.deep.equal({ length: 3 });
  });

  it('is refused by delivery, expectSent, perform and the words for chai', async () => {
    await using producer = await fakeProducer();
    const missing = undefined as unknown as typeof note;
    expect(() => delivery(missing, { text: 'x' })).to.throw(
      NotAContractError,
      'first argument of delivery, got undefined',
    );
    expect(() => expectSent(producer, missing)).to.throw(NotAContractError, 'expectSent, after where it is sent');
    expect(() => expectSent(note as never, note)).to.throw(
      OptionsError,
      'expected a memoryEngine(), a fakeProducer() or what perform() resolved with',
    );
    expect(() => expect(producer).to.have.sent(missing)).to.throw(NotAContractError, 'to.have.sent');
    expect(() => expect(undefined).to.be.acked()).to.throw(AssertionError, 'to be acked, got undefined');
    await rejection(
      perform(() => ({ length: 1 }), missing, { text: 'x' }),
      NotAContractError,
    );
  });
});

describe('the words for chai', () => {
  it('say what was sent', async () => {
    await using producer = await fakeProducer();
    await producer.send(note, { text: 'one' });
    expect(producer).to.have.sent(note, { text: 'one' });
    expect(producer).not.to.have.sent(note, { text: 'two' });
    expect(() => expect(producer).to.have.sent(note, { text: 'two' })).to.throw(AssertionError, '{"text":"two"}');
  });

  it('say how a delivery ended', async () => {
    const acked = await perform(() => ({ length: 5 }), note, { text: 'hello' });
    expect(acked).to.be.acked().and.to.be.acked({ length: 5 });
    expect(acked).not.to.be.acked({ length: 4 });
    const failing = () => Promise.reject(new Error('broken'));
    expect(await perform(failing, note, { text: '' })).to.be.retried(0);
    expect(await perform(failing, note, { text: '' }, { attempt: 3 })).to.be.deadLettered(/brok/);
    expect(() => expect(acked).to.be.deadLettered('broken')).to.throw(AssertionError, "deadLettered with 'broken'");
  });
});
