import {
  ActorEndedError,
  ActorWaitError,
  DeadLetteredError,
  NameError,
  PayloadError,
  type MailInput,
} from '@acktor/core';
import { actor, sendsTo } from '@acktor/actors';
import { expect } from 'chai';
import { fromTransition, setup } from 'xstate';
import { z } from 'zod';
import { rejection } from '../server/rejection.js';
import { Heard } from '../signals/heard.js';
import { until } from '../signals/until.js';
import { ActorTrial, engineKinds, within } from './actor-trial.js';
import { noted, order } from './order.js';

/** Counts, without a chart and without a start. */
const counter = actor('counter', {
  logic: fromTransition(
    (context: { readonly n: number }, event: { readonly type: string; readonly by?: number }) => {
      if (event.by === 13) throw new Error('13 is refused');
      return { n: context.n + (event.by ?? 0) };
    },
    { n: 0 },
  ),
  queue: 'counters',
  events: { add: z.object({ by: z.number() }) },
  attempts: 2,
  backoff: { type: 'fixed', delayMs: 10, jitter: 0 },
});

/** Reports to a counter that it has begun. */
const reporting = actor('reporting', {
  machine: setup({
    types: { context: {} as { readonly to: string }, input: {} as { readonly to: string } },
    actions: {
      report: sendsTo(counter, ({ context }: { readonly context: { readonly to: string } }) => ({
        id: context.to,
        event: { type: 'add', by: 5 } as const,
      })),
    },
  }).createMachine({
    id: 'reporting',
    context: ({ input }) => input,
    initial: 'up',
    states: { up: { entry: 'report' } },
  }),
  queue: 'reports',
  input: z.object({ to: z.string() }),
  events: {},
});

