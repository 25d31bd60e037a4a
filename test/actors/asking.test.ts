import { ActorAskError, ActorWaitError, DeadLetteredError } from '@acktor/core';
import { actor, ActorLogicError } from '@acktor/actors';
import { expect } from 'chai';
import { fromTransition } from 'xstate';
import { z } from 'zod';
import { rejection } from '../server/rejection.js';
import { ActorTrial, engineKinds, within } from './actor-trial.js';
import { order, orderContract, orderMachine } from './order.js';

interface Cart {
  readonly lines: readonly { readonly name: string; readonly cents: number }[];
}

type CartEvent = { readonly type: 'add'; readonly name: string; readonly cents: number } | { readonly type: string };

const cart = actor('cart', {
  logic: fromTransition(
    ({ lines }: Cart, event: CartEvent): Cart => {
      if (event.type === 'fail') throw new Error('it fails');
      return 'name' in event ? { lines: [...lines, { name: event.name, cents: event.cents }] } : { lines };
    },
    { lines: [] },
  ),
  queue: 'carts',
  events: {
    add: z.object({ name: z.string(), cents: z.int() }),
    total: z.object({ inEuros: z.boolean() }),
    fail: z.object({}),
  },
  answers: {
    total: ({ context, event }) => {
      const cents = context.lines.reduce((sum, line) => sum + line.cents, 0);
      return { total: event.inEuros ? cents / 100 : cents };
    },
  },
  attempts: 1,
  onFailure: 'goOn',
});

/** An order that says what it is worth in every state. */
const asked = actor('order', {
  ...orderContract,
  machine: orderMachine,
  events: { ...orderContract.events, worth: z.object({}) },
  answers: { worth: ({ context, value }) => `${context.cents} ${String(value)}` },
});

for (const kind of engineKinds)
  describe(`an actor that is asked, on ${kind}`, function () {
    this.timeout(60_000);

    it('answers in its turn, after what it was sent before, typed by the event', async () => {
      await using trial = await ActorTrial.open(kind);
      await trial.work([cart]);
      const c = trial.producer.actor(cart, 'u-5');
      await c.send({ type: 'add', name: 'pen', cents: 450 });
      await c.send({ type: 'add', name: 'ink', cents: 50 });
      const { total }: { total: number } = await c.ask({ type: 'total', inEuros: true }, within);
      expect(total).to.equal(5);
      expect(await c.ask({ type: 'total', inEuros: false }, within)).to.deep.equal({ total: 500 });
    });

    it('answers an event that has no answer with the state after it', async () => {
      await using trial = await ActorTrial.open(kind);
      await trial.work([cart, order]);
      const c = trial.producer.actor(cart, 'u-5');
      const { context } = await c.ask({ type: 'add', name: 'pen', cents: 450 }, within);
      expect(context).to.deep.equal({ lines: [{ name: 'pen', cents: 450 }] });
      const o = trial.producer.actor(order, 'o-1');
      await o.start({ cents: 5 });
      await o.waitFor('shipping', within);
      expect(await o.ask({ type: 'arrived' }, within)).to.deep.include({
        value: 'arrived',
        output: { receipt: 'r-5' },
      });
    });

    it('answers a question that no state takes, and keeps its state: also when it has ended', async () => {
      await using trial = await ActorTrial.open(kind);
      await trial.work([asked]);
      const o = trial.producer.actor(asked, 'o-1');
      await o.start({ cents: 5 });
      await o.waitFor('shipping', within);
      expect(await o.ask({ type: 'worth' }, within)).to.equal('5 shipping');
      await o.send({ type: 'arrived' });
      expect(await o.ask({ type: 'worth' }, within)).to.equal('5 arrived');
      expect(await o.snapshot()).to.deep.include({ turn: 3 });
    });

    it('rejects where there is none, where nothing takes the event, and where its turn throws', async () => {
      await using trial = await ActorTrial.open(kind);
      await trial.work([asked, cart]);
      const o = trial.producer.actor(asked, 'o-1');
      const none = await rejection(o.ask({ type: 'worth' }, within), ActorAskError);
      expect(none.message).to.equal('expected actor o-1 to answer worth, but there is no such actor: start it first');
      await o.start({ cents: 5 });
      await o.waitFor('shipping', within);
      const refused = await rejection(o.ask({ type: 'cancel', why: 'late' }, within), ActorAskError);
      expect(refused.message).to.contain('to answer cancel, but it is active, and no state takes it');
      await rejection(trial.producer.actor(cart, 'c').ask({ type: 'fail' }, within), DeadLetteredError);
    });

    it('is followed through its changes, from now to its end', async () => {
      await using trial = await ActorTrial.open(kind);
      await trial.work([order]);
      const o = trial.producer.actor(order, 'o-1');
      const seen: (readonly [turn: number, value: unknown])[] = [];
      await o.start({ cents: 5 });
      for await (const { turn, value } of o.changes({ ...within })) {
        seen.push([turn, value]);
        if (value !== 'shipping') continue;
        await o.ask({ type: 'cancel', why: 'late' }, within).catch(() => undefined);
        await o.send({ type: 'arrived' });
      }
      expect(seen.at(-1)).to.deep.equal([3, 'arrived']);
      expect(seen.slice(-2)[0]).to.deep.equal([2, 'shipping']);
      // Actions, and events that change nothing, are no changes.
      const turns = seen.map(([turn]) => turn);
      expect(turns).to.deep.equal([...new Set(turns)].toSorted((one, other) => one - other));
    });

    it('is followed no longer than its follower says', async () => {
      await using trial = await ActorTrial.open(kind);
      const o = trial.producer.actor(order, 'o-1');
      const changes = async (options: Parameters<typeof o.changes>[0]) => {
        for await (const _ of o.changes(options)) expect.fail('it has none');
      };
      const error = await rejection(changes({ timeoutMs: 20 }), ActorWaitError);
      expect(error.message).to.contain('expected actor o-1 to come to its end within 20 ms');
      const reason = new Error('enough');
      expect(await changes({ signal: AbortSignal.abort(reason) }).catch((one: unknown) => one)).to.equal(reason);
    });
  });

describe('the answers of an actor', () => {
  it('are functions by types of its events', () => {
    const answers = { arrived: 5, other: () => 1 } as never;
    expect(() => actor('x', { ...orderContract, machine: orderMachine, answers })).to.throw(
      ActorLogicError,
      'expected answers to have functions, by types of the events, got arrived: number; expected answers to have functions, by types of the events, got other: function',
    );
  });
});
