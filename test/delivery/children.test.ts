import { NameError, OptionsError, PayloadError } from '@acktor/core';
import {
  ChildIdTakenError,
  DeliveryEndedError,
  LeaseLostError,
  WaitingForChildrenError,
  type Delivery,
} from '@acktor/worker';
import { expect } from 'chai';
import { handlerOf } from '../handler/handler-of.js';
import { call, note, ping } from '../jobs/notes.js';
import { rejection } from '../server/rejection.js';
import { RunnerTrial } from './runner-trial.js';

type NoteDelivery = Delivery<typeof note>;

/** A handler that does this, and returns a result. */
function trialOf(act: (delivery: NoteDelivery) => unknown): RunnerTrial {
  const handler = handlerOf(note, async (delivery) => {
    await act(delivery);
    return { length: 1 };
  });
  return new RunnerTrial([handler]);
}

const open = (count: number) => ({ open: count, acked: [], dead: [], fatal: [] });

describe('delivery.addChild and delivery.waitForChildren', () => {
  it('add children under the same ids whenever the job is run', async () => {
    const trial = trialOf(async ({ addChild }) => {
      await addChild(call, { number: '1' });
      await addChild(call, { number: '2' }, { id: 'second', delayMs: 50, priority: 3, ifDead: 'goOn' });
      await addChild(call, { number: '3' });
    });
    for (const deliveries of [1, 2]) {
      trial.handle({ id: 'job-7', deliveries });
      await trial.heard.upTo(deliveries);
    }
    const { added } = trial.queue;
    const [one, two, three] = added.map(({ job }) => job.id);
    expect(added.map(({ job }) => job.id)).to.deep.equal([one, two, three, one, two, three]);
    expect([one?.slice(-2), two, three?.slice(-2)]).to.deep.equal(['-1', 'second', '-2']);
    expect(added[0]).to.deep.include({ queue: 'calls', ifDead: 'deadLetter' });
    expect(added[1]?.ifDead).to.equal('goOn');
    expect(added[1]?.job).to.include({ name: 'call', payload: '{"number":"2"}', delayMs: 50, priority: 3 });
  });

  it('end the delivery by waiting while a child is open', async () => {
    const trial = trialOf(({ waitForChildren }) => waitForChildren());
    trial.queue.childrenNow = open(2);
    trial.handle();
    expect(await trial.rejection()).to.deep.equal({ kind: 'waitForChildren', reason: 'waits for 2 children' });
  });

  it('end it so though the handler catches that, or throws something else', async () => {
    for (const after of [() => undefined, () => Promise.reject(new Error('something else'))]) {
      const trial = trialOf(async ({ waitForChildren }) => {
        await rejection(waitForChildren(), WaitingForChildrenError);
        await after();
      });
      trial.queue.childrenNow = open(1);
      trial.handle();
      expect(await trial.rejection()).to.deep.equal({ kind: 'waitForChildren', reason: 'waits for a child' });
    }
  });

  it('go on with the children in the order of their ids when all have ended', async () => {
    let children: unknown;
    const trial = trialOf(async ({ waitForChildren }) => {
      const { acked, dead } = await waitForChildren();
      children = { acked, dead };
    });
    const ended = (id: string) => ({ queue: 'calls', id, result: '{"n":1}' });
    const dead = [{ queue: 'calls', id: 'x', reason: 'broken' }];
    trial.queue.childrenNow = { ...open(0), acked: ['a-10', 'a-9', 'b'].map(ended), dead };
    trial.handle();
    expect((await trial.end()).type).to.equal('handler.returned');
    const acked = ['a-9', 'a-10', 'b'].map((id) => ({ ...ended(id), result: { n: 1 } }));
    expect(children).to.deep.equal({ acked, dead });
  });

  it('make the job a dead letter when a child died that it dies with', async () => {
    const trial = trialOf(({ waitForChildren }) => waitForChildren());
    trial.queue.childrenNow = { ...open(1), fatal: [{ queue: 'calls', id: 'x' }] };
    trial.handle();
    const end = await trial.rejection();
    expect(end.kind).to.equal('deadLetter');
    expect('failure' in end && end.failure.reason).to.contain('child x of job');
  });

  it('refuse what is no child, and an id that another job has; a refusal that is not awaited fails the wait', async () => {
    const errors: unknown[] = [];
    const trial = trialOf(async ({ addChild, waitForChildren }) => {
      errors.push(await rejection(addChild(call, { number: 1 } as never), PayloadError));
      errors.push(await rejection(addChild(call, { number: '1' }, { id: 'active' }), NameError));
      errors.push(await rejection(addChild(call, { number: '1' }, { ifDead: 'stay' as never }), OptionsError));
      trial.queue.childOutcome = 'taken';
      errors.push(await rejection(addChild(call, { number: '1' }), ChildIdTakenError));
      trial.queue.childOutcome = 'lost';
      errors.push(await rejection(addChild(call, { number: '1' }), LeaseLostError));
      errors.push(await rejection(waitForChildren(), PayloadError));
    });
    trial.handle();
    expect((await trial.end()).type).to.equal('handler.returned');
    expect(errors).to.have.length(6);
  });

  it('do not end the process when they fail and are not awaited', async () => {
    const unhandled: unknown[] = [];
    const keep = (error: unknown) => void unhandled.push(error);
    const mochas = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection').on('unhandledRejection', keep);
    try {
      for (const act of [
        ({ addChild }: NoteDelivery) => void addChild(call, { number: 1 } as never),
        ({ waitForChildren }: NoteDelivery) => void waitForChildren(),
      ]) {
        const trial = trialOf(act);
        trial.queue.childrenNow = { ...open(0), fatal: [{ queue: 'calls', id: 'x' }] };
        trial.handle();
        await trial.end();
        await new Promise(setImmediate);
      }
    } finally {
      process.removeListener('unhandledRejection', keep);
      for (const each of mochas) process.on('unhandledRejection', each);
    }
    expect(unhandled).to.deep.equal([]);
  });

  it('refuse a child that would wait for the turn of its parent', async () => {
    const group = { key: 'ann', concurrency: 1, holdsWhenDead: false };
    const trial = trialOf(async ({ addChild }) => {
      const error = await rejection(addChild(ping, { n: 1 }, { key: 'ann' }), OptionsError);
      expect(error.message).to.include('expected no key that the parent has as well');
      await addChild(ping, { n: 2 }, { key: 'bob' });
      await addChild(call, { number: '3' }, { key: 'ann' });
    });
    trial.handle({ group });
    expect((await trial.end()).type).to.equal('handler.returned');
    expect(trial.queue.added.map(({ job: { payload } }) => payload)).to.deep.equal(['{"n":2}', '{"number":"3"}']);
  });

  it('are refused when the handler has ended', async () => {
    let kept: NoteDelivery | undefined;
    const trial = trialOf((delivery) => void (kept = delivery));
    trial.handle();
    await trial.end();
    await rejection(kept?.addChild(call, { number: '1' }) ?? Promise.resolve(), DeliveryEndedError);
    await rejection(kept?.waitForChildren() ?? Promise.resolve(), DeliveryEndedError);
  });
});
