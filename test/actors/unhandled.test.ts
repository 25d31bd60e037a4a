import { DeadLetteredError, job, eventTo, NameError } from '@acktor/core';
import { actor, ActorLogicError } from '@acktor/actors';
import { crashMatrix } from '@acktor/actors/testing';
import { memoryEngine } from '@acktor/testing';
import { handle } from '@acktor/worker';
import { expect } from 'chai';
import { assign, setup } from 'xstate';
import { z } from 'zod';
import { rejection } from '../server/rejection.js';
import { ActorTrial, engineKinds, within } from './actor-trial.js';

/** Closed, then open for two entries, then full. */
const roomMachine = setup({
  types: {
    context: {} as { readonly names: readonly string[] },
    events: {} as
      { readonly type: 'open' } | { readonly type: 'enter'; readonly name: string } | { readonly type: 'end' },
  },
  actions: {
    keep: assign({ names: ({ context, event }) => ('name' in event ? [...context.names, event.name] : context.names) }),
  },
}).createMachine({
  context: { names: [] },
  initial: 'closed',
  states: {
    closed: { on: { open: 'empty' } },
    empty: { on: { enter: { target: 'half', actions: 'keep' } } },
    half: { on: { enter: { target: 'full', actions: 'keep' } } },
    full: { on: { end: 'over', open: 'empty' } },
    over: { type: 'final' },
  },
});
const contract = {
  machine: roomMachine,
  queue: 'rooms',
  events: { open: z.object({}), enter: z.object({ name: z.string() }), end: z.object({}) },
};
const stashing = actor('room', { ...contract, unhandled: 'stash' });
const refusing = actor('room', { ...contract, unhandled: 'deadLetter', onFailure: 'goOn' });

for (const kind of engineKinds)
  describe(`an event that no state takes, on ${kind}`, function () {
    this.timeout(60_000);

    it('waits with the actor, and is applied in the turn that leads to a state which takes it', async () => {
      await using trial = await ActorTrial.open(kind);
      await trial.work([stashing]);
      const r = trial.producer.actor(stashing, 'r');
      for (const name of ['a', 'b', 'c']) {
        const stashed = await (await r.send({ type: 'enter', name })).result(within);
        expect(stashed).to.deep.include({ outcome: 'stashed', value: 'closed' });
      }
      const opened = await (await r.send({ type: 'open' })).result(within);
      expect(opened).to.deep.include({ outcome: 'applied', turn: 4, value: 'full' });
      expect((await r.snapshot())?.context).to.deep.equal({ names: ['a', 'b'] });
      await (await r.send({ type: 'open' })).result(within);
      expect((await r.snapshot())?.context).to.deep.equal({ names: ['a', 'b', 'c'] });
    });

    it('is a dead letter, where the contract says so', async () => {
      await using trial = await ActorTrial.open(kind);
      await trial.work([refusing]);
      const r = trial.producer.actor(refusing, 'r');
      await (await r.send({ type: 'open' })).result(within);
      const reasonOf = async (id: string) => {
        const end = await trial.producer.actor(refusing, id).send({ type: 'end' });
        return (await rejection(end.result(within), DeadLetteredError)).reason;
      };
      expect(await reasonOf('r')).to.equal('no state takes the event end');
      // It is not begun by such an event either.
      expect(await reasonOf('other')).to.equal('no state takes the event end');
      expect(await trial.producer.actor(refusing, 'other').snapshot()).to.equal(undefined);
      expect(await (await r.send({ type: 'enter', name: 'a' })).result(within)).to.deep.include({ outcome: 'applied' });
    });

    it('may come from a handler, with the ack of its job: so from schedules and exchanges, too', async () => {
      await using trial = await ActorTrial.open(kind);
      const opening = job('open-room', { queue: 'openings', data: z.object({ room: z.string() }), attempts: 2 });
      let tries = 0;
      const handler = handle(opening, (delivery) => {
        delivery.sendWithAck(...eventTo(stashing, delivery.data.room, { type: 'open' }));
        delivery.sendWithAck(...eventTo(stashing, delivery.data.room, { type: 'enter', name: 'a' }));
        tries += 1;
        if (tries === 1) throw new Error('once more');
      });
      await trial.work([stashing], { handlers: [handler] });
      await trial.producer.send(opening, { room: 'r' });
      const view = await trial.producer.actor(stashing, 'r').waitFor('half', within);
      // That of the first attempt was not sent.
      expect(view).to.deep.include({ turn: 2, context: { names: ['a'] } });
    });
  });

