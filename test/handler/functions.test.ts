import { NotAContractError, OptionsError } from '@acktor/core';
import { DuplicateHandlerError, handle, NotAHandlerError, reject, Worker } from '@acktor/worker';
import { expect } from 'chai';
import { refusal } from '../contract/refusal.js';
import { RunnerTrial } from '../delivery/runner-trial.js';
import { note, ping } from '../jobs/notes.js';
import { WorkerTrial } from '../worker/worker-trial.js';
import { handlersByQueue } from '../worker-inside/inside.js';
import { handlerOf } from './handler-of.js';

describe('a function that handles a job', () => {
  it('handles what is sent to a worker, and the sender gets the result', async () => {
    await using trial = await WorkerTrial.open();
    await trial.work([handle(note, async ({ data }) => Promise.resolve({ length: data.text.length }))]);
    const receipt = await trial.producer.send(note, { text: 'hello' });
    expect(await receipt.result({ timeoutMs: 5_000 })).to.deep.equal({ length: 5 });
  });

  it('ends its delivery as a class does: by a throw, and by a rejection', async () => {
    const throwing = new RunnerTrial([handle(note, () => Promise.reject(new Error('broken')))]);
    throwing.handle();
    expect(await throwing.rejection()).to.deep.include({ kind: 'retry', delayMs: 0 });
    const rejecting = new RunnerTrial([handle(note, () => reject({ deadLetter: 'never' }))]);
    rejecting.handle();
    expect(await rejecting.rejection()).to.include({ kind: 'deadLetter' });
  });

  it('opens no scope where nothing is injected', async () => {
    const own = {
      resolve: () => expect.fail('nothing is asked for'),
      createChildContainer: () => expect.fail('no child is made'),
    };
    const trial = new RunnerTrial([handle(note, () => ({ length: 5 }))], {}, own);
    trial.handle();
    expect(await trial.end()).to.include({ result: '{"length":5}' });
  });

  it('may be called by itself, without middleware', async () => {
    const measure = handle(note, { use: [() => expect.fail('not here')] }, ({ data }) => ({
      length: data.text.length,
    }));
    expect(measure.job).to.equal(note);
    expect(measure.handle({ data: { text: 'four' } } as never)).to.deep.equal({ length: 4 });
  });

  it('is named in messages by its own name, or by its job', async () => {
    const measure = handle(note, function measure() {
      return { length: 1 };
    });
    const error = await refusal(DuplicateHandlerError, () =>
      handlersByQueue([measure, handle(note, () => ({ length: 1 }))]),
    );
    expect(error.handlers).to.deep.equal(['measure', 'handle(note)']);
    const mixed = await refusal(DuplicateHandlerError, () =>
      handlersByQueue([measure, handlerOf(note, () => ({ length: 1 }))]),
    );
    expect(mixed.handlers).to.deep.equal(['measure', 'Handling']);
  });

  const wrong: readonly (readonly [words: string, declare: () => unknown, message: string])[] = [
    [
      'nothing',
      () => handle(note, undefined as never),
      'expected handle(job, function) or handle(job, options, function), got a value of type undefined',
    ],
    ['null', () => handle(note, null as never), 'got null'],
    ['an object', () => handle(note, { use: [] } as never), 'got a value of type object'],
    [
      'a generator',
      () =>
        handle(note, function* numbers() {
          yield 1;
        } as never),
      'expected the function of numbers to be a function, async or not, got a generator, whose body would never run: make it an async function',
    ],
    [
      'one with a parameter more than it is given',
      () => handle(ping, { inject: ['a'] }, ((_d: unknown, _a: unknown, _b: unknown) => undefined) as never),
      'expected inject of handle(ping) to name its 2 parameters, got 1: name what each is to be given, in their order',
    ],
  ];
  for (const [words, declare, message] of wrong) {
    it(`is not ${words}`, async () => {
      expect((await refusal(NotAHandlerError, declare)).message).to.contain(message);
    });
  }

  it('is for a contract, with options that are some', async () => {
    await refusal(NotAContractError, () => handle({} as never, (() => undefined) as never));
    const error = await refusal(OptionsError, () =>
      handle(ping, { inject: [7], use: 'all', uses: [] } as never, () => undefined),
    );
    expect(error.faults.map(({ option }) => option)).to.deep.equal(['uses', 'inject', 'use']);
  });

  it('is wrapped by the middleware of its worker', async () => {
    await using trial = await WorkerTrial.open();
    const options = {
      use: [async (_delivery: unknown, next: () => Promise<unknown>) => (await next(), { length: 9 })],
    };
    await trial.work([handle(note, () => ({ length: 1 }))], options);
    const receipt = await trial.producer.send(note, { text: 'hello' });
    expect(await receipt.result({ timeoutMs: 5_000 })).to.deep.equal({ length: 9 });
  });

  it('refuses middleware that is none, at the start', async () => {
    const handler = handle(ping, () => undefined);
    const use = (...items: readonly unknown[]) => ({ use: items as never });
    const pass = (_delivery: unknown, next: () => unknown) => next();
    const expected = 'to be a function (delivery, next) => result that is no generator, got';
    for (const [start, message] of [
      [() => Worker.start({ handlers: [handler], use: 'log' as never }), 'expected use to be an array of functions'],
      [() => Worker.start({ handlers: [handler], ...use(pass, 5) }), `expected use[1] ${expected} 5`],
      [() => Worker.start({ handlers: [handler], ...use(function* () {}) }), `expected use[0] ${expected} a function`],
      [() => handle(ping, use(pass, pass, 'log'), () => undefined), `expected use[2] ${expected} "log"`],
    ] as const) {
      const error = await refusal(OptionsError, start);
      expect(error.message).to.contain(message);
    }
  });
});
