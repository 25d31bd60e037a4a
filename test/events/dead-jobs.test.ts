import { DeadLetteredError, OptionsError } from '@acktor/core';
import { handle, handleAll, onDead, reject, Worker, type DeadJob } from '@acktor/worker';
import { expect } from 'chai';
import { fileURLToPath } from 'node:url';
import { handlerOf } from '../handler/handler-of.js';
import { untilAborted } from '../handler/until-aborted.js';
import { call, note, ping } from '../jobs/notes.js';
import { plainRedis } from '../real-redis/plain-bullmq.js';
import { rejection } from '../server/rejection.js';
import { Heard } from '../signals/heard.js';
import { signal } from '../signals/signal.js';
import { loadHandlers } from '../worker-inside/inside.js';
import { WorkerTrial } from '../worker/worker-trial.js';

describe('onDead', function () {
  this.timeout(20_000);
  let trial: WorkerTrial;
  let dead: Heard<DeadJob<typeof note>>;
  const remember = () => onDead(note, (letter) => dead.push(letter));
  beforeEach(async () => {
    trial = await WorkerTrial.open();
    dead = new Heard();
  });
  afterEach(() => trial[Symbol.asyncDispose]());

  it('is called with the job, its payload and its history, once its attempts are used up', async () => {
    const failing = handlerOf(note, ({ attempt }) => {
      throw new Error(`attempt ${attempt} failed`);
    });
    await trial.work([failing], { onDead: [remember()] });
    const { id } = await trial.producer.send(note, { text: 'hello' });
    const letter = await dead.first();
    expect(letter).to.deep.include({
      id,
      jobName: 'note',
      queue: 'notes',
      reason: 'attempt 3 failed',
      attemptsMade: 3,
    });
    expect(letter.job).to.equal(note);
    expect(letter.data).to.deep.equal({ text: 'hello' });
    expect(letter.history.map(({ attempt, end, reason }) => [attempt, end, reason])).to.deep.equal([
      [1, 'threw', 'attempt 1 failed'],
      [2, 'threw', 'attempt 2 failed'],
      [3, 'threw', 'attempt 3 failed'],
    ]);
    expect(dead.all).to.have.length(1);
  });

  it('is called for the death of a job that was sent anew under the id of a dead one', async () => {
    const failing = handlerOf(note, ({ data }) => {
      throw new Error(`${data.text} failed`);
    });
    await trial.work([failing], { onDead: [remember()] });
    for (const text of ['the first', 'the second']) {
      await trial.producer.send(note, { text }, { id: 'same', attempts: 1 });
      const letter = await dead.first(({ reason }) => reason === `${text} failed`);
      expect(letter.id).to.equal('same');
      await trial.producer.deadLetters(note).purge('same');
    }
  });

  it('is called where no handler ran: no handler for the job, a payload off its schema, a cancelled job', async () => {
    await using queue = trial.queue('notes');
    const begun = signal();
    const handler = handlerOf(ping, (delivery) => {
      begun.give();
      return untilAborted(delivery);
    });
    const pings = new Heard<DeadJob<typeof ping>>();
    await trial.work([handler], { onDead: [remember(), onDead(ping, (letter) => pings.push(letter))] });
    await trial.producer.send(note, { text: 'nobody' });
    const unhandled = await dead.first();
    expect(unhandled.reason).to.match(/^no handler for job "note"/);
    expect(unhandled.data).to.deep.equal({ text: 'nobody' });
    await queue.add('ping', { n: 'one' });
    const unreadable = await pings.first();
    expect(unreadable.data, 'off its schema').to.equal(undefined);
    expect(unreadable.payload).to.equal('{"n":"one"}');
    const { id } = await trial.producer.send(ping, { n: 1 });
    await begun.given;
    await trial.producer.cancel(ping, id, { why: 'no use' });
    expect((await pings.first((letter) => letter.id === id)).reason).to.include('no use');
  });

  it('changes nothing by failing, which is logged, and goes on with the next', async () => {
    const handler = handlerOf(note, () => reject({ deadLetter: 'no use' }));
    const failing = onDead(note, () => Promise.reject(new Error('the row is locked')));
    await trial.work([handler], { onDead: [failing, remember()] });
    const { id } = await trial.producer.send(note, { text: 'x' });
    expect((await dead.first()).id).to.equal(id);
    const line = await trial.log.said('a listener for dead jobs failed, and is called again');
    expect(line.facts).to.deep.include({ job: id, name: 'note' });
    expect(String(line.facts['err'])).to.equal('Error: the row is locked');
    expect((await trial.producer.deadLetters(note).get(id))?.reason).to.equal('no use');
  });

  it('is called again when it fails, until it does not, and by another worker when its own is gone', async () => {
    const handler = handlerOf(note, () => reject({ deadLetter: 'no use' }));
    const begun = signal();
    const never = onDead(note, () => {
      begun.give();
      return new Promise(() => undefined);
    });
    const first = await trial.work([handler], { onDead: [never], drainMs: 0 });
    const { id } = await trial.producer.send(note, { text: 'x' });
    await begun.given;
    await first.close();
    let calls = 0;
    const second = onDead(note, (letter) => {
      calls += 1;
      if (calls === 1) throw new Error('the row is locked');
      dead.push(letter);
    });
    await trial.work([handler], { onDead: [second] });
    expect(await dead.first()).to.deep.include({ id, reason: 'no use', isKept: true });
    expect(calls).to.equal(2);
  });

  it('is called for a death whose letter was purged meanwhile, with what its notice has', async () => {
    const handler = handlerOf(note, () => reject({ deadLetter: 'no use' }));
    await using queue = trial.queue('{notes}@onDead');
    await queue.pause();
    await trial.work([handler], { onDead: [remember()] });
    const receipt = await trial.producer.send(note, { text: 'x' });
    await rejection(receipt.result({ timeoutMs: 10_000 }), DeadLetteredError);
    expect(await queue.count(), 'its notice waits').to.equal(1);
    expect(await trial.producer.deadLetters(note).purge(receipt.id)).to.equal(true);
    await queue.resume();
    const letter = await dead.first();
    const known = { id: receipt.id, reason: 'no use', attemptsMade: 1, deliveries: 1, payload: '{"text":"x"}' };
    expect(letter).to.deep.include({ ...known, data: { text: 'x' }, history: [], isKept: false });
    expect(letter.deadAt.getTime()).to.be.at.least(letter.sentAt.getTime());
  });

  it('is called for a job that lost too many leases, and for one whose record cannot be read', async () => {
    const handler = handlerOf(note, () => ({ length: 1 }));
    await using queue = trial.queue('notes');
    await queue.pause();
    await trial.work([handler], { onDead: [remember()] });
    using redis = await plainRedis(trial.url);
    for (const [jobId, field, value] of [
      ['poisoned', 'defa', 'it may be what ends its workers'],
      ['unreadable', 'ats', 'many'],
    ] as const) {
      await queue.add('note', { text: 'x' }, { jobId });
      await redis.hset(`${trial.namespace}:notes:${jobId}`, field, value);
    }
    await queue.resume();
    const reasonOf = async (wanted: string) => (await dead.first(({ id }) => id === wanted)).reason;
    expect(await reasonOf('poisoned')).to.equal('it may be what ends its workers');
    expect(await reasonOf('unreadable')).to.include('ats is no number');
  });

  it('is called for a death that a worker without a listener stores, once that knows of one', async () => {
    const handler = handlerOf(note, () => reject({ deadLetter: 'no use' }));
    // Knows of no job that could die: it only listens.
    const listening = await trial.work([handlerOf(ping, () => undefined)], {
      onDead: [remember()],
      unknown: { notes: 'leave' },
    });
    await trial.work([handler]);
    const ids: string[] = [];
    // It asks at its start, and does not wait for the answer.
    while (dead.all.length === 0) {
      const receipt = await trial.producer.send(note, { text: 'x' });
      ids.push(receipt.id);
      await rejection(receipt.result({ timeoutMs: 10_000 }), DeadLetteredError);
      await new Promise(setImmediate);
    }
    const letter = await dead.first();
    expect(letter).to.deep.include({ reason: 'no use', data: { text: 'x' }, isKept: true });
    expect(ids).to.include(letter.id);
    await listening.close();
  });

  it('is left to a worker that has it by one that has another of the same queue', async () => {
    const handler = handlerOf(note, () => reject({ deadLetter: 'no use' }));
    const other = await trial.work([handler], { onDead: [onDead(ping, () => undefined)] });
    await using queue = trial.queue('{notes}@onDead');
    // As a worker with the listener leaves it that ends before it is called.
    const notice = { id: 'a', payload: '{"text":"x"}', version: 1, reason: 'no use', sentAtMs: 1 };
    const counts = { attemptsMade: 1, deliveries: 1, leasesLost: 0, priority: 0 };
    const { id = '' } = await queue.add('note', { ...notice, ...counts });
    while (Number((await queue.getJob(id))?.attemptsStarted ?? 0) < 2) await new Promise(setImmediate);
    expect(await (await queue.getJob(id))?.getState()).to.be.oneOf(['delayed', 'waiting', 'active']);
    await trial.work([handler], { onDead: [remember()] });
    expect(await dead.first()).to.deep.include({ id: 'a', reason: 'no use', isKept: false });
    await other.close();
  });

  it('is declared with a handler of all jobs, for those that have no listener of their own', async () => {
    const all = handleAll('notes', { onDead: ({ id, jobName, data }) => others.push({ id, jobName, data }) }, () =>
      reject({ deadLetter: 'no use' }),
    );
    const others = new Heard<unknown>();
    await trial.work([all], { onDead: [remember()] });
    const { id } = await trial.producer.send(note, { text: 'x' });
    expect(await dead.first()).to.deep.include({ id, jobName: 'note' });
    await using queue = trial.queue('notes');
    const old = await queue.add('user.created', { n: 1 });
    expect(await others.first()).to.deep.equal({ id: old.id, jobName: 'user.created', data: { n: 1 } });
    expect(others.all).to.have.length(1);
  });

  it('is declared with a handler, too', async () => {
    const failing = handle(note, { onDead: (letter) => dead.push(letter) }, () => reject({ deadLetter: 'no use' }));
    await trial.work([failing]);
    const { id } = await trial.producer.send(note, { text: 'x' });
    expect(await dead.first()).to.deep.include({ id, reason: 'no use' });
    const loud = () => handle(note, { onDead: 'loud' as never }, () => ({ length: 1 }));
    expect(loud).to.throw(OptionsError, 'onDead');
  });

  it('is found among the exports of a handler file, as `acktor work` has them', async () => {
    const file = fileURLToPath(new URL('dead-notes.js', import.meta.url));
    const found = await loadHandlers({ files: [file], queues: undefined });
    expect(found.onDead.map(({ job }) => job.name)).to.deep.equal(['note']);
    const { url: redis, namespace, log: logger } = trial;
    await using worker = await Worker.start({ redis, namespace, logger, ...found });
    await trial.producer.send(note, { text: 'hello' });
    const line = await trial.log.said('a listener for dead jobs failed, and is called again');
    expect(String(line.facts['err']), 'it was called').to.equal('Error: hello');
    expect(worker.queues).to.deep.equal(['notes', '{notes}@onDead']);
  });

  it('is refused at the start for a queue that the worker does not consume', async () => {
    const { url: redis, namespace } = trial;
    const stranger = onDead(call, () => undefined);
    const handlers = [handlerOf(note, () => ({ length: 1 }))];
    const error = await rejection(Worker.start({ redis, namespace, handlers, onDead: [stranger] }), OptionsError);
    expect(error.message).to.include(
      "expected onDead for jobs of the worker's own queues, got job call of queue calls; this worker consumes notes",
    );
    expect(() => onDead(note, 'loud' as unknown as () => void)).to.throw(OptionsError, 'got string');
    const unmade = Worker.start({
      redis,
      namespace,
      handlers,
      onDead: [onDead(note, () => undefined), () => {}] as never,
    });
    expect((await rejection(unmade, OptionsError)).message).to.include(
      'expected onDead[1] to be what onDead(job, listener) makes, got a function',
    );
  });
});
