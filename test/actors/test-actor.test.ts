import { PayloadError, ResultError } from '@acktor/core';
import { actor, run } from '@acktor/actors';
import { NotInvokedError, testActor } from '@acktor/actors/testing';
import { expectSent } from '@acktor/testing';
import { handle } from '@acktor/worker';
import { expect } from 'chai';
import { fromTransition, setup } from 'xstate';
import { z } from 'zod';
import { rejection } from '../server/rejection.js';
import { chargeCard, order, sendMail } from './order.js';

describe('an actor under test', () => {
  it('answers each event with its state and what its turns have ordered', async () => {
    await using o = await testActor(order, 'o-1');
    const begun = await o.start({ cents: 450 });
    expect(begun.state).to.deep.include({ value: 'charging', turn: 1 });
    expect(begun.outcome).to.equal('applied');
    const invoke = { type: 'invoke', job: 'charge-card', data: { cents: 450 }, id: '@order:o-1:1.0' };
    expect(begun.effects).to.deep.equal([invoke]);
    const charged = await o.answer(chargeCard, { receipt: 'r-1' });
    expect(charged.state?.context).to.deep.equal({ cents: 450, notes: [], receipt: 'r-1' });
    expect(charged.effects).to.have.deep.members([
      { type: 'timer', timer: 'xstate.after.60000.order.shipping', delayMs: 60_000 },
      { type: 'send', job: 'send-mail', data: { text: 'r-1' }, id: '@order:o-1:2.1' },
      { type: 'action', name: 'note', params: { text: 'ship it' } },
    ]);
    expectSent(o.engine, sendMail, { text: 'r-1' });
    const noted = await o.send({ type: 'note', text: 'gift' });
    expect(noted.effects).to.deep.equal([]);
    expect((await o.send({ type: 'arrived' })).state).to.deep.include({ status: 'done', output: { receipt: 'r-1' } });
    expect((await o.send({ type: 'arrived' })).outcome).to.equal('dropped');
  });

  it('comes to what its timers lead to when the time is up, and not before', async () => {
    await using o = await testActor(order, 'o-1');
    await o.start({ cents: 450 });
    await o.answer(chargeCard, { receipt: 'r-1' });
    expect((await o.advance({ milliseconds: 59_999 })).state?.value).to.equal('shipping');
    expect((await o.advance({ milliseconds: 1 })).state?.value).to.equal('lost');
  });

  it('has its jobs handled by real handlers, and retried in its own time', async () => {
    let tries = 0;
    const twice = { ...chargeCard, attempts: 2, backoff: { type: 'fixed', delayMs: 5_000, jitter: 0 } } as const;
    const charging = handle(twice, () => {
      tries += 1;
      if (tries === 1) throw new Error('try again');
      return { receipt: 'r-2' };
    });
    const retried = actor('retried', {
      machine: setup({ actors: { charge: run(twice) } }).createMachine({
        initial: 'charging',
        states: { charging: { invoke: { src: 'charge', input: { cents: 1 }, onDone: 'paid' } }, paid: {} },
      }),
      queue: 'retried',
      input: z.object({}),
      events: {},
    });
    await using o = await testActor(retried, 'r', { handlers: [charging] });
    expect((await o.start({})).state?.value).to.equal('charging');
    expect((await o.advance({ seconds: 4 })).state?.value).to.equal('charging');
    expect((await o.advance({ seconds: 1 })).state?.value).to.equal('paid');
    expect(tries).to.equal(2);
  });

  it('is given the failure of a job, and shows the cancel of one that is not wanted any more', async () => {
    await using refused = await testActor(order, 'o-1');
    await refused.start({ cents: 450 });
    expect((await refused.fail(chargeCard, 'declined')).state?.value).to.equal('refused');
    await using left = await testActor(order, 'o-2');
    await left.start({ cents: 450 });
    const { state, effects } = await left.send({ type: 'cancel', why: 'changed my mind' });
    expect(state?.value).to.equal('cancelled');
    expect(effects).to.deep.equal([{ type: 'cancel', id: '@order:o-2:1.0' }]);
    const error = await rejection(left.answer(chargeCard, { receipt: 'late' }), NotInvokedError);
    expect(error.message).to.equal(
      'expected actor o-2 to have invoked charge-card, and to wait for its end, but it does not',
    );
  });

  it('rejects events and results off their schemas, what a turn throws, and a logic that is not pure', async () => {
    await using o = await testActor(order, 'o-1');
    await o.start({ cents: 450 });
    await rejection(o.send({ type: 'note', text: 5 } as never), PayloadError);
    await rejection(o.answer(chargeCard, { receipt: 5 } as never), ResultError);
    let n = 0;
    const logic = fromTransition(
      (_, { type }: { readonly type: string }) => {
        if (type === 'fail') throw new Error('it fails');
        return { n: (n += 1) };
      },
      { n: 0 },
    );
    const impure = actor('impure', { logic, queue: 'impure', events: { go: z.object({}), fail: z.object({}) } });
    await using i = await testActor(impure, 'i');
    const words = async (type: 'go' | 'fail') => String(await i.send({ type }).catch((error: unknown) => error));
    expect(await words('fail')).to.contain('it fails');
    await using again = await testActor(impure, 'i');
    expect(String(await again.send({ type: 'go' }).catch((error: unknown) => error))).to.contain(
      'expected the same of a turn that is computed again',
    );
  });

  it('takes no longer than real time for a year', async () => {
    await using o = await testActor(order, 'o-1', { startsAt: new Date('2026-01-01T00:00:00Z') });
    await o.start({ cents: 450 });
    const { state } = await o.advance({ days: 365 });
    expect(state?.changedAt).to.deep.equal(new Date('2026-01-01T00:00:00Z'));
    expect(o.engine.now).to.deep.equal(new Date('2027-01-01T00:00:00Z'));
  });
});
