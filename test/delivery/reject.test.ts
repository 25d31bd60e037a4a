import { OptionsError } from '@acktor/core';
import { FinalError, reject, type RejectOptions } from '@acktor/worker';
import { UnrecoverableError } from 'bullmq';
import { expect } from 'chai';
import { refusal } from '../contract/refusal.js';
import { handlerOf, recording } from '../handler/handler-of.js';
import { note, ping } from '../jobs/notes.js';
import { insideAgain } from '../worker-inside/inside.js';
import { RunnerTrial } from './runner-trial.js';

/** How a delivery is settled whose handler does this. */
async function settled(handle: () => unknown, attemptsMade = 0) {
  const trial = new RunnerTrial([handlerOf(note, handle as () => never)]);
  trial.handle({ attemptsMade });
  return trial.rejection();
}

function failureOf(settlement: Awaited<ReturnType<typeof settled>>) {
  if ('failure' in settlement) return settlement.failure;
  throw new Error(`expected a failure, got ${settlement.kind}`);
}

describe('reject', () => {
  const wrong: readonly (readonly [options: unknown, option: string, message: string])[] = [
    [{ deadLetter: 7 }, 'deadLetter', 'expected deadLetter to be a text or an Error, got 7'],
    [{ deadLetter: 7n }, 'deadLetter', 'got 7n'],
    [{ deadLetter: { a: 1 } }, 'deadLetter', 'got { a: 1 }'],
    [{ deadLetter: Object.create(null) as object }, 'deadLetter', 'got [Object: null prototype] {}'],
    [{ deadLetter: null }, 'deadLetter', 'got null'],
    [{ deadLetter: undefined }, 'reject', 'expected reject() to be given one of'],
    [{ requeue: false }, 'requeue', 'expected requeue to be true, got false'],
    [{ requeue: 1 }, 'requeue', 'got 1'],
    [{}, 'reject', 'got {}'],
    [null, 'reject', 'got null'],
    ['why', 'reject', "got 'why'"],
    [{ requeue: true, deadLetter: 'both' }, 'requeue', "got { requeue: true, deadLetter: 'both' }"],
    [{ requeue: false, retryInMs: 5 }, 'requeue', 'got { requeue: false, retryInMs: 5 }'],
    [{ retryIn: 5 }, 'retryIn', 'got { retryIn: 5 }'],
    [{ deadLetter: 'why', reason: 'twice' }, 'reason', 'expected reject() to be given one of'],
    [{ retryInMs: 5, reason: 7 }, 'reason', 'expected reason to be a text or an Error, got 7'],
    [
      { retryInMs: -1 },
      'retryInMs',
      'expected retryInMs to be a number of milliseconds from 0 to 31536000000 (a year), got -1',
    ],
    [{ retryInMs: '5' }, 'retryInMs', "got '5'"],
    [{ requeueInMs: 0 }, 'requeueInMs', 'from 1 to 31536000000 (a year), got 0'],
  ];
  for (const [options, option, message] of wrong) {
    it(`refuses what means nothing: ${message}`, async () => {
      const error = await refusal(OptionsError, () => reject(options as RejectOptions));
      expect(error.faults.map((fault) => fault.option)).to.deep.equal([option]);
      expect(error.message).to.contain(message);
    });
  }

  it('takes a key that is undefined for one that is not there', async () => {
    const options = { requeue: undefined, retryInMs: 5, reason: undefined } as RejectOptions;
    expect(await settled(() => reject(options))).to.deep.include({ kind: 'retry', delayMs: 5 });
  });

  it('takes an error for a dead letter, and keeps its message and stack', async () => {
    const settlement = await settled(() => reject({ deadLetter: new TypeError('no such card') }));
    expect(settlement.kind).to.equal('deadLetter');
    expect(failureOf(settlement).reason).to.contain('no such card');
    expect(failureOf(settlement).stack).to.contain('TypeError: no such card').and.contain('reject.test');
    expect(failureOf(settlement).isThrown, 'chosen, not thrown').to.equal(undefined);
  });

  it('keeps the reason of a retry', async () => {
    const text = await settled(() => reject({ retryInMs: 20, reason: 'the gateway is busy' }));
    expect(failureOf(text).reason).to.equal('the gateway is busy');
    const error = await settled(() => reject({ retryInMs: 20, reason: new Error('ECONNRESET') }));
    expect(failureOf(error).reason).to.contain('ECONNRESET');
    expect(failureOf(error).stack).to.contain('reject.test');
  });

  it('says of a retry that comes too late that attempts are used up, and why the handler asked', async () => {
    const settlement = await settled(() => reject({ retryInMs: 20, reason: new Error('ECONNRESET') }), 2);
    expect(settlement.kind).to.equal('deadLetter');
    expect(failureOf(settlement).reason).to.equal(
      'attempts are used up (3 of 3); the handler asked to be tried again in 20 ms: ECONNRESET',
    );
    expect(failureOf(settlement).stack).to.contain('reject.test');
    const silent = failureOf(await settled(() => reject({ retryInMs: 20 }), 2));
    expect(silent.reason).to.equal('attempts are used up (3 of 3); the handler asked to be tried again in 20 ms');
  });

  it('puts a job back for later without counting an attempt, however many were made', async () => {
    expect(await settled(() => reject({ requeueInMs: 30_000, reason: 'busy' }), 2)).to.deep.equal({
      kind: 'requeue',
      afterMs: 30_000,
      reason: 'the handler asked for it again in 30000 ms, without counting an attempt: busy',
    });
  });

  for (const [words, options, end] of [
    ['a dead letter', { deadLetter: 'no such card' }, { kind: 'deadLetter' }],
    ['a requeue', { requeue: true }, { kind: 'requeue' }],
    ['a retry', { retryInMs: 77 }, { kind: 'retry', delayMs: 77 }],
  ] as const) {
    it(`counts ${words} that is thrown as if it had been returned`, async () => {
      const thrown = await settled(() => {
        throw reject(options) as unknown as Error;
      });
      expect(thrown).to.deep.include(end);
      expect(thrown).to.deep.equal(await settled(() => reject(options)));
    });
  }

  it('is recognized when another installed copy of the package made it, with and without a result', async () => {
    const other = await insideAgain<{ reject: typeof reject }>('delivery/settlement.js');
    expect(other.reject).not.to.equal(reject);
    expect(await settled(() => other.reject({ deadLetter: 'why' }))).to.deep.include({ kind: 'deadLetter' });
    const trial = new RunnerTrial([handlerOf(ping, () => other.reject({ retryInMs: 7 }) as never)]);
    trial.handle({ name: 'ping', payload: '{"n":1}' });
    expect(await trial.rejection()).to.deep.include({ kind: 'retry', delayMs: 7 });
  });

  it('of another copy that knows more than this one is refused by what it says', async () => {
    const { Rejection } = await insideAgain<{ Rejection: new (options: unknown) => object }>('delivery/settlement.js');
    const settlement = await settled(() => new Rejection({ parkInMs: 5 }));
    expect(settlement.kind).to.equal('retry');
    expect(failureOf(settlement).reason).to.contain('{ parkInMs: 5 }');
  });
});

