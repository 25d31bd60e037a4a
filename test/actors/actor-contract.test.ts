import { ContractError, DeadLetteredError } from '@acktor/core';
import { actor, ActorLogicError, run, sends } from '@acktor/actors';
import { expect } from 'chai';
import { assign, emit, fromPromise, sendTo, setup, type AnyStateMachine } from 'xstate';
import { z } from 'zod';
import { ActorTrial, within } from './actor-trial.js';
import { chargeCard, order, orderMachine, sendMail } from './order.js';
import { rejection } from '../server/rejection.js';

const options = { queue: 'q', events: {} };

describe('the contract of an actor', () => {
  const faultsOf = (machine: AnyStateMachine): readonly string[] => {
    try {
      actor('chart', { ...options, machine });
      return [];
    } catch (error) {
      expect(error).to.be.instanceOf(ActorLogicError);
      return (error as ActorLogicError).faults;
    }
  };

  it('accepts a chart of named actions, run(job), sends(), delays and final states', () => {
    expect(faultsOf(orderMachine)).to.deep.equal([]);
  });

  it('refuses, with the state and what to do, whatever would not survive a crash', () => {
    const machine = setup({
      actors: { promise: fromPromise(() => Promise.resolve(1)), charge: run(chargeCard) },
      actions: { send: sendTo('other', { type: 'x' }), mail: sends(sendMail, () => ({ text: '' })) },
    }).createMachine({
      id: 'bad',
      initial: 'a',
      states: {
        a: { entry: () => undefined, invoke: { src: 'promise', id: 'p' }, on: { x: { actions: emit({ type: 'y' }) } } },
        b: { exit: ['send', 'mail'], invoke: { src: 'charge', input: { cents: 1 } } },
      },
    });
    const faults = faultsOf(machine);
    expect(faults.map((fault) => fault.split(' (')[0])).to.deep.equal([
      'in state bad.a: expected named actions, got an inline function',
      'in state bad.a: emit() is not supported',
      'in state bad.a: expected p to invoke a job, got another source',
      'in state bad.b: sendTo() is not supported',
    ]);
  });

  it('refuses one without a logic, and options that are out of bounds', () => {
    expect(() => actor('x', options as never)).to.throw(ActorLogicError, 'expected one of machine');
    expect(() => actor('x', { ...options, logic: fromPromise(() => Promise.resolve(1)) })).to.throw('a pure logic');
    const machine = orderMachine;
    expect(() => actor('x', { ...options, machine, version: 0, keepEndedMs: 1 })).to.throw(
      'expected version to be a whole number from 1, got 0; expected keepEndedMs to be a whole number from 1000, got 1',
    );
    expect(() => actor('a/b', { ...options, machine })).to.throw(ContractError, '1 to 128 letters');
    expect(() => actor('x', { ...options, machine, queue: 'a:b' })).to.throw(ContractError, 'queue');
  });

  it('is given the result of a job that is as large as a result may be', async () => {
    await using trial = await ActorTrial.open('memory');
    const receipt = 'x'.repeat(1_024 - '{"receipt":""}'.length);
    trial.charge = () => ({ receipt });
    await trial.work([order], { maxPayloadBytes: 1_024 });
    const o = trial.producer.actor(order, 'o-1');
    await o.start({ cents: 5 });
    expect((await o.waitFor('shipping', within)).context).to.deep.include({ receipt });
  });

  it('stores no state that JSON does not carry, or that is too large: the event is a dead letter', async () => {
    const growing = actor('growing', {
      machine: setup({
        types: {
          context: {},
          events: {} as { readonly type: 'date' | 'grow' | 'shrink' },
        },
        actions: {
          date: assign({ at: () => new Date(0) }),
          grow: assign({ text: () => 'x'.repeat(2_000) }),
          shrink: assign({ text: () => 'small' }),
        },
      }).createMachine({
        context: {},
        on: { date: { actions: 'date' }, grow: { actions: 'grow' }, shrink: { actions: 'shrink' } },
      }),
      queue: 'growing',
      events: { date: z.object({}), grow: z.object({}), shrink: z.object({}) },
      attempts: 1,
      onFailure: 'goOn',
      maxBytes: 2_000,
    });
    await using trial = await ActorTrial.open('memory');
    await trial.work([growing]);
    const g = trial.producer.actor(growing, 'g');
    const reasonOf = async (type: 'date' | 'grow') =>
      (await rejection((await g.send({ type })).result(within), DeadLetteredError)).reason;
    expect(await reasonOf('date')).to.contain('actor growing/g: its state cannot be stored: actor.snapshot.context.at');
    expect(await reasonOf('grow'))
      .to.contain('expected at most 2000 bytes of JSON')
      .and.to.contain('maxBytes');
    expect(await (await g.send({ type: 'shrink' })).result(within)).to.deep.include({ outcome: 'applied', turn: 1 });
  });
});
