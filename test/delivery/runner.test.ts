import { job } from '@acktor/core';
import { handles, reject, type Delivery, type Handler } from '@acktor/worker';
import { expect } from 'chai';
import { z } from 'zod';
import { handlerOf, recording } from '../handler/handler-of.js';
import { note, ping } from '../jobs/notes.js';
import { RunnerTrial } from './runner-trial.js';

const measure = handlerOf(note, ({ data }) => ({ length: data.text.length }));

describe('a runner, when its handler ends', () => {
  it('says what the handler returned, as JSON', async () => {
    const trial = new RunnerTrial([measure]);
    trial.handle({ payload: '{"text":"four"}' });
    expect(await trial.end()).to.deep.equal({ type: 'handler.returned', result: '{"length":4}' });
  });

  it('waits for a promise, and says nothing before', async () => {
    const trial = new RunnerTrial([handlerOf(note, async ({ data }) => Promise.resolve({ length: data.text.length }))]);
    trial.handle();
    expect(trial.heard.all).to.deep.equal([]);
    expect(await trial.end()).to.include({ result: '{"length":5}' });
  });

  it('keeps null for a contract without a result', async () => {
    const trial = new RunnerTrial([handlerOf(ping, () => undefined)]);
    trial.handle({ name: 'ping', payload: '{"n":1}' });
    expect(await trial.end()).to.deep.equal({ type: 'handler.returned', result: 'null' });
  });

  it('tells the handler which delivery of what it has', async () => {
    const { handler, deliveries } = recording(note, () => ({ length: 0 }));
    const trial = new RunnerTrial([handler]);
    trial.handle({ id: 'job-7', attemptsMade: 2, deliveries: 5, leasesLost: 1, sentAtMs: 86_400_000 });
    const { id, job, data, attempt, redelivered, fence, sentAt, signal } = await deliveries.first();
    expect({ id, data, attempt, redelivered, fence }).to.deep.equal({
      id: 'job-7',
      data: { text: 'hello' },
      attempt: 3,
      redelivered: true,
      fence: 5,
    });
    expect(job).to.equal(note);
    expect(sentAt.toISOString()).to.equal('1970-01-02T00:00:00.000Z');
    expect(signal.aborted).to.equal(false);
  });

  it('hands over what the schema makes of the payload', async () => {
    const dated = job('dated', {
      queue: 'notes',
      data: z.object({ at: z.string().transform((text) => new Date(text)) }),
    });
    const { handler, deliveries } = recording(dated, () => undefined);
    new RunnerTrial([handler]).handle({ name: 'dated', payload: '{"at":"2026-01-01"}' });
    expect((await deliveries.first()).data.at.getUTCFullYear()).to.equal(2026);
  });

  it('lets a thrown error be tried again after the backoff of the contract', async () => {
    const slow = job('slow', { queue: 'notes', data: z.object({}), backoff: { type: 'exponential', delayMs: 100 } });
    const trial = new RunnerTrial([handlerOf(slow, () => Promise.reject(new Error('broken')))]);
    trial.handle({ name: 'slow', payload: '{}', attemptsMade: 1 });
    const settlement = await trial.rejection();
    expect(settlement).to.deep.include({ kind: 'retry', delayMs: 200 });
    if (settlement.kind === 'retry') expect(settlement.failure).to.include({ reason: 'broken' });
    if (settlement.kind === 'retry') expect(settlement.failure.stack).to.contain('Error: broken');
  });

  it('dead-letters with reason and stack what was thrown at the last attempt', async () => {
    const trial = new RunnerTrial([handlerOf(note, () => Promise.reject(new Error('broken')))]);
    trial.handle({ attemptsMade: 2 });
    const settlement = await trial.rejection();
    expect(settlement.kind).to.equal('deadLetter');
    if (settlement.kind === 'deadLetter') expect(settlement.failure.stack).to.contain('Error: broken');
  });

  it("prefers the job's own attempts and backoff to those of the contract", async () => {
    const trial = new RunnerTrial([handlerOf(note, () => Promise.reject(new Error('broken')))]);
    trial.handle({ attemptsMade: 2, attempts: 4, backoff: { type: 'fixed', delayMs: 77 } });
    expect(await trial.rejection()).to.deep.include({ kind: 'retry', delayMs: 77 });
    const once = new RunnerTrial([handlerOf(note, () => Promise.reject(new Error('broken')))]);
    once.handle({ attempts: 1 });
    expect(await once.rejection()).to.include({ kind: 'deadLetter' });
  });

  const oddities: readonly (readonly [what: string, thrown: unknown, reason: string])[] = [
    ['a text', 'just a text', 'just a text'],
    ['nothing at all', undefined, 'undefined'],
    ['an object', { code: 7 }, '{ code: 7 }'],
    ['an error without a message', new TypeError(''), 'TypeError'],
    ['an error whose message cannot be read', unreadableError(), 'a value that cannot be shown'],
  ];
  for (const [what, thrown, reason] of oddities) {
    it(`rejects when the handler throws ${what}`, async () => {
      const trial = new RunnerTrial([handlerOf(note, () => Promise.reject(thrown as Error))]);
      trial.handle();
      const settlement = await trial.rejection();
      expect(settlement.kind).to.equal('retry');
      if (settlement.kind === 'retry') expect(settlement.failure.reason).to.equal(reason);
    });
  }

  it('does what the handler chose with reject', async () => {
    const choose = async (options: Parameters<typeof reject>[0], attemptsMade = 0) => {
      const trial = new RunnerTrial([handlerOf(note, () => reject(options))]);
      trial.handle({ attemptsMade });
      return trial.rejection();
    };
    expect(await choose({ requeue: true }, 2)).to.deep.equal({ kind: 'requeue' });
    expect(await choose({ deadLetter: 'no such card' })).to.deep.equal({
      kind: 'deadLetter',
      failure: { reason: 'no such card', stack: undefined },
    });
    expect(await choose({ retryInMs: 30_000 })).to.deep.include({ kind: 'retry', delayMs: 30_000 });
    expect(await choose({ retryInMs: 30_000 }, 2)).to.include({ kind: 'deadLetter' });
  });

  it('does not log payloads or results', async () => {
    const trial = new RunnerTrial([measure]);
    trial.handle({ payload: '{"text":"secret"}' });
    await trial.end();
    expect(JSON.stringify(trial.log.lines.all))
      .to.contain('handled')
      .and.not.contain('secret')
      .and.not.contain('length');
  });
});

