import { DeadLetteredError, type JobPlace } from '@acktor/core';
import { expect } from 'chai';
import { handlerOf, recording } from '../handler/handler-of.js';
import { untilAborted } from '../handler/until-aborted.js';
import { note } from '../jobs/notes.js';
import { rejection } from '../server/rejection.js';
import { sendFamily } from './family.js';
import { openOperatorTrial, type OperatorTrial } from './operator-trial.js';

describe('Operator, looking at jobs', function () {
  this.timeout(30_000);

  const idsOf = async ({ operator }: OperatorTrial, place: JobPlace, limit = 50) => {
    const ids: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await operator.jobs('notes', { place, limit, ...(cursor !== undefined && { cursor }) });
      expect(page.jobs.length, 'no page is empty, and none too full').to.be.within(1, limit);
      ids.push(...page.jobs.map(({ id }) => id));
      cursor = page.cursor;
    } while (cursor !== undefined);
    return ids;
  };

  it('lists waiting jobs in the order in which they will be fetched, the urgent last, page by page', async () => {
    await using opened = await openOperatorTrial();
    const { producer } = opened.trial;
    await producer.send(note, { text: 'x' }, { id: 'low', priority: 9 });
    await producer.send(note, { text: 'x' }, { id: 'high', priority: 2 });
    for (const id of ['a', 'b', 'c']) await producer.send(note, { text: 'x' }, { id });
    const order = ['a', 'b', 'c', 'high', 'low'];
    for (const limit of [1, 2, 3, 5, 50])
      expect(await idsOf(opened, 'waiting', limit), `by ${limit}`).to.deep.equal(order);
    const fetched: string[] = [];
    const { handler, deliveries } = recording(note, () => ({ length: 0 }));
    await opened.trial.work([handler]);
    for (const { id } of await deliveries.upTo(5)) fetched.push(id);
    expect(fetched).to.deep.equal(order);
  });

  it('lists delayed jobs by when they are due', async () => {
    await using opened = await openOperatorTrial();
    for (const [id, delayMs] of Object.entries({ late: 90_000, soon: 30_000, next: 60_000 }))
      await opened.trial.producer.send(note, { text: 'x' }, { id, delayMs });
    expect(await idsOf(opened, 'delayed', 2)).to.deep.equal(['soon', 'next', 'late']);
    const { jobs } = await opened.operator.jobs('notes', { place: 'delayed', limit: 1 });
    expect(jobs[0]?.dueAtMs).to.be.closeTo(Date.now() + 30_000, 5_000);
  });

  it('tells a parent that waits for its children from what waits for a consumer', async () => {
    await using opened = await openOperatorTrial();
    const { namespace, producer } = opened.trial;
    await producer.send(note, { text: 'x' }, { id: 'plain' });
    await using _ = await sendFamily({ namespace, queue: 'notes' });
    expect(await idsOf(opened, 'waitingForChildren')).to.deep.equal(['parent']);
    expect(await idsOf(opened, 'waiting')).to.have.members(['plain', 'child']);
    const [found] = await opened.operator.find('parent');
    expect(found).to.include({ queue: 'notes', place: 'waitingForChildren' });
    expect(await opened.operator.job('notes', 'parent')).to.include({ place: 'waitingForChildren' });
    expect(await opened.operator.queue('notes')).to.include({ waiting: 2, waitingForChildren: 1 });
  });

  it('says of a parent that is cancelled that its children go on', async () => {
    await using opened = await openOperatorTrial();
    const { namespace } = opened.trial;
    await using _ = await sendFamily({ namespace, queue: 'notes' });
    expect(await opened.operator.cancel('notes', 'parent')).to.equal('removedAlone');
    expect(await opened.operator.cancel('notes', 'parent')).to.equal('notFound');
    const { handler, deliveries } = recording(note, () => ({ length: 0 }));
    await opened.trial.work([handler]);
    await opened.trial.producer
      .receipt(note, 'child')
      .result({ timeoutMs: 10_000 })
      .catch(() => undefined);
    expect(await opened.operator.job('notes', 'parent')).to.equal(undefined);
    expect(await opened.operator.job('notes', 'child')).to.include({ place: 'deadLettered' });
    expect(deliveries.all, 'its payload is off the schema').to.have.length(0);
  });

  it('lists active jobs with who holds them and since when', async () => {
    await using opened = await openOperatorTrial();
    const { handler, deliveries } = recording(note, (delivery) => untilAborted(delivery));
    const worker = await opened.trial.work([handler], { consumers: 2, drainMs: 0 });
    for (const id of ['a', 'b']) await opened.trial.producer.send(note, { text: 'x' }, { id });
    await deliveries.upTo(2);
    const { jobs } = await opened.operator.jobs('notes', { place: 'active' });
    expect(jobs.map(({ id, workerId, place, deliveries: n }) => ({ id, workerId, place, n }))).to.deep.equal(
      ['a', 'b'].map((id) => ({ id, workerId: worker.id, place: 'active', n: 1 })),
    );
    expect(jobs[0]?.startedAtMs).to.be.closeTo(Date.now(), 10_000);
  });

  it('lists acked jobs and dead letters newest first, those with their reason', async () => {
    await using opened = await openOperatorTrial();
    const { producer } = opened.trial;
    await opened.trial.work([
      handlerOf(note, ({ data: { text } }) => {
        if (text === 'die') throw new Error('broken');
        return { length: text.length };
      }),
    ]);
    for (const id of ['a', 'b']) await (await producer.send(note, { text: 'x' }, { id })).result();
    for (const id of ['c', 'd'])
      await rejection((await producer.send(note, { text: 'die' }, { id })).result(), DeadLetteredError);
    expect(await idsOf(opened, 'acked')).to.deep.equal(['b', 'a']);
    const { jobs } = await opened.operator.jobs('notes', { place: 'deadLettered' });
    expect(jobs.map(({ id, reason, attemptsMade }) => [id, reason, attemptsMade])).to.deep.equal([
      ['d', 'broken', 3],
      ['c', 'broken', 3],
    ]);
  });

  it('lists no payloads', async () => {
    await using opened = await openOperatorTrial();
    await opened.trial.producer.send(note, { text: 'secret' }, { id: 'a' });
    expect(JSON.stringify(await opened.operator.jobs('notes', { place: 'waiting' }))).not.to.include('secret');
    expect(JSON.stringify(await opened.operator.find('a'))).not.to.include('secret');
  });

  it('shows a job that was acked with its payload, result, progress and log', async () => {
    await using opened = await openOperatorTrial();
    const handler = handlerOf(note, async ({ progress, log }) => {
      await progress({ done: 0.5 });
      await log('first');
      await log('second');
      return { length: 3 };
    });
    const worker = await opened.trial.work([handler]);
    await (await opened.trial.producer.send(note, { text: 'abc' }, { id: 'a' })).result();
    const job = await opened.operator.job('notes', 'a');
    expect(job).to.deep.include({ place: 'acked', payload: '{"text":"abc"}', result: '{"length":3}' });
    expect(job).to.deep.include({ progress: '{"done":0.5}', log: ['first', 'second'], workerId: worker.id });
    expect(job?.attempts.map(({ attempt, end }) => [attempt, end])).to.deep.equal([[1, 'acked']]);
  });

  it('tells how each attempt ended, through retries, death, redrive and ack', async () => {
    await using opened = await openOperatorTrial();
    let isMended = false;
    const handler = handlerOf(note, () => {
      if (!isMended) throw new Error('broken');
      return { length: 0 };
    });
    await opened.trial.work([handler]);
    await rejection((await opened.trial.producer.send(note, { text: 'x' }, { id: 'a' })).result(), DeadLetteredError);
    const ends = async () =>
      (await opened.operator.job('notes', 'a'))?.attempts.map(({ attempt, end }) => [attempt, end]);
    const died = [
      [1, 'retried'],
      [2, 'retried'],
      [3, 'deadLettered'],
    ];
    expect(await ends()).to.deep.equal(died);
    expect((await opened.operator.job('notes', 'a'))?.stack).to.match(/^Error: broken\n/);
    isMended = true;
    expect(await opened.operator.deadLetters('notes').redrive('a')).to.equal(true);
    await opened.trial.producer.receipt(note, 'a').result();
    expect(await ends()).to.deep.equal([...died, [1, 'acked']]);
  });

  it('shows the attempt that is under way', async () => {
    await using opened = await openOperatorTrial();
    const { handler, deliveries } = recording(note, (delivery) => untilAborted(delivery));
    await opened.trial.work([handler], { drainMs: 0 });
    await opened.trial.producer.send(note, { text: 'x' }, { id: 'a' });
    await deliveries.first();
    const job = await opened.operator.job('notes', 'a');
    expect(job).to.include({ place: 'active', result: undefined, endedAtMs: undefined });
    expect(job?.attempts.map(({ attempt, end }) => [attempt, end])).to.deep.equal([[1, undefined]]);
  });

  it('shows a job of plain BullMQ, whose id is a number', async () => {
    await using opened = await openOperatorTrial();
    await using queue = opened.trial.queue('notes');
    await queue.add('old', { a: 1 });
    expect(await opened.operator.job('notes', '1')).to.deep.include({ id: '1', name: 'old', payload: '{"a":1}' });
  });

  it('answers undefined for an id that is none, also for one of the keys of the queue', async () => {
    await using opened = await openOperatorTrial();
    await opened.trial.producer.send(note, { text: 'x' });
    for (const id of ['unknown', 'meta', 'wait', 'events', 'a:b'])
      expect(await opened.operator.job('notes', id), id).to.equal(undefined);
  });

  it('finds an id in whichever queues it is', async () => {
    await using opened = await openOperatorTrial();
    await opened.trial.producer.send(note, { text: 'x' }, { id: 'a' });
    await using queue = opened.trial.queue('mails');
    await queue.add('mail', {}, { jobId: 'a', delay: 60_000 });
    await opened.operator.discoverQueues();
    const found = await opened.operator.find('a');
    expect(found.map(({ queue: name, place }) => [name, place])).to.deep.equal([
      ['mails', 'delayed'],
      ['notes', 'waiting'],
    ]);
    expect(await opened.operator.find('unknown')).to.deep.equal([]);
  });
});
