import { workerMachine } from '@acktor/worker';
import { expect } from 'chai';
import { leafStates, stateOf, Walk, type Step } from '../charts/driven.js';

const events = {
  'a stop': { type: 'stop.requested' },
  'pools that have stopped': { type: 'pools.stopped' },
  'the end of the drain time': { type: 'xstate.after.drainTime.worker.draining' },
  'the end of the requeue time': { type: 'xstate.after.requeueTime.worker.requeueing' },
  'closed connections': { type: 'closed' },
} as const;

type EventName = keyof typeof events;

// Each way begins at birth; its last event leads to the state, with the orders.
const rows: readonly (readonly [way: readonly EventName[], leadsTo: string, orders: readonly string[]])[] = [
  [['a stop'], 'draining', ['drainPools']],
  [['a stop', 'pools that have stopped'], 'closing', ['closeAll']],
  [['a stop', 'the end of the drain time'], 'requeueing', ['endGrace']],
  [['a stop', 'the end of the drain time', 'pools that have stopped'], 'closing', ['closeAll']],
  [['a stop', 'the end of the drain time', 'the end of the requeue time'], 'closing', ['closeAll']],
  [['a stop', 'pools that have stopped', 'closed connections'], 'stopped', []],
];

describe("the worker's chart", () => {
  const walk = new Walk(workerMachine);
  const along = (way: readonly EventName[]): Step =>
    way.reduce((step, name) => walk.step(step, events[name]), walk.begin({ drainMs: 30, requeueMs: 5 }));
  const walked = rows.map(([way]) => stateOf(along(way).snapshot));

  it('begins running, with nothing to order', () => {
    const born = along([]);
    expect(stateOf(born.snapshot)).to.equal('running');
    expect(born.orders).to.deep.equal([]);
  });

  for (const [way, leadsTo, orders] of rows) {
    it(`goes on ${way.join(', then ')} to ${leadsTo}${orders.map((order) => `, ordering ${order}`).join('')}`, () => {
      const step = along(way);
      expect(stateOf(step.snapshot)).to.equal(leadsTo);
      expect(step.orders.map(({ what }) => what)).to.deep.equal(orders);
    });
  }

  it('knows that it did not end cleanly when the drain time was over', () => {
    const { snapshot } = along(['a stop', 'the end of the drain time', 'pools that have stopped']);
    expect(snapshot.context).to.include({ isClean: false });
  });

  it('heeds one stop: a second one changes nothing', () => {
    for (const [way, leadsTo] of rows) {
      const again = along([...way, 'a stop']);
      expect(stateOf(again.snapshot)).to.equal(leadsTo);
      expect(again.orders).to.deep.equal([]);
    }
  });

  const { declared, missing } = walk.coverage();
  it(`has transitions driven: ${declared.length - missing.length} of ${declared.length}`, () => {
    expect(missing, 'transitions that no row above drives').to.deep.equal([]);
  });

  it(`has states reached: ${new Set(walked).size + 1} of ${leafStates(workerMachine).length}`, () => {
    expect([...new Set(['running', ...walked])]).to.have.members(leafStates(workerMachine));
  });
});
