import { ClosedError, Events, OptionsError, type JobAcked } from '@acktor/core';
import { reject } from '@acktor/worker';
import { expect } from 'chai';
import { handlerOf } from '../handler/handler-of.js';
import { note, ping } from '../jobs/notes.js';
import { rejection } from '../server/rejection.js';
import { Heard } from '../signals/heard.js';
import { WorkerChild } from '../worker/worker-child.js';
import { WorkerTrial } from '../worker/worker-trial.js';
import { ALL, followed, type ToldEvent } from './followed-events.js';

const names = (heard: Heard<ToldEvent>) => heard.all.map(({ name }) => name);

describe('events across processes', function () {
  this.timeout(20_000);
  let trial: WorkerTrial;
  let events: Events;
  beforeEach(async () => {
    trial = await WorkerTrial.open();
    events = await Events.connect({ redis: trial.url, namespace: trial.namespace });
  });
  afterEach(async () => {
    await events.close();
    await trial[Symbol.asyncDispose]();
  });

  it('report the whole life of a job, in its order, and no other job of the queue', async () => {
    const heard = await followed(events, note, ALL);
    const others = await followed(events, ping, ['acked']);
    const tries = [
      () => Promise.reject(new Error('not yet')),
      () => Promise.resolve(reject({ requeue: true })),
      () => Promise.resolve(reject({ retryInMs: 5, reason: 'later' })),
      () => Promise.resolve({ length: 5 }),
    ];
    const handler = handlerOf(note, async ({ progress, fence }) => {
      await progress({ fence });
      return (await tries[fence - 1]?.()) ?? { length: 0 };
    });
    const { id } = await trial.producer.send(note, { text: 'hello' });
    await trial.producer.send(ping, { n: 1 });
    await trial.work([handler, handlerOf(ping, () => undefined)]);
    const { event } = await heard.first(({ name }) => name === 'acked');
    await others.first();
    const ends = ['retried', 'requeued', 'retried', 'acked'];
    expect(names(heard)).to.deep.equal(['sent', ...ends.flatMap((end) => ['started', 'progress', end])]);
    for (const { event: reported } of heard.all)
      expect(reported).to.deep.include({ id, jobName: 'note', queue: 'notes' });
    const reasons = heard.all.flatMap(({ event: reported }) => ('reason' in reported ? [reported.reason] : []));
    expect(reasons).to.deep.equal(['not yet', undefined, 'later']);
    expect(
      heard.all.flatMap(({ event: reported }) => ('progress' in reported ? [reported.progress] : [])),
    ).to.deep.equal([1, 2, 3, 4].map((fence) => ({ fence })));
    expect(await (event as JobAcked<typeof note>).result()).to.deep.equal({ length: 5 });
    expect(Math.abs((event as JobAcked).at.getTime() - Date.now())).to.be.lessThan(60_000);
  });

  it('report that a job is dead, with the reason, and that one that waited was cancelled', async () => {
    const heard = await followed(events, note, ['dead', 'removed']);
    const { id: waits } = await trial.producer.send(note, { text: 'x' }, { delayMs: 60_000 });
    await trial.producer.cancel(note, waits);
    await trial.work([handlerOf(note, () => reject({ deadLetter: 'no use' }))]);
    const { id } = await trial.producer.send(note, { text: 'x' });
    await heard.upTo(2);
    expect(heard.all.map(({ name, event }) => [name, 'id' in event && event.id])).to.deep.equal([
      ['removed', waits],
      ['dead', id],
    ]);
    expect(heard.all[1]?.event).to.deep.include({ reason: 'no use' });
  });

  it('take no delayed send for a retry', async () => {
    const heard = await followed(events, note, ALL);
    await trial.work([handlerOf(note, () => ({ length: 1 }))]);
    await trial.producer.send(note, { text: 'x' }, { delayMs: 20 });
    await heard.first(({ name }) => name === 'acked');
    expect(names(heard)).to.deep.equal(['sent', 'started', 'acked']);
  });

  it('report that the worker of a job died', async () => {
    const heard = await followed(events, note, ALL);
    const { url: redis, namespace } = trial;
    await using child = await WorkerChild.start({ handler: 'neverEnds', options: { redis, namespace } });
    const { id } = await trial.producer.send(note, { text: 'x' });
    await child.hears('handling');
    await trial.work([handlerOf(note, () => ({ length: 1 }))]);
    child.signal('SIGKILL');
    await heard.first(({ name }) => name === 'acked');
    expect(names(heard)).to.deep.equal(['sent', 'started', 'lost', 'started', 'acked']);
    expect(heard.all[2]?.event).to.deep.include({ id });
  });

  it('come from plain BullMQ clients, too', async () => {
    const heard = await followed(events, note, ['sent', 'started', 'retried', 'acked']);
    await using queue = trial.queue('notes');
    let tries = 0;
    await trial.work([
      handlerOf(note, () => {
        tries += 1;
        if (tries === 1) throw new Error('not yet');
        return { length: 1 };
      }),
    ]);
    const { id } = await queue.add('note', { text: 'x' }, { attempts: 2 });
    await heard.first(({ name }) => name === 'acked');
    expect(names(heard)).to.deep.equal(['sent', 'started', 'retried', 'started', 'acked']);
    expect(heard.all[0]?.event).to.deep.include({ id });
  });

  it('harm no other by a listener that throws or rejects: onError gets it', async () => {
    const failures = new Heard<readonly [string, string]>();
    await using own = await Events.connect({
      redis: trial.url,
      namespace: trial.namespace,
      onError: (error, event) => failures.push([String(error), event]),
    });
    await own.on(note, 'acked', () => {
      throw new Error('it threw');
    });
    await own.on(note, 'acked', () => Promise.reject(new Error('it rejected')));
    const heard = await followed(own, note, ['acked']);
    await trial.work([handlerOf(note, () => ({ length: 1 }))]);
    await trial.producer.send(note, { text: 'x' });
    await heard.first();
    expect(await failures.upTo(2)).to.deep.equal([
      ['Error: it threw', 'acked'],
      ['Error: it rejected', 'acked'],
    ]);
  });

  it('harm no other by a listener that throws what cannot be shown, nor by an onError that rejects', async () => {
    const failures = new Heard<string>();
    const connection = { redis: trial.url, namespace: trial.namespace };
    await using plain = await Events.connect(connection);
    const onError = (_error: unknown, event: string): unknown => {
      failures.push(event);
      return Promise.reject(new Error('nobody catches this'));
    };
    await using own = await Events.connect({ ...connection, onError });
    const fail = () => {
      throw Object.create(null);
    };
    const heard = [];
    for (const events of [plain, own]) {
      await events.on(note, 'acked', fail);
      await events.on(note, 'acked', async () => fail());
      heard.push(await followed(events, note, ['acked']));
    }
    await trial.work([handlerOf(note, () => ({ length: 1 }))]);
    await trial.producer.send(note, { text: 'x' });
    await Promise.all([...heard.map((each) => each.first()), failures.upTo(2)]);
  });

  it('end with the unsubscribe function, which others do not notice', async () => {
    const [one, other] = [new Heard<unknown>(), await followed(events, note, ['acked'])];
    const stop = await events.on(note, 'acked', (event) => one.push(event));
    await trial.work([handlerOf(note, () => ({ length: 1 }))]);
    await trial.producer.send(note, { text: 'x' });
    await Promise.all([one.first(), other.first()]);
    stop();
    stop();
    await trial.producer.send(note, { text: 'y' });
    await other.upTo(2);
    expect(one.all).to.have.length(1);
  });

  it('begin with the first listener, and anew after the last has left', async () => {
    await trial.work([handlerOf(note, () => ({ length: 1 }))]);
    const stop = await events.on(note, 'sent', () => undefined);
    stop();
    const missed = await trial.producer.send(note, { text: 'x' });
    await missed.result({ timeoutMs: 10_000 });
    const heard = await followed(events, note, ['acked']);
    const { id } = await trial.producer.send(note, { text: 'y' });
    await heard.first(({ event }) => 'id' in event && event.id === id);
  });

  it('refuse an unknown name, what is no function, and a use after close()', async () => {
    const unknown = events.on(note, 'finished' as 'acked', () => undefined);
    expect((await rejection(unknown, OptionsError)).message).to.include(
      'expected one of sent, started, progress, acked, retried, requeued, lost, dead, removed, gap, got "finished"',
    );
    for (const name of [1n, ['acked'], Symbol('acked')])
      await rejection(
        events.on(note, name as unknown as 'acked', () => undefined),
        OptionsError,
      );
    const noFunction = events.on(note, 'acked', 'loud' as unknown as () => void);
    expect((await rejection(noFunction, OptionsError)).message).to.include('expected a function, got string');
    await events.close();
    await events.close();
    await rejection(
      events.on(note, 'acked', () => undefined),
      ClosedError,
    );
  });
});