for (const kind of engineKinds)
  describe(`an actor on ${kind}`, function () {
    this.timeout(60_000);

    it('goes through its states by jobs and events, and has an output', async () => {
      await using trial = await ActorTrial.open(kind);
      await trial.work([order]);
      const o = trial.producer.actor(order, 'o-1');
      expect(await o.snapshot()).to.equal(undefined);
      await o.start({ cents: 990 });
      const view = await o.waitFor('shipping', within);
      expect(view).to.deep.include({ id: 'o-1', status: 'active', value: 'shipping', turn: 2, version: 1 });
      expect(view.context).to.deep.equal({ cents: 990, notes: [], receipt: 'r-990' });
      const arrived = await o.send({ type: 'arrived' });
      expect(await arrived.result(within)).to.deep.equal({
        actor: 'o-1',
        outcome: 'applied',
        turn: 3,
        status: 'done',
        value: 'arrived',
      });
      expect(await o.done(within)).to.deep.equal({ receipt: 'r-990' });
      expect(trial.charges.all).to.deep.equal([990]);
      await trial.mails.upTo(1);
      expect(trial.mails.all).to.deep.equal(['r-990']);
    });

    it('runs named actions after the turn that they belong to, each under an id of its own', async () => {
      await using trial = await ActorTrial.open(kind);
      await trial.work([order]);
      noted.length = 0;
      const o = trial.producer.actor(order, 'o-noted');
      await o.start({ cents: 1 });
      await o.waitFor('shipping', within);
      await trial.mails.upTo(1);
      await until('it has run', () => noted.length > 0);
      expect(noted).to.deep.equal([{ text: 'ship it', id: '@order:o-noted:2.2' }]);
    });

    it('is started once', async () => {
      await using trial = await ActorTrial.open(kind);
      await trial.work([order]);
      const o = trial.producer.actor(order, 'o-1');
      await o.start({ cents: 990 });
      await o.waitFor('shipping', within);
      const again = await o.start({ cents: 5 });
      expect(await again.result(within)).to.deep.include({ outcome: 'repeated', turn: 2 });
      expect((await o.snapshot())?.context).to.deep.include({ cents: 990 });
      expect(trial.charges.all).to.deep.equal([990]);
    });

    it('is sent what it cannot take yet, and takes events in the order in which they were sent', async () => {
      await using trial = await ActorTrial.open(kind);
      const o = trial.producer.actor(order, 'o-1');
      await o.start({ cents: 1 });
      const texts = Array.from({ length: 30 }, (_, i) => String(i));
      for (const text of texts) await o.send({ type: 'note', text });
      await trial.work([order], { consumers: 8 });
      const last = await o.send({ type: 'note', text: 'last' });
      await last.result(within);
      expect((await o.snapshot())?.context.notes).to.deep.equal([...texts, 'last']);
    });

    it('applies an event of one id once, also when its job is forgotten', async () => {
      await using trial = await ActorTrial.open(kind);
      await trial.work([counter]);
      const c = trial.producer.actor(counter, 'c');
      await (await c.send({ type: 'add', by: 2 }, { id: 'e1' })).result(within);
      expect((await c.send({ type: 'add', by: 2 }, { id: 'e1' })).isDuplicate).to.equal(true);
      const mail = { to: 'c', type: 'event', event: { type: 'add', by: 2 } } as const;
      const options = { id: 'e1', key: 'counter/c', reuseId: 'whenDone' } as const;
      const anew = await trial.producer.send(counter.mailbox, mail, options);
      expect(anew.isDuplicate).to.equal(false);
      expect(await anew.result(within)).to.deep.include({ outcome: 'repeated', turn: 1 });
      expect((await c.snapshot())?.context).to.deep.equal({ n: 2 });
    });

    it('drops, with a result that says so, what no state takes, and what comes before its start and after its end', async () => {
      await using trial = await ActorTrial.open(kind);
      await trial.work([order]);
      const o = trial.producer.actor(order, 'o-1');
      const outcomeOf = async (type: 'arrived') => (await o.send({ type })).result(within);
      expect(await outcomeOf('arrived')).to.deep.equal({ actor: 'o-1', outcome: 'dropped', turn: 0 });
      let letGo: (value: { readonly receipt: string }) => void = () => undefined;
      const charged = new Promise<{ receipt: string }>((resolve) => (letGo = resolve));
      trial.charge = () => charged;
      await o.start({ cents: 1 });
      expect(await outcomeOf('arrived')).to.deep.include({ outcome: 'dropped', turn: 1, status: 'active' });
      letGo({ receipt: 'r' });
      await o.waitFor('shipping', within);
      expect(await outcomeOf('arrived')).to.deep.include({ outcome: 'applied' });
      expect(await outcomeOf('arrived')).to.deep.include({ outcome: 'dropped', status: 'done' });
      await rejection(o.waitFor('shipping', within), ActorEndedError);
    });

    it('gets the dead letter of a job that it invoked as an error', async () => {
      await using trial = await ActorTrial.open(kind);
      trial.charge = () => {
        throw new Error('the card is declined');
      };
      await trial.work([order]);
      const o = trial.producer.actor(order, 'o-1');
      await o.start({ cents: 990 });
      expect(await o.waitFor('refused', within)).to.deep.include({ status: 'done', turn: 2 });
    });

    it('cancels the job that it invoked when it leaves the state, and drops what that still reports', async () => {
      await using trial = await ActorTrial.open(kind);
      const aborted = new Heard<string>();
      trial.charge = (_, signal) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => {
            aborted.push((signal.reason as Error).message);
            resolve({ receipt: 'late' });
          });
        });
      await trial.work([order]);
      const o = trial.producer.actor(order, 'o-1');
      await o.start({ cents: 990 });
      await trial.charges.upTo(1);
      await o.send({ type: 'cancel', why: 'changed my mind' });
      expect(await o.waitFor('cancelled', within)).to.deep.include({ status: 'done', turn: 2 });
      expect(await aborted.first()).to.contain('order/o-1 has left the state');
      await until('all mail is handled', async () => (await trial.operator.queue('orders')).acked >= 4);
      expect(await o.snapshot()).to.deep.include({ value: 'cancelled', turn: 2 });
    });

    it('knows an alarm by its arming and the end of a job by its invocation: others are stale', async () => {
      await using trial = await ActorTrial.open(kind);
      let letGo: (value: { readonly receipt: string }) => void = () => undefined;
      const held = new Promise<{ receipt: string }>((resolve) => (letGo = resolve));
      trial.charge = () => held;
      await trial.work([order]);
      const o = trial.producer.actor(order, 'o-1');
      await o.start({ cents: 990 });
      await trial.charges.upTo(1);
      const key = 'order/o-1';
      const outcomeOf = async (mail: MailInput) => {
        const receipt = await trial.producer.send(order.mailbox, mail, { key });
        return (await receipt.result(within)).outcome;
      };
      const end = { to: 'o-1', type: 'end', invocation: 'charge', output: { receipt: 'r' } } as const;
      expect(await outcomeOf({ ...end, incarnation: '0.0' })).to.equal('stale');
      expect(await outcomeOf({ ...end, invocation: 'other', incarnation: '1.0' })).to.equal('stale');
      expect(await outcomeOf({ ...end, incarnation: '1.0' })).to.equal('applied');
      expect(await outcomeOf({ ...end, incarnation: '1.0' })).to.equal('stale');
      const alarm = { to: 'o-1', type: 'alarm', timer: 'xstate.after.60000.order.shipping' } as const;
      expect(await outcomeOf({ ...alarm, generation: '1.0' })).to.equal('stale');
      expect(await outcomeOf({ ...alarm, type: 'ring', generation: '1.0' })).to.equal('stale');
      expect(await o.snapshot()).to.deep.include({ value: 'shipping', turn: 2 });
      expect(await outcomeOf({ ...alarm, generation: '2.3' })).to.equal('applied');
      expect(await o.snapshot()).to.deep.include({ value: 'lost', turn: 3 });
      letGo({ receipt: 'late' });
    });

    it('waits, when an event cannot be applied, until that is redriven or purged', async () => {
      await using trial = await ActorTrial.open(kind);
      await trial.work([counter]);
      const c = trial.producer.actor(counter, 'c');
      await c.send({ type: 'add', by: 1 });
      const bad = await c.send({ type: 'add', by: 13 });
      const { reason } = await rejection(bad.result(within), DeadLetteredError);
      expect(reason).to.contain('13 is refused');
      await c.send({ type: 'add', by: 2 });
      const other = trial.producer.actor(counter, 'd');
      await (await other.send({ type: 'add', by: 7 })).result(within);
      expect((await c.snapshot())?.context).to.deep.equal({ n: 1 });
      await trial.producer.deadLetters(counter.mailbox).purge(bad.id);
      await until('it is applied', async () => (await c.snapshot())?.context.n === 3);
    });

    it('sends events to other actors with its turn', async () => {
      await using trial = await ActorTrial.open(kind);
      await trial.work([counter, reporting]);
      await trial.producer.actor(reporting, 'r').start({ to: 'c' });
      const c = trial.producer.actor(counter, 'c');
      await until('it is applied', async () => (await c.snapshot())?.context.n === 5);
    });

    it('is stopped: its jobs are cancelled, and events are dropped', async () => {
      await using trial = await ActorTrial.open(kind);
      trial.charge = (_, signal) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
      await trial.work([order]);
      const o = trial.producer.actor(order, 'o-1');
      await o.start({ cents: 990 });
      await trial.charges.upTo(1);
      await (await o.stop()).result(within);
      expect(await o.snapshot()).to.deep.include({ status: 'stopped', value: 'charging' });
      expect(await (await o.send({ type: 'cancel', why: '' })).result(within)).to.deep.include({ outcome: 'dropped' });
      await rejection(o.done(within), ActorEndedError);
    });

    it('refuses what its contract does not know, before anything is sent', async () => {
      await using trial = await ActorTrial.open(kind);
      const o = trial.producer.actor(order, 'o-1');
      await rejection(o.send({ type: 'explode' } as never), PayloadError);
      const { faults } = await rejection(o.send({ type: 'cancel', why: 7 } as never), PayloadError);
      expect(faults[0]?.path).to.equal('data.event.why');
      await rejection(o.start({ cents: 'much' } as never), PayloadError);
      expect(() => trial.producer.actor(order, 'o:1')).to.throw(NameError, '1 to 128 letters');
      await rejection(o.waitFor('shipping', { timeoutMs: 20 }), ActorWaitError);
    });
  });
