import { consumerMachine } from '@acktor/worker';
import { expect } from 'chai';
import { createEmptyActor, transition, type SnapshotFrom } from 'xstate';
import { getShortestPaths } from 'xstate/graph';
import { stateOf } from '../charts/driven.js';
import { ConsumerWalk, events, type ConsumerEvent, type EventName } from './chart-walk.js';

type Snapshot = SnapshotFrom<typeof consumerMachine>;

// Every situation that some row of events leads to, by the shortest way.
const paths = getShortestPaths(consumerMachine, {
  input: { channel: createEmptyActor() },
  events: Object.values(events),
  serializeState: ({ value, context: { delivery, settlement, stuck, isStopping } }) =>
    JSON.stringify([value, delivery?.record.id, settlement?.kind, stuck?.job.record.id, isStopping]),
});
const living = paths.filter(({ state }) => state.status === 'active').map(({ state }) => state);

describe('a consumer, whatever happens to it', () => {
  it('holds a delivery exactly when it processes or settles', () => {
    expect(living.length).to.be.greaterThan(15);
    for (const state of living) {
      const isBusy = /^(processing\.(?!abandoned)|acking|rejecting)/.test(stateOf(state));
      expect(state.context.delivery !== undefined, stateOf(state)).to.equal(isBusy);
    }
  });

  it('takes nothing while a handler of its runs whose delivery is over', () => {
    for (const state of living) {
      const { stuck, delivery } = state.context;
      if (stateOf(state) === 'processing.abandoned') expect(stuck).not.to.equal(undefined);
      if (stuck !== undefined) expect(delivery?.record.id ?? stuck.job.record.id).to.equal(stuck.job.record.id);
      const isLetBe = stuck !== undefined && delivery === undefined;
      expect(isLetBe, stateOf(state)).to.equal(stateOf(state) === 'processing.abandoned');
    }
  });

  it('knows how its delivery is to end exactly when it settles', () => {
    for (const state of living) {
      const settles = /^(acking|rejecting)/.test(stateOf(state));
      expect(state.context.settlement !== undefined, stateOf(state)).to.equal(settles);
    }
  });

  it('stops when it is ordered to and its time is over, with Redis there or away', () => {
    const stored: ConsumerEvent = { type: 'settlement.stored', next: undefined };
    for (const state of living) {
      const stopped = follow(state, [{ type: 'stop.requested' }, { type: 'grace.ended' }]);
      const isSettling = stateOf(stopped) === 'rejecting.settling';
      expect(stateOf(isSettling ? follow(stopped, [stored]) : stopped), `from ${stateOf(state)}`).to.equal('stopped');
      expect(stateOf(follow(stopped, [{ type: 'grace.ended' }])), `from ${stateOf(state)}`).to.equal('stopped');
    }
  });

  it('remembers a stop until it has stopped', () => {
    for (const state of living) {
      const stopped = follow(state, [{ type: 'stop.requested' }]);
      const isRemembered = stopped.status === 'done' || stopped.context.isStopping;
      expect(isRemembered, `from ${stateOf(state)}`).to.equal(true);
    }
  });

  it('runs one handler at a time, and settles nothing without its lease', () => {
    const walk = new ConsumerWalk();
    for (const path of paths) {
      const names = path.steps.map(({ event }) => nameOf(event)).filter((name) => name !== undefined);
      for (const name of Object.keys(events) as EventName[]) checkOrders(walk, [...names, name]);
    }
  });
});

function follow(from: Snapshot, then: readonly ConsumerEvent[]): Snapshot {
  return then.reduce((state, event) => transition(consumerMachine, state, event)[0], from);
}

function nameOf(event: { readonly type: string }): EventName | undefined {
  return (Object.keys(events) as EventName[]).find((name) => events[name] === event);
}

/** Walks along and keeps count of what the runner and the channel receive. */
function checkOrders(walk: ConsumerWalk, names: readonly EventName[]): void {
  let running = 0;
  let hasLease = false;
  names.forEach((name, i) => {
    if (name === 'a result' || name === 'a rejection') running = Math.max(0, running - 1);
    for (const { what } of walk.along(names.slice(0, i + 1)).orders) {
      if (what === 'handle') running += 1;
      if (what === 'handle') hasLease = true;
      if (what === 'delivery.released') hasLease = false;
      if (what === 'delivery.settled') expect(hasLease, `settles in: ${names.join(', ')}`).to.equal(true);
      expect(running, `handlers in: ${names.join(', ')}`).to.be.at.most(1);
    }
  });
}
