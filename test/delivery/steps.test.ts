import { ConnectionLostError, NameError, OptionsError, ServerRefusalError } from '@acktor/core';
import { defaultTextLimits } from '@acktor/core/internal';
import {
  CancelledError,
  DeliveryEndedError,
  DuplicateStepError,
  LeaseLostError,
  StepLimitError,
  StepResultError,
  type Delivery,
} from '@acktor/worker';
import { expect } from 'chai';
import { ScriptedQueue } from '../channel/scripted-queue.js';
import { handlerOf } from '../handler/handler-of.js';
import { note } from '../jobs/notes.js';
import { signal } from '../signals/signal.js';
import { RunnerTrial } from './runner-trial.js';

type NoteDelivery = Delivery<typeof note>;
type Given = ConstructorParameters<typeof RunnerTrial>[1] & { readonly deliveries?: number };

/** A delivery whose handler does this, and what came of it. */
async function delivered(act: (delivery: NoteDelivery) => unknown, { deliveries = 1, ...deps }: Given = {}) {
  let value: unknown;
  const handler = handlerOf(note, async (delivery) => {
    value = await act(delivery);
    return { length: 1 };
  });
  const trial = new RunnerTrial([handler], deps);
  trial.handle({ id: 'job-7', deliveries });
  return { value: () => value, trial, end: trial.end() };
}

