import { ConnectionLostError, defaultJsonLimits, OptionsError, ServerRefusalError } from '@acktor/core';
import type { DeadLetterStore } from '@acktor/core/engine';
import { GuardedLog } from '@acktor/core/internal';
import { onDead, reject, Worker, type DeadJob } from '@acktor/worker';
import { expect } from 'chai';
import { fileURLToPath } from 'node:url';
import { leasedJob } from '../delivery/leased-job.js';
import { handlerOf } from '../handler/handler-of.js';
import { untilAborted } from '../handler/until-aborted.js';
import { call, note, ping } from '../jobs/notes.js';
import { rejection } from '../server/rejection.js';
import { Heard } from '../signals/heard.js';
import { signal, turn } from '../signals/signal.js';
import { DeadJobs, loadHandlers } from '../worker-inside/inside.js';
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
    const line = await trial.log.said('a listener for dead jobs failed');
    expect(line.facts).to.deep.include({ job: id, name: 'note' });
    expect(String(line.facts['err'])).to.equal('Error: the row is locked');
    expect((await trial.producer.deadLetters(note).get(id))?.reason).to.equal('no use');
  });

  it('is waited for by close()', async () => {
    const mayEnd = signal();
    const letter = { id: '1', jobName: 'note', payload: '{"text":"x"}', version: 1, reason: 'no use', deliveries: 1 };
    const store = { read: () => Promise.resolve([letter]) } as unknown as DeadLetterStore;
    const listeners = [onDead(note, () => mayEnd.given)];
    const log = new GuardedLog(trial.log);
    const calls = new DeadJobs({ listeners, lettersOf: () => store, limits: defaultJsonLimits, log });
    calls.forQueue('notes')?.(leasedJob({ id: '1', name: 'note', queue: 'notes' }));
    let isClosed = false;
    const closed = calls.close().then(() => (isClosed = true));
    await turn();
    expect(isClosed, 'while it runs').to.equal(false);
    mayEnd.give();
    await closed;
    expect(trial.log.lines.all).to.deep.equal([]);
  });

  it('reads the letter again while the server is away, and logs that it may not be read', async () => {
    const letter = { id: '1', jobName: 'note', payload: '{"text":"x"}', version: 1, reason: 'no use', deliveries: 1 };
    const answers = [() => Promise.reject(new ConnectionLostError()), () => Promise.resolve([letter])];
    const away = { read: () => answers.shift()?.() } as unknown as DeadLetterStore;
    const refusal = new ServerRefusalError('NOPERM', { about: 'permission' });
    const forbidden = { read: () => Promise.reject(refusal) } as unknown as DeadLetterStore;
    const log = new GuardedLog(trial.log);
    const parts = { listeners: [remember()], limits: defaultJsonLimits, log };
    const reading = new DeadJobs({ ...parts, lettersOf: () => away });
    reading.forQueue('notes')?.(leasedJob({ id: '1', name: 'note', queue: 'notes' }));
    expect((await dead.first()).id).to.equal('1');
    const refused = new DeadJobs({ ...parts, lettersOf: () => forbidden });
    refused.forQueue('notes')?.(leasedJob({ id: '2', name: 'note', queue: 'notes' }));
    const line = await trial.log.said('a listener for dead jobs failed');
    expect(line.facts).to.deep.include({ job: '2', err: refusal });
    await Promise.all([reading.close(), refused.close()]);
  });

  it('is found among the exports of a handler file, as `acktor work` has them', async () => {
    const file = fileURLToPath(new URL('dead-notes.js', import.meta.url));
    const found = await loadHandlers({ files: [file], queues: undefined });
    expect(found.onDead.map(({ job }) => job.name)).to.deep.equal(['note']);
    const { url: redis, namespace, log: logger } = trial;
    await using worker = await Worker.start({ redis, namespace, logger, ...found });
    await trial.producer.send(note, { text: 'hello' });
    const line = await trial.log.said('a listener for dead jobs failed');
    expect(String(line.facts['err']), 'it was called').to.equal('Error: hello');
    expect(worker.queues).to.deep.equal(['notes']);
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
