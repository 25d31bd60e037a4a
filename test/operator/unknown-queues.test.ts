import { NameError, QueueNotFoundError, type Operator } from '@acktor/core';
import { expect } from 'chai';
import { note } from '../jobs/notes.js';
import { rejection } from '../server/rejection.js';
import { openOperatorTrial } from './operator-trial.js';

describe('Operator, asked for a queue that nobody used', function () {
  this.timeout(30_000);

  const calls: Readonly<Record<string, (operator: Operator, queue: string) => Promise<unknown>>> = {
    pause: (operator, queue) => operator.pause(queue),
    resume: (operator, queue) => operator.resume(queue),
    jobs: (operator, queue) => operator.jobs(queue, { place: 'waiting' }),
    job: (operator, queue) => operator.job(queue, 'a'),
    runNow: (operator, queue) => operator.runNow(queue, 'a'),
    cancel: (operator, queue) => operator.cancel(queue, 'a'),
    'deadLetters().count': async (operator, queue) => operator.deadLetters(queue).count(),
    'deadLetters().get': async (operator, queue) => operator.deadLetters(queue).get('a'),
    'deadLetters().list': async (operator, queue) => operator.deadLetters(queue).list()[Symbol.asyncIterator]().next(),
    'deadLetters().redriveAll': async (operator, queue) => operator.deadLetters(queue).redriveAll(),
    'schedules().list': async (operator, queue) => operator.schedules(queue).list(),
    'schedules().runNow': async (operator, queue) => operator.schedules(queue).runNow('daily'),
    'deadLetters().purge': async (operator, queue) => operator.deadLetters(queue).purge('a'),
  };
  for (const [name, call] of Object.entries(calls)) {
    it(`does nothing for ${name}, and says which was meant`, async () => {
      await using opened = await openOperatorTrial();
      const { operator, trial } = opened;
      await trial.producer.send(note, { text: 'x' }, { id: 'a' });
      const error = await rejection(call(operator, 'note'), QueueNotFoundError);
      expect(error.message).to.include('got note (did you mean notes?)').and.to.include(trial.namespace);
      expect((await operator.queue('note')).isPaused).to.equal(false);
      expect(await operator.queueNames()).to.deep.equal(['notes']);
      await call(operator, 'notes');
      await rejection(call(operator, 'a:b'), NameError);
    });
  }

  it('lists what there is when nothing is near, and says so when there is nothing', async () => {
    await using opened = await openOperatorTrial();
    const { operator, trial } = opened;
    expect((await rejection(operator.pause('payments'), QueueNotFoundError)).message).to.include('there is none yet');
    await trial.producer.send(note, { text: 'x' });
    expect((await rejection(operator.pause('payments'), QueueNotFoundError)).message).to.include('there are notes');
  });

  it('takes one that only a plain BullMQ client used', async () => {
    await using opened = await openOperatorTrial();
    const { operator, trial } = opened;
    await using mails = trial.queue('mails');
    await mails.add('mail', {});
    await operator.pause('mails');
    expect(await mails.isPaused()).to.equal(true);
  });

  it('pauses it before its first job when that is meant', async () => {
    await using opened = await openOperatorTrial();
    const { operator, trial } = opened;
    await operator.pause('notes', { allowUnused: true });
    await trial.producer.send(note, { text: 'x' });
    expect(await operator.queue('notes')).to.include({ isPaused: true, waiting: 1 });
    await operator.resume('notes');
    expect(await operator.queue('notes')).to.include({ isPaused: false });
  });
});
