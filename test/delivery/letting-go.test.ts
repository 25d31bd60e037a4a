import {
  CancelledError,
  DeadlineError,
  LeaseLostError,
  ProgressError,
  ShutdownError,
  type Delivery,
} from '@acktor/worker';
import { expect } from 'chai';
import { handlerOf, recording } from '../handler/handler-of.js';
import { hurried, note } from '../jobs/notes.js';
import { signal, turn } from '../signals/signal.js';
import { untilAborted } from '../handler/until-aborted.js';
import { RunnerTrial, type AbortReason } from './runner-trial.js';

type ErrorClass = abstract new (...args: never[]) => Error;

const reasons: readonly (readonly [reason: AbortReason, error: ErrorClass])[] = [
  [{ kind: 'cancelled', why: 'not wanted' }, CancelledError],
  [{ kind: 'deadline' }, DeadlineError],
  [{ kind: 'leaseLost' }, LeaseLostError],
  [{ kind: 'shutdown' }, ShutdownError],
];

describe('a handler that is told to let go', () => {
  for (const [reason, error] of reasons) {
    it(`finds ${error.name} as the reason of its signal`, async () => {
      const { handler, deliveries } = recording(note, untilAborted);
      const trial = new RunnerTrial([handler]);
      trial.handle({ id: 'job-7' });
      const delivery = await deliveries.first();
      trial.abort(reason);
      expect(delivery.signal.reason).to.be.instanceOf(error).and.to.include({ jobId: 'job-7' });
      await trial.end();
    });
  }

  it('finds its signal aborted when it asks for it only afterwards', async () => {
    const told = signal();
    const { handler, deliveries } = recording(note, async () => {
      await told.given;
      return { length: 0 };
    });
    const trial = new RunnerTrial([handler]);
    trial.handle();
    const delivery = await deliveries.first();
    trial.abort({ kind: 'shutdown' });
    expect(delivery.signal.aborted).to.equal(true);
    told.give();
    await trial.end();
  });

  it('keeps the first reason', async () => {
    const { handler, deliveries } = recording(note, untilAborted);
    const trial = new RunnerTrial([handler]);
    trial.handle();
    const { signal: heard } = await deliveries.first();
    trial.abort({ kind: 'cancelled', why: 'first' });
    trial.abort({ kind: 'shutdown' });
    expect(heard.reason).to.be.instanceOf(CancelledError);
    await trial.end();
  });

  it('is dead-lettered with the reason when it was cancelled, whatever it throws', async () => {
    const { handler, deliveries } = recording(note, ({ signal: heard }) =>
      untilAborted({ signal: heard }, new Error('own words')),
    );
    const trial = new RunnerTrial([handler]);
    trial.handle();
    await deliveries.first();
    trial.abort({ kind: 'cancelled', why: 'the order was withdrawn' });
    const settlement = await trial.rejection();
    expect(settlement.kind).to.equal('deadLetter');
    if (settlement.kind === 'deadLetter') expect(settlement.failure.reason).to.contain('the order was withdrawn');
  });

  it('is acked when it finishes its work all the same', async () => {
    const { handler, deliveries } = recording(note, ({ signal: heard }) =>
      untilAborted({ signal: heard }).catch(() => ({ length: 1 })),
    );
    const trial = new RunnerTrial([handler]);
    trial.handle();
    await deliveries.first();
    trial.abort({ kind: 'cancelled', why: 'not wanted' });
    expect(await trial.end()).to.include({ type: 'handler.returned' });
  });

  it('hears nothing of an abort that was meant for the delivery before', async () => {
    const { handler, deliveries } = recording(note, () => ({ length: 0 }));
    const trial = new RunnerTrial([handler]);
    trial.handle();
    await trial.end();
    trial.abort({ kind: 'shutdown' });
    trial.handle();
    const [, second] = await deliveries.upTo(2);
    expect(second?.signal.aborted).to.equal(false);
  });
});

describe('the log of a handler that is told to let go', () => {
  for (const [reason, error] of reasons) {
    const isForNothing = error === LeaseLostError || error === ShutdownError;
    const what = isForNothing ? 'has no dead letter, for the delivery ends without it,' : 'has its dead letter';
    it(`${what} on ${error.name}, whether it lets go or not`, async () => {
      for (const letsGo of [true, false]) {
        const { handler, deliveries } = recording(note, (delivery) =>
          letsGo ? untilAborted(delivery) : new Promise<never>(() => undefined),
        );
        const trial = new RunnerTrial([handler]);
        trial.handle({ attemptsMade: 2 });
        await deliveries.first();
        trial.abort(reason);
        if (!letsGo) trial.clock.increment(1_000);
        expect((await trial.end()).type).to.equal(letsGo ? 'handler.rejected' : 'handler.stuck');
        await turn();
        const messages = trial.log.lines.all.map(({ message }) => message);
        expect(messages).to.deep.equal(isForNothing ? [] : ['a job becomes a dead letter']);
      }
    });
  }
});

describe('a deadline', () => {
  it('passes when the handler takes longer than its contract allows', async () => {
    const { handler, deliveries } = recording(hurried, ({ signal: heard }) => untilAborted({ signal: heard }));
    const trial = new RunnerTrial([handler]);
    trial.handle({ name: 'hurried', payload: '{}' });
    await deliveries.first();
    trial.clock.increment(99);
    expect(trial.heard.all).to.deep.equal([]);
    trial.clock.increment(1);
    expect(trial.heard.all).to.deep.equal([{ type: 'deadline.passed' }]);
    trial.abort({ kind: 'deadline' });
    const settlement = await trial.rejection();
    expect(settlement.kind).to.equal('deadLetter');
    if (settlement.kind === 'deadLetter') expect(settlement.failure.reason).to.contain('100 ms');
  });

  it('does not pass once the handler has ended', async () => {
    const trial = new RunnerTrial([handlerOf(hurried, () => undefined)]);
    trial.handle({ name: 'hurried', payload: '{}' });
    await trial.end();
    trial.clock.increment(1_000);
    await turn();
    expect(trial.heard.all.map(({ type }) => type)).to.deep.equal(['handler.returned']);
  });
});

