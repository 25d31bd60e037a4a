import { actor, run } from '@acktor/actors';
import { memoryEngine } from '@acktor/testing';
import { expect } from 'chai';
import { assign, setup } from 'xstate';
import { z } from 'zod';
import { until } from '../signals/until.js';
import { ActorTrial, engineKinds, within } from './actor-trial.js';
import { chargeCard, order } from './order.js';

interface Waiting {
  readonly rung: number;
}

/** Waits a second, from when it was last told to; counts how often that second was over. */
function waiting(delayMs: number) {
  return actor('waiting', {
    machine: setup({
      types: { context: {} as Waiting, events: {} as { readonly type: 'again' } | { readonly type: 'leave' } },
      actions: { count: assign({ rung: ({ context }) => context.rung + 1 }) },
    }).createMachine({
      id: 'waiting',
      context: { rung: 0 },
      initial: 'on',
      states: {
        on: {
          after: { [delayMs]: { target: 'on', reenter: true, actions: 'count' } },
          on: { again: { target: 'on', reenter: true }, leave: 'off' },
        },
        off: { on: { again: 'on' } },
      },
    }),
    queue: 'waiting',
    events: { again: z.object({}), leave: z.object({}) },
  });
}

describe('the time of an actor', function () {
  this.timeout(60_000);

  const open = async () => {
    const engine = memoryEngine();
    return { engine, trial: await ActorTrial.open(engine) };
  };

  it('is up when its delay is over, and not before', async () => {
    const { engine, trial } = await open();
    await using _trial = trial;
    await trial.work([order]);
    const o = trial.producer.actor(order, 'o-1');
    await o.start({ cents: 1 });
    await o.waitFor('shipping', within);
    await engine.advance(59_900);
    expect(await o.snapshot()).to.deep.include({ value: 'shipping' });
    await engine.advance(200);
    expect(await o.waitFor('lost', within)).to.deep.include({ status: 'done', turn: 3 });
  });

  it('is over with the state that it was set in', async () => {
    const { engine, trial } = await open();
    await using _trial = trial;
    await trial.work([order]);
    const o = trial.producer.actor(order, 'o-1');
    await o.start({ cents: 1 });
    await o.waitFor('shipping', within);
    await (await o.send({ type: 'arrived' })).result(within);
    await engine.advance({ hours: 1 });
    expect(await o.snapshot()).to.deep.include({ value: 'arrived', turn: 3 });
  });

  it('begins anew when its state is entered again: what was set before rings for nothing', async () => {
    const { engine, trial } = await open();
    await using _trial = trial;
    const contract = waiting(1_000);
    await trial.work([contract]);
    const w = trial.producer.actor(contract, 'w');
    const rungAfter = async (ms: number) => {
      await engine.advance(ms);
      return (await w.snapshot())?.context.rung;
    };
    await (await w.send({ type: 'again' })).result(within);
    expect(await rungAfter(800)).to.equal(0);
    await (await w.send({ type: 'again' })).result(within);
    expect(await rungAfter(800)).to.equal(0);
    expect(await rungAfter(300)).to.equal(1);
    expect(await rungAfter(10_000)).to.equal(11);
    await (await w.send({ type: 'leave' })).result(within);
    expect(await rungAfter(60_000)).to.equal(11);
  });

  it('keeps an actor that has ended as long as its contract says, and then its id is free', async () => {
    const { engine, trial } = await open();
    await using _trial = trial;
    const brief = actor('brief', {
      machine: setup({
        types: { context: {} as { readonly n: number }, input: {} as { readonly n: number } },
      }).createMachine({
        context: ({ input }) => input,
        initial: 'up',
        states: { up: { on: { end: 'over' } }, over: { type: 'final' } },
      }),
      queue: 'brief',
      input: z.object({ n: z.number() }),
      events: { end: z.object({}) },
      keepEndedMs: 60_000,
    });
    await trial.work([brief]);
    const b = trial.producer.actor(brief, 'b');
    await b.start({ n: 1 });
    await (await b.send({ type: 'end' })).result(within);
    await engine.advance(50_000);
    expect(await (await b.start({ n: 2 })).result(within)).to.deep.include({ outcome: 'repeated', status: 'done' });
    await engine.advance(11_000);
    expect(await (await b.start({ n: 3 })).result(within)).to.deep.include({ outcome: 'applied', turn: 1 });
    expect(await b.snapshot()).to.deep.include({ status: 'active', context: { n: 3 } });
  });

  for (const kind of engineKinds)
    it(`passes on ${kind}, on the machine's clock`, async () => {
      await using trial = await ActorTrial.open(kind);
      const contract = waiting(40);
      await trial.work([contract]);
      const w = trial.producer.actor(contract, 'w');
      await w.send({ type: 'again' });
      await until('it has rung five times', async () => ((await w.snapshot())?.context.rung ?? 0) >= 5);
      await (await w.send({ type: 'leave' })).result(within);
      const left = await w.snapshot();
      expect(left).to.deep.include({ value: 'off' });
      // Each ring is two jobs: that of the timer, and the turn. Once none is there, none can ring any more.
      await until('no timer is left', async () => {
        const { waiting: ready, delayed, active } = await trial.operator.queue('waiting');
        return ready + delayed + active === 0;
      });
      expect(await w.snapshot()).to.deep.equal(left);
    });
});

describe('a newer version of an actor', function () {
  this.timeout(60_000);

  const events = { go: z.object({}) };
  const first = actor('changing', {
    machine: setup({ types: { context: {} as { readonly n: number } } }).createMachine({
      context: { n: 1 },
      initial: 'old',
      states: { old: { on: { go: { target: 'old', reenter: true } } } },
    }),
    queue: 'changing',
    events,
  });
  const second = actor('changing', {
    machine: setup({ types: { context: {} as { readonly count: number } } }).createMachine({
      context: { count: 0 },
      initial: 'new',
      states: { new: { on: { go: 'gone' } }, gone: {} },
    }),
    queue: 'changing',
    events,
    version: 2,
    migrate: {
      1: (snapshot: { readonly context: { readonly n: number } }) => ({
        ...snapshot,
        value: 'new',
        context: { count: snapshot.context.n },
      }),
    },
  });

  it('takes what an older one has stored as migrate says, and an older worker leaves what it has stored', async () => {
    await using trial = await ActorTrial.open('memory');
    const older = await trial.work([first]);
    const a = trial.producer.actor(first, 'a');
    await (await a.send({ type: 'go' })).result(within);
    await older.close();
    const newer = await trial.work([second]);
    const b = trial.producer.actor(second, 'a');
    expect(await (await b.send({ type: 'go' })).result(within)).to.deep.include({ outcome: 'applied', value: 'gone' });
    expect(await b.snapshot()).to.deep.include({ version: 2, context: { count: 1 } });
    await newer.close();
    await trial.work([first]);
    const late = await b.send({ type: 'go' });
    await until(
      'an older worker has left it',
      async () => (await trial.operator.job('changing', late.id))?.deliveries === 2,
    );
    expect(await b.snapshot()).to.deep.include({ version: 2, turn: 2 });
    await trial.work([second]);
    expect(await late.result(within)).to.deep.include({ outcome: 'dropped', turn: 2 });
  });

  it('is refused without a step from each version before', () => {
    expect(() =>
      actor('x', { machine: order0, queue: 'x', events: {}, version: 3, migrate: { 1: (one: object) => one } }),
    ).to.throw('expected migrate to have a step for each version before 3, found none for 2');
  });

  const order0 = setup({ actors: { charge: run(chargeCard) } }).createMachine({ initial: 'a', states: { a: {} } });
});