describe('an error that is final', () => {
  class CardDeclined extends FinalError {}

  class ByBullmq extends UnrecoverableError {}

  for (const error of [
    new FinalError('no'),
    new CardDeclined('no'),
    new UnrecoverableError('no'),
    new ByBullmq('no'),
    Object.assign(new Error('no'), { name: 'UnrecoverableError' }),
  ]) {
    it(`makes its job a dead letter at the first attempt: ${error.name}, a ${error.constructor.name}`, async () => {
      const settlement = await settled(() => Promise.reject(error));
      expect(settlement.kind).to.equal('deadLetter');
      expect(failureOf(settlement)).to.deep.include({ reason: 'no', isThrown: true });
      expect(failureOf(settlement).stack).to.contain('reject.test');
    });
  }

  it('is recognized when another installed copy of the package made it', async () => {
    const other = await insideAgain<{ FinalError: typeof FinalError }>('errors.js');
    class Extended extends other.FinalError {}
    expect(await settled(() => Promise.reject(new other.FinalError('no')))).to.include({ kind: 'deadLetter' });
    expect(await settled(() => Promise.reject(new Extended('no')))).to.include({ kind: 'deadLetter' });
  });

  it('is an AcktorError with a code of its own, or of the class that extends it', () => {
    class Coded extends FinalError {
      override readonly code = 'CARD_DECLINED';
    }
    expect(new FinalError('no')).to.include({ code: 'ACKTOR_FINAL', name: 'FinalError' });
    expect(new Coded('no')).to.include({ code: 'CARD_DECLINED', name: 'Coded' });
  });

  it('leaves every other error to be tried again, also one that cannot be looked at', async () => {
    const hostile = new Proxy(new Error('no'), {
      get: () => {
        throw new Error('not this');
      },
    });
    for (const error of [new Error('no'), new TypeError('no'), 'no' as never, null as never, hostile])
      expect((await settled(() => Promise.reject<never>(error))).kind).to.equal('retry');
  });
});

describe('a delivery', () => {
  it('says how many attempts there are, and which is the last', async () => {
    const { handler, deliveries } = recording(note, () => ({ length: 0 }));
    const trial = new RunnerTrial([handler]);
    trial.handle({ attemptsMade: 1 });
    trial.handle({ attemptsMade: 2 });
    trial.handle({ attemptsMade: 2, attempts: 4 });
    const seen = (await deliveries.upTo(3)).map(({ attempt, attempts, isLastAttempt }) => [
      attempt,
      attempts,
      isLastAttempt,
    ]);
    expect(seen).to.deep.equal([
      [2, 3, false],
      [3, 3, true],
      [3, 4, false],
    ]);
  });
});
