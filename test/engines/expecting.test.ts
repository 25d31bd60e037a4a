import { DeadLetteredError, Producer } from '@acktor/core';
import {
  acktorChai,
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