describe('events that wait with their actor', function () {
  this.timeout(60_000);

  it('are a hundred at most: the next is a dead letter', async () => {
    await using trial = await ActorTrial.open('memory');
    const impatient = actor('room', { ...contract, unhandled: 'stash', onFailure: 'goOn' });
    await trial.work([impatient]);
    const r = trial.producer.actor(impatient, 'r');
    const names = Array.from({ length: 100 }, (_, n) => String(n));
    const sent = [];
    for (const name of names) sent.push(await r.send({ type: 'enter', name }));
    await sent.at(-1)?.result(within);
    const error = await rejection((await r.send({ type: 'enter', name: 'x' })).result(within), DeadLetteredError);
    expect(error.reason).to.equal('no state takes the event enter, and 100 wait already');
  });

  it('are applied once each, in their order, whichever settlement goes wrong', async () => {
    const { expected, rows, table } = await crashMatrix({
      engine: () => memoryEngine({ clock: 'machine' }),
      actors: [stashing],
      handlers: () => [handle(job('none', { queue: 'none', data: z.object({}) }), () => undefined)],
      run: async (producer) => {
        const r = producer.actor(stashing, 'r');
        for (const name of ['a', 'b', 'c', 'd']) await r.send({ type: 'enter', name });
        for (const type of ['open', 'open', 'end'] as const) await r.send({ type });
        await r.done(within);
        return (await r.snapshot())?.context.names;
      },
    });
    expect(expected).to.deep.equal(['a', 'b', 'c', 'd']);
    expect(
      rows.filter(({ isSame }) => !isSame),
      table,
    ).to.deep.equal([]);
  });

  it('are looked at anew after each that is applied', async () => {
    await using trial = await ActorTrial.open('memory');
    await trial.work([stashing]);
    const r = trial.producer.actor(stashing, 'r');
    await r.send({ type: 'end' });
    for (const name of ['a', 'b']) await r.send({ type: 'enter', name });
    const opened = await (await r.send({ type: 'open' })).result(within);
    expect(opened).to.deep.include({ outcome: 'applied', value: 'over', status: 'done' });
  });

  it('are kept once by their ids, also when their jobs are forgotten', async () => {
    await using trial = await ActorTrial.open('memory');
    await trial.work([stashing]);
    const r = trial.producer.actor(stashing, 'r');
    const [mailbox, mail, { key }] = eventTo(stashing, 'r', { type: 'enter', name: 'a' });
    await (await r.send({ type: 'enter', name: 'a' }, { id: 'e1' })).result(within);
    const anew = await trial.producer.send(mailbox, mail, { key, id: 'e1', reuseId: 'whenDone' });
    expect(await anew.result(within)).to.deep.include({ outcome: 'repeated' });
    await r.send({ type: 'open' });
    expect((await r.waitFor('half', within)).context).to.deep.equal({ names: ['a'] });
  });

  it('are asked for by a name that is known', () => {
    expect(() => actor('room', { ...contract, unhandled: 'keep' as never })).to.throw(
      ActorLogicError,
      'expected unhandled to be one of drop, deadLetter, stash, got "keep"',
    );
    expect(() => eventTo(stashing, 'a/b', { type: 'open' })).to.throw(NameError);
  });
});
