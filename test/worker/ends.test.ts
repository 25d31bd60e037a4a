import { DeadLetteredError } from '@acktor/core';
import { FinalError, reject, type Delivery, type RejectOptions } from '@acktor/worker';
import { expect } from 'chai';
import { handlerOf, recording } from '../handler/handler-of.js';
import { call, note } from '../jobs/notes.js';
import { rejection } from '../server/rejection.js';
import { WorkerTrial } from './worker-trial.js';

describe('the end that a handler chooses', () => {
  it('is a snooze, ten times, without an attempt that counts, and with all of them in the history', async () => {
    await using trial = await WorkerTrial.open();
    const { handler, deliveries } = recording(note, ({ fence }) =>
      fence <= 10 ? reject({ requeueInMs: 1, reason: 'busy' }) : reject({ deadLetter: 'enough' }),
    );
    await trial.work([handler]);
    const receipt = await trial.producer.send(note, { text: 'hello' }, { id: 'snoozed' });
    expect((await rejection(receipt.result(), DeadLetteredError)).reason).to.equal('enough');
    const seen = deliveries.all.map(({ attempt, fence }) => [attempt, fence]);
    expect(seen).to.deep.equal(Array.from({ length: 11 }, (_, i) => [1, i + 1]));
    const history = (await trial.producer.deadLetters(note).get('snoozed'))?.history ?? [];
    expect(history.map(({ end, attempt }) => [end, attempt])).to.deep.equal([
      ...Array.from({ length: 10 }, () => ['requeued', 1]),
      ['rejected', 1],
    ]);
    expect(history[0]?.reason).to.equal('the handler asked for it again in 1 ms, without counting an attempt: busy');
  });

  it('is a dead letter of an error, and the next job is handled', async () => {
    await using trial = await WorkerTrial.open();
    const choices: Readonly<Record<string, unknown>> = {
      error: new TypeError('no such card'),
      number: 7,
      big: 7n,
      object: { why: 'so' },
      bare: Object.create(null) as object,
    };
    const ends = ({ data }: Delivery<typeof call>) =>
      data.number in choices ? reject({ deadLetter: choices[data.number] } as RejectOptions) : undefined;
    await trial.work([handlerOf(call, ends)]);
    const reasons = await Promise.all(
      Object.keys(choices).map(async (number) => {
        const receipt = await trial.producer.send(call, { number }, { id: number, attempts: 1 });
        return (await rejection(receipt.result(), DeadLetteredError)).reason;
      }),
    );
    expect(reasons[0]).to.contain('no such card');
    for (const reason of reasons.slice(1)) expect(reason).to.contain('expected deadLetter to be a text or an Error');
    await (await trial.producer.send(call, { number: 'fine' })).result();
  });

  it('is a dead letter at once when it throws a FinalError, with its stack', async () => {
    await using trial = await WorkerTrial.open();
    await trial.work([handlerOf(call, () => Promise.reject(new FinalError('no such number')))]);
    const receipt = await trial.producer.send(call, { number: '1' }, { id: 'final' });
    await rejection(receipt.result(), DeadLetteredError);
    const letter = await trial.producer.deadLetters(call).get('final');
    expect(letter?.history.map(({ end, reason }) => [end, reason])).to.deep.equal([['threw', 'no such number']]);
  });
});
