import { consumerMachine } from '@acktor/worker';
import { expect } from 'chai';
import { leafStates, stateOf, type Order } from '../charts/driven.js';
import { ConsumerWalk, situations, type EventName, type Situation } from './chart-walk.js';

// What a consumer may order. Nothing else fetches, settles or runs a handler.
const park = { to: 'channel', what: 'consumer.parked' };
const ask = { to: 'channel', what: 'delivery.wanted' };
const settle = { to: 'channel', what: 'delivery.settled' };
const release = { to: 'channel', what: 'delivery.released' };
const report = { to: 'channel', what: 'consumer.stuck' };
const leave = { to: 'channel', what: 'consumer.left' };
const handle = { to: 'runner', what: 'handle' };
const abort = { to: 'runner', what: 'abort' };

type Row = readonly [where: Situation, event: EventName, leadsTo: string, orders: readonly Order[]];

const rows: readonly Row[] = [
  ['idle', 'work is ready', 'fetching', [ask]],
  ['idle', 'a stop', 'stopped', [leave]],
  ['fetching', 'a delivery', 'processing.handling', [handle]],
  ['fetching', 'an empty queue', 'idle', [park]],
  ['fetching', 'a stop', 'stopped', [leave]],

  ['handling', 'a result', 'acking.settling', [settle]],
  ['handling', 'a rejection', 'rejecting.settling', [settle]],
  ['handling', 'a stop', 'processing.handling', []],
  ['handling', 'the end of grace', 'rejecting.settling', [abort, settle]],
  ['handling', 'a cancelled job', 'processing.cancelling', [abort]],
  ['handling', 'a passed deadline', 'processing.cancelling', [abort]],
  ['handling', 'a lost lease', 'processing.lost', [abort, release]],
  ['cancelling', 'a result', 'acking.settling', [settle]],
  ['cancelling', 'a rejection', 'rejecting.settling', [settle]],
  ['cancelling', 'the end of grace', 'rejecting.settling', [abort, settle]],
  ['cancelling', 'a lost lease', 'processing.lost', [abort, release]],
  ['lost', 'a result', 'fetching', [ask]],
  ['lost', 'a rejection', 'fetching', [ask]],
  ['lost', 'a stop', 'processing.lost', []],
  ['lost', 'the end of grace', 'stopped', [leave]],
  ['lost, to stop after', 'a result', 'stopped', [leave]],
  ['lost, to stop after', 'a rejection', 'stopped', [leave]],

  ['lost', 'a stuck handler', 'processing.abandoned', [report]],
  ['cancelling', 'a stuck handler', 'rejecting.settling', [settle]],
  ['rejecting, though the handler runs', 'a stored settlement', 'processing.abandoned', [report]],
  ['rejecting, though the handler runs', 'a refused settlement', 'processing.abandoned', [report]],
  ['rejecting, though the handler runs', 'a result', 'rejecting.settling', []],
  ['rejecting, though the handler runs', 'a rejection', 'rejecting.settling', []],
  ['abandoned', 'a result', 'fetching', [ask]],
  ['abandoned', 'a rejection', 'fetching', [ask]],
  ['abandoned', 'a stop', 'processing.abandoned', []],
  ['abandoned', 'the end of grace', 'stopped', [leave]],
  ['abandoned, to stop after', 'a result', 'stopped', [leave]],
  ['abandoned, to stop after', 'a rejection', 'stopped', [leave]],

  ['acking', 'a stored settlement', 'idle', [park]],
  ['acking', 'a stored settlement and the next delivery', 'processing.handling', [handle]],
  ['acking', 'a refused settlement', 'fetching', [ask]],
  ['acking', 'an interrupted settlement', 'acking.retrying', []],
  ['acking', 'a stop', 'acking.settling', []],
  ['acking', 'the end of grace', 'stopped', [leave]],
  ['acking, to stop after', 'a stored settlement', 'stopped', [leave]],
  ['acking, to stop after', 'a stored settlement and the next delivery', 'rejecting.settling', [settle]],
  ['acking, to stop after', 'a refused settlement', 'stopped', [leave]],
  ['acking, while Redis is away', 'the connection restored', 'acking.settling', [settle]],
  ['acking, while Redis is away', 'a stop', 'acking.retrying', []],
  ['acking, while Redis is away', 'the end of grace', 'stopped', [leave]],

  ['rejecting', 'a stored settlement', 'fetching', [ask]],
  ['rejecting', 'a refused settlement', 'fetching', [ask]],
  ['rejecting', 'an interrupted settlement', 'rejecting.retrying', []],
  ['rejecting', 'a stop', 'rejecting.settling', []],
  ['rejecting', 'the end of grace', 'stopped', [leave]],
  ['rejecting, to stop after', 'a stored settlement', 'stopped', [leave]],
  ['rejecting, to stop after', 'a refused settlement', 'stopped', [leave]],
  ['rejecting, while Redis is away', 'the connection restored', 'rejecting.settling', [settle]],
];

describe("the consumer's chart", () => {
  it('begins idle, parked at its channel', () => {
    const born = new ConsumerWalk().begin();
    expect(stateOf(born.snapshot)).to.equal('idle');
    expect(born.orders).to.deep.equal([park]);
  });

  for (const [where, event, leadsTo, orders] of rows) {
    it(`goes, when ${where}, on ${event} to ${leadsTo}${inWords(orders)}`, () => {
      const step = new ConsumerWalk().along([...situations[where], event]);
      expect(stateOf(step.snapshot)).to.equal(leadsTo);
      expect(step.orders).to.deep.equal(orders);
    });
  }

  const walk = new ConsumerWalk();
  const reached = new Set([stateOf(walk.begin().snapshot)]);
  for (const [where, event] of rows) reached.add(stateOf(walk.along([...situations[where], event]).snapshot));
  const { declared, missing } = walk.coverage();

  it(`has transitions driven: ${declared.length - missing.length} of ${declared.length}`, () => {
    expect(missing, 'transitions that no row above drives').to.deep.equal([]);
  });

  it(`has states reached: ${reached.size} of ${leafStates(consumerMachine).length}`, () => {
    expect([...reached]).to.have.members(leafStates(consumerMachine));
  });
});

function inWords(orders: readonly Order[]): string {
  return orders.length === 0 ? '' : `, ordering ${orders.map(({ to, what }) => `${to} ${what}`).join(' and ')}`;
}
