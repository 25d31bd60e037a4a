import { actor, run } from '@acktor/actors';
import { crashMatrix, type CrashScenario } from '@acktor/actors/testing';
import { memoryEngine } from '@acktor/testing';
import { handle } from '@acktor/worker';
import { expect } from 'chai';
import { assign, fromTransition, setup } from 'xstate';
import { z } from 'zod';
import { within } from './actor-trial.js';
import { chargeCard, order, sendMail } from './order.js';

/** Parallel regions, one nested with a history, one with a delay and two calls. */
const rich = actor('rich', {
  machine: setup({
    types: {
      context: {} as { readonly path: readonly string[] },
      events: {} as
        { readonly type: 'next' } | { readonly type: 'out' } | { readonly type: 'back' } | { readonly type: 'end' },
    },
    actors: { charge: run(chargeCard) },
    actions: { trace: assign({ path: ({ context, event }) => [...context.path, event.type] }) },
  }).createMachine({
    id: 'rich',
    context: { path: [] },
    type: 'parallel',
    states: {
      work: {
        initial: 'inside',
        states: {
          inside: {
            initial: 'one',
            states: {
              one: { on: { next: { target: 'two', actions: 'trace' } } },
              two: { on: { next: { target: 'one', actions: 'trace' } } },
              last: { type: 'history' },
            },
            on: { out: { target: 'outside', actions: 'trace' } },
          },
          outside: { on: { back: { target: 'inside.last', actions: 'trace' } } },
        },
      },
      calls: {
        initial: 'first',
        states: {
          first: { invoke: { src: 'charge', input: { cents: 1 }, onDone: { target: 'pause', actions: 'trace' } } },
          pause: { after: { 20: { target: 'second', actions: 'trace' } } },
          second: { invoke: { src: 'charge', input: { cents: 2 }, onDone: { target: 'over', actions: 'trace' } } },
          over: { type: 'final' },
        },
      },
    },
  }),
  queue: 'rich',
  events: { next: z.object({}), out: z.object({}), back: z.object({}), end: z.object({}) },
});

const engine = () => memoryEngine({ clock: 'machine' });
const charging = handle(chargeCard, ({ data }) => ({ receipt: `r-${data.cents}` }));

describe('actors whose workers crash', function () {
  this.timeout(120_000);

  const sameEverywhere = async <Outcome>(scenario: CrashScenario<Outcome>) => {
    const matrix = await crashMatrix(scenario);
    expect(
      matrix.rows.filter(({ isSame }) => !isSame),
      matrix.table,
    ).to.deep.equal([]);
    const reached = matrix.rows.filter(({ mail }) => mail !== undefined);
    expect(reached.length, matrix.table).to.be.at.least(matrix.rows.length - 2);
    return matrix;
  };

  it('come to the same, each event applied once, whichever settlement goes wrong: an order', async () => {
    let mails: string[] = [];
    const { expected, rows } = await sameEverywhere({
      engine,
      actors: [order],
      handlers: () => {
        const own: string[] = (mails = []);
        return [charging, handle(sendMail, ({ data }) => void own.push(data.text))];
      },
      run: async (producer) => {
        const o = producer.actor(order, 'o');
        await o.start({ cents: 990 });
        await o.waitFor('shipping', within);
        for (const text of ['a', 'b']) await o.send({ type: 'note', text });
        await o.send({ type: 'arrived' });
        await o.done(within);
        const { context, turn, status } = (await o.snapshot()) ?? {};
        return { context, turn, status, mails };
      },
    });
    const context = { cents: 990, notes: ['a', 'b'], receipt: 'r-990' };
    expect(expected).to.deep.equal({ context, turn: 5, status: 'done', mails: ['r-990'] });
    expect(rows.length).to.be.at.least(10);
  });

  it('come to the same with parallel, nested, delayed states and a history', async () => {
    const { expected } = await sameEverywhere({
      engine,
      actors: [rich],
      handlers: () => [charging],
      run: async (producer) => {
        const r = producer.actor(rich, 'r');
        for (const type of ['next', 'out', 'back', 'next', 'next'] as const) await r.send({ type });
        const { value, turn, context } = await r.waitFor('calls.over', within);
        const last = await (await r.send({ type: 'out' })).result(within);
        return { value, turn, steps: context.path.length, last: last.outcome };
      },
    });
    expect(expected).to.deep.equal({
      value: { work: { inside: 'two' }, calls: 'over' },
      turn: 8,
      steps: 8,
      last: 'applied',
    });
  });

  it('are found out where their logic is not pure', async () => {
    let n = 0;
    const impure = actor('impure', {
      logic: fromTransition(() => ({ n: (n += 1) }), { n: 0 }),
      queue: 'impure',
      events: { go: z.object({}) },
      attempts: 1,
    });
    const failing = crashMatrix({
      engine,
      actors: [impure],
      handlers: () => [charging],
      run: async (producer) => (await producer.actor(impure, 'i').send({ type: 'go' })).result(within),
    });
    const error: unknown = await failing.catch((reason: unknown) => reason);
    expect(String(error)).to.contain('expected the same of a turn that is computed again');
  });
});