describe('a runner, when a job cannot be handled', () => {
  it('dead-letters a payload off its schema, naming the path, and builds no handler', async () => {
    const { handler, deliveries } = recording(note, () => ({ length: 0 }));
    const trial = new RunnerTrial([handler]);
    trial.handle({ payload: '{"text":7}' });
    const settlement = await trial.rejection();
    expect(settlement.kind).to.equal('deadLetter');
    if (settlement.kind === 'deadLetter') expect(settlement.failure.reason).to.contain('data.text');
    expect(deliveries.all).to.deep.equal([]);
  });

  for (const payload of ['{not json', '[[[[[[[[[[[[]]]]]]]]]]]]', JSON.stringify({ text: 'x'.repeat(10_001) })]) {
    it(`dead-letters the payload ${payload.slice(0, 20)}`, async () => {
      const trial = new RunnerTrial([measure]);
      trial.handle({ payload });
      expect((await trial.rejection()).kind).to.equal('deadLetter');
    });
  }

  it('dead-letters a result off its schema, naming the path', async () => {
    const trial = new RunnerTrial([handlerOf(note, () => ({ length: 'five' }) as never)]);
    trial.handle();
    const settlement = await trial.rejection();
    expect(settlement.kind).to.equal('deadLetter');
    if (settlement.kind === 'deadLetter') expect(settlement.failure.reason).to.contain('result.length');
  });

  it('dead-letters a result that is no JSON', async () => {
    const unowned = job('unowned', { queue: 'notes', data: z.object({}), result: z.unknown() });
    const trial = new RunnerTrial([handlerOf(unowned, () => 7n)]);
    trial.handle({ name: 'unowned', payload: '{}' });
    expect((await trial.rejection()).kind).to.equal('deadLetter');
  });

  it('dead-letters a job that nobody handles, naming it and what is handled here', async () => {
    const trial = new RunnerTrial([measure]);
    trial.handle({ name: 'surprise' });
    const settlement = await trial.rejection();
    expect(settlement.kind).to.equal('deadLetter');
    if (settlement.kind === 'deadLetter')
      expect(settlement.failure.reason).to.contain('"surprise"').and.contain('note');
  });

  it('dead-letters a poisoned job with the reason that was given, and does not handle it', async () => {
    const { handler, deliveries } = recording(note, () => ({ length: 0 }));
    const trial = new RunnerTrial([handler]);
    trial.handle({ poisoned: 'lost its lease 21 times' });
    expect(await trial.rejection()).to.deep.include({ kind: 'deadLetter' });
    expect(deliveries.all).to.deep.equal([]);
  });

  it('lets a job be tried again whose handler cannot be built', async () => {
    @handles(note)
    class Unbuildable implements Handler<typeof note> {
      constructor() {
        throw new Error('no gateway today');
      }
      handle(_delivery: Delivery<typeof note>) {
        return { length: 0 };
      }
    }
    const trial = new RunnerTrial([Unbuildable]);
    trial.handle();
    const settlement = await trial.rejection();
    expect(settlement.kind).to.equal('retry');
    if (settlement.kind === 'retry') expect(settlement.failure.reason).to.contain('no gateway today');
  });

  it('rejects, and lives on, when something of its own fails', async () => {
    const broken = new Map();
    broken.get = () => {
      throw new Error('a fault of our own');
    };
    const trial = new RunnerTrial([], { handlers: broken });
    trial.handle();
    expect((await trial.rejection()).kind).to.equal('deadLetter');
  });
});

function unreadableError(): Error {
  return Object.defineProperty(new Error('never seen'), 'message', {
    get() {
      throw new Error('not even this');
    },
  });
}
