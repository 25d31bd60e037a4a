import { workerProcessMachine } from '@acktor/cli';
import { expect } from 'chai';
import { leafStates, stateOf, Walk, type Step } from '../charts/driven.js';

const exit = { exitCode: null, signal: 'SIGKILL', error: undefined, lastLines: '' };
const trials = { suspects: [{ queue: 'tasks', jobId: 'a' }], isAlone: true };
const held = { returned: ['a', 'b'], suspected: ['a'] };

const events = {
  'a worker that runs': { type: 'process.running', workerId: 'w-1', queues: ['tasks'] },
  'a worker that cannot start': { type: 'process.failed', failure: { code: 'ACKTOR_NO_HANDLERS', message: 'none' } },
  'an exit': { type: 'process.exited', exit },
  'an order to drain': { type: 'drain.requested' },
  'an order to kill': { type: 'kill.requested' },
  'a trial': { type: 'process.tries', trials },
  'a hang': { type: 'process.hangs', forMs: 4_000 },
  'the end of its work': { type: 'process.done' },
  'returned jobs': { type: 'jobs.returned', held },
  'the end of the start time': { type: 'xstate.after.startTime.workerProcess.starting' },
  'the end of the end time': { type: 'xstate.after.endTime.workerProcess.draining' },
  'the end of the give-back time': { type: 'xstate.after.giveBackTime.workerProcess.releasing' },
} as const;

type EventName = keyof typeof events;

// Each way begins at birth; its last event leads to the state, with the orders.
const rows: readonly (readonly [way: readonly EventName[], leadsTo: string, orders: readonly string[]])[] = [
  [['a worker that runs'], 'running', ['reportRunning']],
  [['a worker that cannot start'], 'starting', []],
  [['a worker that cannot start', 'an exit'], 'releasing', ['giveBackJobs']],
  [['the end of the start time'], 'killing', ['killProcess']],
  [['an order to drain'], 'draining', ['orderDrain']],
  [['an order to drain', 'a worker that runs'], 'draining', []],
  [['an order to kill'], 'killing', ['killProcess']],
  [['a worker that runs', 'an order to drain'], 'draining', ['orderDrain']],
  [['a worker that runs', 'an order to kill'], 'killing', ['killProcess']],
  [['a worker that runs', 'an exit'], 'releasing', ['giveBackJobs']],
  [['a worker that runs', 'a trial'], 'running', []],
  [['a worker that runs', 'a hang'], 'killing', ['killProcess']],
  [['a worker that runs', 'an order to drain', 'a hang'], 'killing', ['killProcess']],
  [['a worker that runs', 'an order to drain', 'the end of its work'], 'draining', []],
  [['a worker that runs', 'an order to drain', 'an exit'], 'releasing', ['giveBackJobs']],
  [['a worker that runs', 'an order to drain', 'an order to kill'], 'killing', ['killProcess']],
  [['a worker that runs', 'an order to drain', 'the end of the end time'], 'killing', ['killProcess']],
  [['a worker that runs', 'an order to kill', 'an exit'], 'releasing', ['giveBackJobs']],
  [['a worker that runs', 'an exit', 'returned jobs'], 'ended', ['reportEnd']],
  [['a worker that runs', 'an exit', 'the end of the give-back time'], 'ended', ['reportEnd']],
];

describe('the chart of a worker process', () => {
  const walk = new Walk(workerProcessMachine);
  const along = (way: readonly EventName[]): Step =>
    way.reduce((step, name) => walk.step(step, events[name]), walk.begin({ startMs: 30, endMs: 20, giveBackMs: 5 }));
  const walked = rows.map(([way]) => stateOf(along(way).snapshot));

  it('begins by starting the process', () => {
    const born = along([]);
    expect(stateOf(born.snapshot)).to.equal('starting');
    expect(born.orders.map(({ what }) => what)).to.deep.equal(['startProcess']);
  });

  for (const [way, leadsTo, orders] of rows) {
    it(`goes on ${way.join(', then ')} to ${leadsTo}${orders.map((order) => `, ordering ${order}`).join('')}`, () => {
      const step = along(way);
      expect(stateOf(step.snapshot)).to.equal(leadsTo);
      expect(step.orders.map(({ what }) => what)).to.deep.equal(orders);
    });
  }

  it('knows the worker even when it was to drain before it ran: what it holds must be given back', () => {
    const { snapshot } = along(['an order to drain', 'a worker that runs', 'an exit']);
    expect(snapshot.context).to.deep.include({ worker: { workerId: 'w-1', queues: ['tasks'] }, exit });
  });

  it('says why it had to kill: too slow to come up, too slow to end', () => {
    const slowStart = along(['the end of the start time']).snapshot.context as Context;
    expect(slowStart.failure.message).to.include('come up within 30 ms');
    const slowEnd = along(['an order to drain', 'the end of the end time']).snapshot.context as Context;
    expect(slowEnd.failure.message).to.include('within 20 ms');
  });

  it('knows when it has ended what was on trial, and what it held', () => {
    const { snapshot } = along(['a worker that runs', 'a trial', 'an exit', 'returned jobs']);
    expect(snapshot.context).to.deep.include({ trials, held });
  });

  it('says for how long it hung', () => {
    const hung = along(['a worker that runs', 'a hang']).snapshot.context as Context;
    expect(hung.failure.message).to.include('blocked for 4000 ms').and.to.include('hangMs');
  });

  const { declared, missing } = walk.coverage();
  it(`has transitions driven: ${declared.length - missing.length} of ${declared.length}`, () => {
    expect(missing, 'transitions that no row above drives').to.deep.equal([]);
  });

  it(`has states reached: ${new Set(walked).size} of ${leafStates(workerProcessMachine).length}`, () => {
    expect([...new Set(walked)]).to.have.members(leafStates(workerProcessMachine));
  });
});

interface Context {
  readonly failure: { readonly message: string };
}
