import { OptionsError } from '@acktor/core';
import {
  handle,
  handles,
  isRejection,
  middleware,
  onDead,
  reject,
  type AnyHandler,
  type Delivery,
  type Middleware,
} from '@acktor/worker';
import { expect } from 'chai';
import { AsyncLocalStorage } from 'node:async_hooks';
import { RunnerTrial } from '../delivery/runner-trial.js';
import { handlerOf } from '../handler/handler-of.js';
import { hurried, note, ping } from '../jobs/notes.js';
import { signal, turn } from '../signals/signal.js';

const measure = handle(note, ({ data }) => ({ length: data.text.length }));

/** Runs one delivery of a note. */
function running(use: readonly Middleware[], handler: AnyHandler = measure): RunnerTrial {
  const trial = new RunnerTrial([handler], { use });
  trial.handle();
  return trial;
}

describe('middleware', () => {
  it("runs around the handler in the order given, the worker's outside the handler's", async () => {
    const seen: string[] = [];
    const named =
      (name: string): Middleware =>
      async (_delivery, next) => {
        seen.push(`${name} begins`);
        const result = await next();
        seen.push(`${name} ends`);
        return result;
      };
    const handler = handle(note, { use: [named('c'), named('d')] }, () => {
      seen.push('handler');
      return { length: 1 };
    });
    const trial = running([named('a'), named('b')], handler);
    expect(await trial.end()).to.include({ result: '{"length":1}' });
    const begins = ['a', 'b', 'c', 'd'].map((name) => `${name} begins`);
    const ends = ['d', 'c', 'b', 'a'].map((name) => `${name} ends`);
    expect(seen).to.deep.equal([...begins, 'handler', ...ends]);
  });

  it('runs around a class as around a function', async () => {
    const doubled: Middleware<typeof note> = async (_delivery, next) => {
      const result = await next();
      return isRejection(result) ? result : { length: result.length * 2 };
    };
    class Measure {
      handle({ data }: Delivery<typeof note>) {
        return { length: data.text.length };
      }
    }
    handles(note, { use: [doubled] })(Measure);
    const trial = new RunnerTrial([Measure]);
    trial.handle();
    expect(await trial.end()).to.include({ result: '{"length":10}' });
  });

  it('sees the delivery of the handler, with the payload as the schema gives it', async () => {
    let seen: Delivery | undefined;
    let handled: Delivery | undefined;
    const trial = new RunnerTrial(
      [
        handle(note, (delivery) => {
          handled = delivery;
          return { length: 0 };
        }),
      ],
      { use: [(delivery, next) => ((seen = delivery), next())] },
    );
    trial.handle({ id: 'job-7', attemptsMade: 1 });
    await trial.end();
    expect(seen).to.equal(handled);
    expect(seen?.job).to.equal(note);
    expect([seen?.id, seen?.attempt, seen?.data]).to.deep.equal(['job-7', 2, { text: 'hello' }]);
  });

  it('sees no delivery whose payload is off its schema', async () => {
    let calls = 0;
    const trial = new RunnerTrial([measure], { use: [(_delivery, next) => ((calls += 1), next())] });
    trial.handle({ payload: '{"text":7}' });
    expect((await trial.rejection()).kind).to.equal('deadLetter');
    expect(calls).to.equal(0);
  });

  it('holds the asynchronous context of the handler', async () => {
    const tenant = new AsyncLocalStorage<string>();
    const handler = handle(note, async () => {
      await turn();
      return { length: tenant.getStore()?.length ?? 0 };
    });
    const trial = running([(_delivery, next) => tenant.run('acme', next)], handler);
    expect(await trial.end()).to.include({ result: '{"length":4}' });
  });

  it('has its result checked by the schema of the contract', async () => {
    const trial = running([() => Promise.resolve({ length: 'five' })]);
    const settlement = await trial.rejection();
    expect(settlement.kind).to.equal('deadLetter');
    expect('failure' in settlement && settlement.failure.reason).to.contain('result.length');
  });

  it('is no executor more where there is none of it', async () => {
    const trial = new RunnerTrial([measure, handlerOf(ping, () => undefined)]);
    trial.handle({ name: 'ping', payload: '{"n":1}' });
    expect(await trial.end()).to.include({ result: 'null' });
    expect(trial.executors()).to.deep.equal(['FunctionExecutor', 'ClassExecutor']);
    expect(new RunnerTrial([measure], { use: [(_d, next) => next()] }).executors()).to.deep.equal(['Link']);
  });
});