describe('delivery.step', () => {
  it('runs the function, stores its result as JSON, and gives it as it will come back', async () => {
    const queue = new ScriptedQueue();
    const { value, end } = await delivered(
      async ({ step }) => {
        const first = await step('charge', () => Promise.resolve({ at: new Date(0), cents: 5, note: undefined }));
        return [first, await step('mail', () => undefined)];
      },
      { queue },
    );
    expect((await end).type).to.equal('handler.returned');
    expect(value()).to.deep.equal([{ at: '1970-01-01T00:00:00.000Z', cents: 5 }, undefined]);
    expect([...queue.stored.values()]).to.deep.equal([
      { name: 'charge', result: '{"at":"1970-01-01T00:00:00.000Z","cents":5}' },
      { name: 'mail', result: undefined },
    ]);
  });

  it('skips what an earlier delivery has stored, and asks for that once', async () => {
    const queue = new ScriptedQueue();
    queue.stored.set('charge', { name: 'charge', result: '{"receipt":"r-1"}' });
    let asked = 0;
    const steps = queue.steps.bind(queue);
    queue.steps = () => {
      asked += 1;
      return steps();
    };
    const ran: string[] = [];
    const { value, end } = await delivered(
      async ({ step }) => {
        const both = [step('charge', () => ran.push('charge')), step('mail', () => ran.push('mail'))];
        return Promise.all(both);
      },
      { queue, deliveries: 2 },
    );
    await end;
    expect(value()).to.deep.equal([{ receipt: 'r-1' }, 1]);
    expect(ran).to.deep.equal(['mail']);
    expect(asked).to.equal(1);
  });

  it('asks for nothing on a first delivery, before which no step can have been stored', async () => {
    const queue = new ScriptedQueue();
    queue.steps = () => Promise.reject(new Error('asked'));
    const { end } = await delivered(({ step }) => step('charge', () => 1), { queue });
    expect((await end).type).to.equal('handler.returned');
  });

  it('stores nothing of a step that throws, and rejects with what it threw', async () => {
    const queue = new ScriptedQueue();
    const broken = new Error('declined');
    const { value, end } = await delivered(
      ({ step }) => step('charge', () => Promise.reject(broken)).catch((error: unknown) => error),
      { queue },
    );
    await end;
    expect(value()).to.equal(broken);
    expect(queue.stored.size).to.equal(0);
  });

  it('refuses a second step of a name, one too many, and a result that is no JSON or too large: dead letters at once', async () => {
    const limits = {
      ...defaultTextLimits,
      maxPayloadBytes: 10_000,
      maxPayloadDepth: 10,
      maxSteps: 2,
      maxStepBytes: 64,
    };
    for (const [act, errorClass, words] of [
      [
        ({ step }: NoteDelivery) => step('a', () => 1).then(() => step('a', () => 2)),
        DuplicateStepError,
        'got a second one called "a"',
      ],
      [
        ({ step }: NoteDelivery) => Promise.all(['a', 'b', 'c'].map((name) => step(name, () => 1))),
        StepLimitError,
        'at most 2 steps, got one more, "c" (maxSteps)',
      ],
      [({ step }: NoteDelivery) => step('a', () => ({ n: 1n })), StepResultError, 'result.n'],
      [({ step }: NoteDelivery) => step('a', () => 'x'.repeat(63)), StepResultError, 'maxStepBytes'],
    ] as const) {
      let thrown: unknown;
      const { trial } = await delivered(
        (delivery) =>
          act(delivery).catch((error: unknown) => {
            thrown = error;
            throw error;
          }),
        { limits },
      );
      const settlement = await trial.rejection();
      expect(thrown).to.be.instanceOf(errorClass).and.to.include({ jobId: 'job-7' });
      expect(String(thrown)).to.include(words);
      expect(settlement.kind).to.equal('deadLetter');
    }
  });

  it('counts what earlier deliveries have stored towards the most', async () => {
    const queue = new ScriptedQueue();
    queue.stored.set('old', { name: 'old', result: '1' });
    const limits = { ...defaultTextLimits, maxPayloadBytes: 10_000, maxPayloadDepth: 10, maxSteps: 1 };
    const { trial } = await delivered(({ step }) => step('new', () => 1), { queue, limits, deliveries: 2 });
    expect((await trial.rejection()).kind).to.equal('deadLetter');
  });

  it('refuses names and functions that are none, and has run nothing', async () => {
    const { value, end } = await delivered(async ({ step }) => [
      await step('', () => 1).catch((error: unknown) => error),
      await step('a', 1 as never).catch((error: unknown) => error),
    ]);
    await end;
    const [name, act] = value() as readonly unknown[];
    expect(name).to.be.instanceOf(NameError);
    expect(act).to.be.instanceOf(OptionsError);
    expect(String(act)).to.include('delivery.step(name, run) to be given a function to run, got number');
  });

  it('rejects, and goes no further, when a later delivery has begun', async () => {
    const queue = new ScriptedQueue();
    queue.storeStep = () => Promise.resolve(false);
    const stale = await delivered(({ step }) => step('a', () => 1).catch((error: unknown) => error), { queue });
    await stale.end;
    expect(stale.value()).to.be.instanceOf(LeaseLostError);
    queue.steps = () => Promise.resolve(undefined);
    let hasRun = false;
    const older = await delivered(({ step }) => step('a', () => (hasRun = true)).catch((error: unknown) => error), {
      queue,
      deliveries: 2,
    });
    await older.end;
    expect(older.value()).to.be.instanceOf(LeaseLostError);
    expect(hasRun).to.equal(false);
  });

  it('stores what was done when the server is there again', async () => {
    const queue = new ScriptedQueue();
    const faults = [new ConnectionLostError(), new ServerRefusalError('LOADING')];
    const store = queue.storeStep.bind(queue);
    let ran = 0;
    queue.storeStep = async (job, step) => {
      const fault = faults.shift();
      if (fault) throw fault;
      return store(job, step);
    };
    const { value, end } = await delivered(({ step }) => step('a', () => ++ran), { queue });
    expect((await end).type).to.equal('handler.returned');
    expect([value(), ran, queue.stored.get('a')?.result]).to.deep.equal([1, 1, '1']);
  });

  it('waits for no server once its signal has aborted, and begins no step then', async () => {
    const queue = new ScriptedQueue();
    const tried = signal();
    queue.storeStep = () => {
      tried.give();
      return Promise.reject(new ConnectionLostError());
    };
    let hasRun = false;
    const { value, trial, end } = await delivered(
      async ({ step }) => [
        await step('a', () => 1).catch((error: unknown) => error),
        await step('b', () => (hasRun = true)).catch((error: unknown) => error),
      ],
      { queue },
    );
    await tried.given;
    trial.abort({ kind: 'cancelled', why: 'enough' });
    await end;
    for (const error of value() as readonly unknown[]) expect(error).to.be.instanceOf(CancelledError);
    expect(hasRun).to.equal(false);
  });

  it('runs nothing after the delivery', async () => {
    let kept: NoteDelivery | undefined;
    const { end } = await delivered((delivery) => (kept = delivery));
    await end;
    const refused = await kept?.step('late', () => 1).catch((error: unknown) => error);
    expect(refused).to.be.instanceOf(DeliveryEndedError);
    expect(String(refused)).to.include('step()');
  });
});
