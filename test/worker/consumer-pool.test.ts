import { consumerMachine, handles, LeaseLostError, type Delivery, type Handler } from '@acktor/worker';
import { expect } from 'chai';
import type { Disposable } from 'tsyringe';
import { SimulatedClock } from 'xstate';
import { handlerOf, recording } from '../handler/handler-of.js';
import { untilAborted } from '../handler/until-aborted.js';
import { note } from '../jobs/notes.js';
import { signal } from '../signals/signal.js';
import { handlersByQueue, type PoolDeps } from '../worker-inside/inside.js';
import { PoolTrial } from './pool-trial.js';

describe('a pool', () => {
  it('drains at once when its consumers are idle, and fetches no more', async () => {
    const trial = new PoolTrial({ handlers: handling(() => ({ length: 0 })), consumers: 3 });
    (await trial.call(1)).answer();
    await trial.queue.waits.upTo(1);
    await trial.pool.drain();
    await trial.pool.close();
    await trial.wakeSignal(1);
    expect(trial.queue.calls.all).to.have.length(1);
    expect(trial.queue.isClosed).to.equal(true);
  });

  it('drains when the handlers that run have ended and their results are stored', async () => {
    const mayEnd = signal();
    const { handler, deliveries } = recording(note, () => mayEnd.given.then(() => ({ length: 7 })));
    const trial = new PoolTrial({ handlers: byName(handler) });
    (await trial.call(1)).handOut('job-1');
    await deliveries.first();
    const drained = trial.pool.drain();
    mayEnd.give();
    const last = await trial.call(2);
    expect(last.requests[0]?.settle?.settlement).to.deep.equal({ kind: 'ack', result: '{"length":7}' });
    expect(last.requests[0]).not.to.have.property('fetch');
    last.answer();
    await drained;
  });

  it('requeues what is held when the time for finishing is over', async () => {
    const { handler, deliveries } = recording(note, () => new Promise<never>(() => undefined));
    const trial = new PoolTrial({ handlers: byName(handler) });
    (await trial.call(1)).handOut('job-1');
    const { signal: heard } = await deliveries.first();
    const drained = trial.pool.drain();
    trial.pool.endGrace();
    expect(heard.aborted).to.equal(true);
    const last = await trial.call(2);
    expect(last.requests[0]?.settle?.settlement).to.deep.equal({ kind: 'requeue' });
    last.answer();
    await drained;
  });

  it('replaces a consumer that fails, and gives back what it held', async () => {
    const { handlers, running } = failingAtSecondLook();
    const trial = new PoolTrial({ handlers });
    (await trial.call(1)).handOut('job-1');
    await running;
    expect(trial.pool.cancel({ jobId: 'job-1', why: 'to make the runner look again' })).to.equal(true);
    const line = await trial.log.said('is replaced');
    expect(line.level).to.equal('error');
    expect(line.facts).to.include({ consumer: 'notes-1' });
    const back = await trial.call(2);
    expect(back.requests[0]?.settle?.settlement).to.deep.equal({ kind: 'requeue' });
    back.answer();
    await trial.wakeSignal(1);
    expect((await trial.call(3)).requests, 'the new one fetches').to.deep.equal([{ fetch: 'here|2' }]);
  });

  it('tells the handler of a consumer that fails that its job is elsewhere', async () => {
    const { handler, deliveries } = recording(note, (delivery) => untilAborted(delivery));
    const trial = failingAt('abortHandler', () => new PoolTrial({ handlers: byName(handler) }));
    (await trial.call(1)).handOut('job-1');
    const delivery = await deliveries.first();
    trial.pool.cancel({ jobId: 'job-1', why: 'so that the chart takes that action' });
    expect(delivery.signal.reason).to.be.instanceOf(LeaseLostError);
    expect((await trial.call(2)).requests[0]?.settle?.settlement).to.deep.equal({ kind: 'requeue' });
  });

  it('replaces nobody while it drains', async () => {
    const { handlers, running } = failingAtSecondLook();
    const trial = new PoolTrial({ handlers });
    (await trial.call(1)).handOut('job-1');
    await running;
    const drained = trial.pool.drain();
    trial.pool.cancel({ jobId: 'job-1', why: 'to make the runner look again' });
    (await trial.call(2)).answer();
    await drained;
    expect(trial.queue.calls.all).to.have.length(2);
  });

  it('starts no second substitute when a consumer fails whose place another has taken', async () => {
    const mayEnd = signal();
    const { handler, deliveries } = recording(note, () => mayEnd.given.then(() => ({ length: 0 })));
    const clock = new SimulatedClock();
    const deps = { handlers: byName(handler), clock, replaceStuckConsumers: true };
    const trial = failingAt('leaveChannel', () => new PoolTrial(deps));
    (await trial.call(1)).handOut('job-1');
    await deliveries.first();
    trial.pool.cancel({ jobId: 'job-1', why: 'so that it is told to let go, and does not' });
    clock.increment(1_000);
    (await trial.call(2)).answer();
    await trial.log.said('still runs');
    const names = () => trial.pool.states().map(({ consumer }) => consumer);
    expect(names()).to.deep.equal(['notes-1', 'notes-2']);
    mayEnd.give();
    await trial.log.said('a consumer failed');
    expect(names()).to.deep.equal(['notes-2']);
  });

  it('is told the end of a delivery before what was built for it is disposed of, and begins the next one after', async () => {
    const story: string[] = [];
    @handles(note)
    class Slow implements Handler<typeof note>, Disposable {
      handle({ id }: Delivery<typeof note>) {
        story.push(`${id} runs`);
        return { length: 0 };
      }
      dispose() {
        story.push(
          `disposed while ${trial.pool
            .states()
            .map(({ state }) => state)
            .join()}`,
        );
      }
    }
    const trial = new PoolTrial({ handlers: byName(Slow) });
    (await trial.call(1)).handOut('job-1');
    (await trial.call(2)).handOut('job-2');
    await trial.call(3);
    const disposed = 'disposed while acking.settling';
    expect(story).to.deep.equal(['job-1 runs', disposed, 'job-2 runs', disposed]);
  });
});

function handling(handle: Parameters<typeof handlerOf<typeof note>>[1]): PoolDeps['handlers'] {
  return byName(handlerOf(note, handle));
}

function byName(handler: ReturnType<typeof handlerOf>): PoolDeps['handlers'] {
  return handlersByQueue([handler]).get('notes') ?? new Map();
}

/** Makes something whose consumers fail when they take that action. */
function failingAt<T>(action: string, make: () => T): T {
  const { actions } = consumerMachine.implementations as { readonly actions: Record<string, unknown> };
  const sound = actions[action];
  actions[action] = () => {
    throw new Error('a fault of our own');
  };
  const made = make();
  actions[action] = sound;
  return made;
}

/** Stands for a fault of our own: it strikes when the runner is told to abort. */
function failingAtSecondLook(): { readonly handlers: PoolDeps['handlers']; readonly running: Promise<void> } {
  const runs = signal();
  const handlers = new Map(
    handling(() => {
      runs.give();
      return new Promise<never>(() => undefined);
    }),
  );
  const entry = handlers.get('note');
  let looks = 0;
  handlers.get = () => {
    looks += 1;
    if (looks > 1) throw new Error('a fault of our own');
    return entry;
  };
  return { handlers, running: runs.given };
}