describe('progress and log', () => {
  it('are kept under the lease, any JSON value and any line', async () => {
    const { trial, kept } = keeping(true);
    trial.handle({ id: 'job-7' });
    await trial.end();
    const lease = { jobId: 'job-7', leaseToken: 'p|1' };
    expect(kept).to.deep.equal([
      ['progress', lease, '{"percent":50}'],
      ['progress', lease, 'null'],
      ['log', lease, 'half way'],
    ]);
  });

  it('tell the handler that its lease is lost', async () => {
    const { trial } = keeping(false);
    trial.handle();
    const settlement = await trial.rejection();
    expect(settlement.kind).to.equal('retry');
    if (settlement.kind === 'retry') expect(settlement.failure.reason).to.contain('the lease of job job-1 is lost');
  });

  it('fail with the error of a server that is away', async () => {
    const { trial } = keeping(new Error('away'));
    trial.handle();
    const settlement = await trial.rejection();
    if (settlement.kind === 'retry') expect(settlement.failure.reason).to.equal('away');
  });
});

describe('progress', () => {
  const refused: readonly (readonly [what: string, value: unknown, fault: string])[] = [
    ['nothing', undefined, 'progress: expected a JSON value, got undefined'],
    ['a function', () => 1, 'progress: expected a JSON value, got a function'],
    ['a symbol', Symbol('s'), 'progress: expected a JSON value, got a symbol'],
    [
      'what makes itself nothing',
      { toJSON: () => undefined },
      'progress.toJSON: expected a JSON value, got a function',
    ],
    ['a list that makes itself nothing', Object.assign([1], { toJSON: () => undefined }), 'progress.toJSON: expected'],
    ['a bigint', { done: 1n }, 'progress.done: expected a JSON value, got a bigint'],
    ['more than maxProgressBytes', 'x'.repeat(16_384), 'progress: expected at most 16384 bytes of JSON, got 16386'],
    [
      'a getter that throws',
      {
        get done() {
          throw new Error('not now');
        },
      },
      'one that cannot be read: not now',
    ],
  ];
  for (const [what, value, fault] of refused) {
    it(`refuses ${what}, and keeps nothing of it`, async () => {
      const { failure, kept } = await saying(({ progress }) => progress(value));
      expect(failure).to.be.instanceOf(ProgressError);
      expect(failure?.message).to.contain('progress of job job-1').and.contain(fault);
      expect(kept).to.deep.equal([]);
    });
  }
});

describe('a log line', () => {
  it('is cut where it is too long, and says so', async () => {
    const { kept } = await saying(({ log }) => log('🚀'.repeat(2_000)));
    const [, , line] = kept[0] as readonly [string, unknown, string];
    expect(Buffer.byteLength(line)).to.be.within(4_000, 4_096);
    expect(line).to.match(/^(🚀)+… \(cut: 4,000 characters\)$/u);
  });

  it('is refused when it is no text', async () => {
    const { failure } = await saying(({ log }) => log(undefined as unknown as string));
    expect(failure).to.be.instanceOf(ProgressError);
    expect(failure?.message).to.contain('line: expected a text to log, got undefined');
  });
});

describe('progress and log that nobody awaits', () => {
  it('do not end the process when they fail', async () => {
    const handler = handlerOf(note, ({ progress, log }) => {
      void progress(1);
      void log('in passing');
      return { length: 0 };
    });
    const trial = new RunnerTrial([handler]);
    const refuse = () => Promise.reject(new Error('away'));
    Object.assign(trial.queue, { progress: refuse, log: refuse });
    const unheard: unknown[] = [];
    const hear = (reason: unknown) => void unheard.push(reason);
    process.on('unhandledRejection', hear);
    trial.handle();
    expect((await trial.end()).type).to.equal('handler.returned');
    await turn();
    process.off('unhandledRejection', hear);
    expect(unheard).to.deep.equal([]);
  });
});

/** What comes of it when a handler says something, on a queue that keeps everything. */
async function saying(say: (delivery: Delivery<typeof note>) => Promise<void>) {
  let failure: Error | undefined;
  const handler = handlerOf(note, async (delivery) => {
    failure = await say(delivery).then(
      () => undefined,
      (error: Error) => error,
    );
    return { length: 0 };
  });
  const kept: unknown[] = [];
  const keep = (what: string) => (lease: unknown, text: string) => Promise.resolve(kept.push([what, lease, text]) > 0);
  const trial = new RunnerTrial([handler]);
  Object.assign(trial.queue, { progress: keep('progress'), log: keep('log') });
  trial.handle();
  await trial.end();
  return { failure, kept };
}

/** A runner whose handler tells of its progress, on a queue that answers as told. */
function keeping(answer: boolean | Error) {
  const handler = handlerOf(note, async ({ progress, log }) => {
    await progress({ percent: 50 });
    await progress(null);
    await log('half way');
    return { length: 0 };
  });
  const kept: unknown[] = [];
  const keep = (what: string) => (lease: unknown, text: string) => {
    kept.push([what, lease, text]);
    return typeof answer === 'boolean' ? Promise.resolve(answer) : Promise.reject(answer);
  };
  const trial = new RunnerTrial([handler]);
  Object.assign(trial.queue, { progress: keep('progress'), log: keep('log') });
  return { trial, kept };
}