describe('a middleware that decides the end', () => {
  it('turns an error into a result', async () => {
    const handler = handle(note, () => Promise.reject(new Error('broken')));
    const trial = running([(_delivery, next) => next().catch(() => ({ length: 7 }))], handler);
    expect(await trial.end()).to.include({ result: '{"length":7}' });
  });

  it('turns an error into another, and into a rejection', async () => {
    const handler = handle(note, () => Promise.reject(new Error('broken')));
    const other = running(
      [(_d, next) => next().catch((cause: unknown) => Promise.reject(new Error('worse', { cause })))],
      handler,
    );
    expect(await other.rejection()).to.have.nested.property('failure.reason', 'worse: broken');
    const dead = running([(_d, next) => next().catch(() => reject({ deadLetter: 'for good' }))], handler);
    expect(await dead.rejection()).to.deep.include({ kind: 'deadLetter' });
  });

  it('sees a rejection that the handler returned, and may let it count', async () => {
    const seen: boolean[] = [];
    const handler = handle(note, () => reject({ requeueInMs: 5_000 }));
    const trial = running(
      [
        async (_delivery, next) => {
          const result = await next();
          seen.push(isRejection(result));
          return result;
        },
      ],
      handler,
    );
    expect(await trial.rejection()).to.include({ kind: 'requeue', afterMs: 5_000 });
    expect(seen).to.deep.equal([true]);
  });

  it('need not call next(): what it returns is the result', async () => {
    let calls = 0;
    const handler = handle(note, () => ((calls += 1), { length: 1 }));
    expect(await running([() => Promise.resolve({ length: 3 })], handler).end()).to.include({ result: '{"length":3}' });
    const refused = running([() => Promise.resolve(reject({ retryInMs: 5 }))], handler);
    expect(await refused.rejection()).to.include({ kind: 'retry', delayMs: 5 });
    expect(calls).to.equal(0);
  });

  for (const [how, thrower] of [
    [
      'throws',
      () => {
        throw new Error('no tenant');
      },
    ],
    ['rejects', () => Promise.reject(new Error('no tenant'))],
  ] as const satisfies readonly (readonly [string, Middleware])[]) {
    it(`fails its delivery, which is tried again, when it ${how}`, async () => {
      const settlement = await running([thrower]).rejection();
      expect(settlement).to.deep.include({ kind: 'retry', delayMs: 0 });
      expect(settlement).to.have.nested.property('failure.reason', 'no tenant');
    });
  }

  it('fails a delivery in which it calls next() twice, awaited or not, and the handler runs once', async () => {
    const reason =
      'expected twice to call next() at most once, before it returns, and it called it a second time: ' +
      'a handler runs once in a delivery (throw, or return reject(…), to have the job tried again)';
    let calls = 0;
    const handler = handle(note, () => ((calls += 1), { length: 1 }));
    const uses: readonly Middleware[] = [
      async function twice(_delivery, next) {
        await next();
        return next();
      },
      async function twice(_delivery, next) {
        void next();
        return next().catch(() => ({ length: 1 }));
      },
    ];
    for (const use of uses)
      expect(await running([use], handler).rejection()).to.have.nested.property('failure.reason', reason);
    expect(calls).to.equal(2);
  });

  it('fails a delivery of which it forgets the result, or the rejection', async () => {
    async function forgetful(_delivery: unknown, next: () => Promise<unknown>) {
      await next();
    }
    const reason =
      'expected forgetful to return what next() gave, or something in its place, got undefined: ' +
      'write `return await next()`, or return null where nothing is meant';
    expect(await running([forgetful]).rejection()).to.have.nested.property('failure.reason', reason);
    for (const [returned, end] of [
      [reject({ deadLetter: 'no' }), { type: 'handler.rejected' }],
      [undefined, { type: 'handler.returned', result: 'null' }],
    ] as const) {
      const trial = new RunnerTrial([handle(ping, () => returned)], { use: [forgetful] });
      trial.handle({ name: 'ping', payload: '{"n":1}' });
      expect(await trial.end()).to.include(end);
    }
  });

  it('cannot begin the handler once it has returned', async () => {
    let later: (() => Promise<unknown>) | undefined;
    let calls = 0;
    const handler = handle(note, () => ((calls += 1), { length: 1 }));
    const trial = running([(_delivery, next) => ((later = next), Promise.resolve({ length: 2 }))], handler);
    expect(await trial.end()).to.include({ result: '{"length":2}' });
    const error = await later?.().catch((reason: unknown) => reason);
    expect(error).to.include({ name: 'NextCalledError', code: 'ACKTOR_NEXT_CALLED' });
    expect(error).to.have.property('message').that.contains('after it had returned');
    expect(calls).to.equal(0);
  });

  it('ends its delivery only when the handler that it began has ended, too', async () => {
    const mayEnd = signal();
    const handler = handle(note, async () => {
      await mayEnd.given;
      throw new Error('nobody waits for this');
    });
    const trial = running([(_delivery, next) => (void next(), Promise.resolve({ length: 9 }))], handler);
    await turn();
    expect(trial.heard.all).to.deep.equal([]);
    mayEnd.give();
    expect(await trial.end()).to.include({ result: '{"length":9}' });
  });

  it('begins no handler when its delivery is to be let go of by then', async () => {
    const mayGo = signal();
    let calls = 0;
    let reason: unknown;
    const handler = handle(hurried, () => void (calls += 1));
    const trial = new RunnerTrial([handler], {
      use: [
        async (delivery, next) => {
          await mayGo.given;
          return next().catch((error: unknown) => {
            reason = error;
            expect(delivery.signal.reason).to.equal(error);
            throw error;
          });
        },
      ],
    });
    trial.handle({ name: 'hurried', payload: '{}' });
    await turn();
    trial.abort({ kind: 'cancelled', why: 'changed my mind' });
    mayGo.give();
    expect(await trial.rejection()).to.include({ kind: 'deadLetter' });
    expect(reason).to.include({ code: 'ACKTOR_CANCELLED' });
    expect(calls).to.equal(0);
  });
});

describe('middleware()', () => {
  it('keeps the name of what it is given, for messages', () => {
    const named = middleware({ provides: ['tenant'] }, function tenants(_delivery, next) {
      return next();
    });
    expect(named.name).to.equal('tenants');
  });

  it('refuses a generator, which would ack jobs that no handler has seen', () => {
    const lazy = function* () {} as unknown as Middleware;
    expect(() => middleware(lazy)).to.throw(OptionsError, 'a generator, whose body would never run');
    expect(() => handle(note, { use: [lazy] }, () => ({ length: 0 }))).to.throw(OptionsError, '(delivery, next)');
    expect(() => onDead(note, async function* () {})).to.throw(OptionsError, 'a generator');
  });
});
