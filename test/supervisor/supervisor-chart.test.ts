import { supervisorMachine } from '@acktor/cli';
import { expect } from 'chai';
import { leafStates, stateOf } from '../charts/driven.js';
import { situations, SupervisorWalk, workersOf, type EventName, type Situation } from './supervisor-walk.js';

type Row = readonly [where: Situation, event: EventName, leadsTo: string, workers: string, orders: readonly string[]];

const rows: readonly Row[] = [
  ['starting', '1 runs', 'supervising.starting', '1 running, 2 starting', []],
  ['starting', '1 crashes', 'supervising.starting', '2 starting', []],
  ['starting', '1 cannot start', 'draining', '2 leaving', ['drainWorkers']],
  ['starting', 'a stop', 'draining', '1 leaving, 2 leaving', ['drainWorkers']],

  ['keeping', '1 crashes', 'supervising.keeping', '2 running', []],
  ['keeping', 'a wish to replace', 'supervising.succeeding', '1 running, 2 running, 3 starting', ['startWorkers']],
  ['keeping, after a crash', '2 crashes', 'closing', '', ['drainWorkers', 'closeAll']],
  ['keeping, after a crash', '2 is ended by a job', 'supervising.keeping', '', []],
  ['keeping, after a crash', 'a restart is due', 'supervising.keeping', '2 running, 3 starting', ['startWorkers']],
  ['keeping, with a successor of the crashed', '3 runs', 'supervising.keeping', '2 running, 3 running', []],
  ['keeping, with a successor of the crashed', '2 crashes', 'draining', '3 leaving', ['drainWorkers']],

  ['succeeding', '3 runs', 'supervising.retiring', '1 leaving, 2 running, 3 running', ['drainWorkers']],
  ['succeeding', '1 crashes', 'supervising.succeeding', '2 running, 3 starting', []],
  ['succeeding', '3 cannot start', 'supervising.keeping', '1 running, 2 running', ['reportNoSuccessor']],
  ['succeeding', 'a wish to replace', 'supervising.succeeding', '1 running, 2 running, 3 starting', []],
  ['succeeding', 'a stop', 'draining', '1 leaving, 2 leaving, 3 leaving', ['drainWorkers']],
  [
    'succeeding, one old left',
    '3 runs',
    'supervising.succeeding',
    '2 running, 3 running, 4 starting',
    ['startWorkers'],
  ],
  ['succeeding, none old left', '4 runs', 'supervising.keeping', '3 running, 4 running', []],

  ['retiring', '1 ends', 'supervising.succeeding', '2 running, 3 running, 4 starting', ['startWorkers']],
  ['retiring', '1 crashes', 'supervising.succeeding', '2 running, 3 running, 4 starting', ['startWorkers']],
  ['retiring', '3 crashes', 'supervising.retiring', '1 leaving, 2 running', []],
  ['retiring the last', '2 ends', 'supervising.keeping', '3 running, 4 running', []],

  ['draining', '1 ends', 'draining', '2 leaving', []],
  ['draining', '1 crashes', 'draining', '2 leaving', []],
  ['draining', 'a stop', 'draining', '1 leaving, 2 leaving', []],
  ['draining', 'a restart is due', 'draining', '1 leaving, 2 leaving', []],
  ['draining', 'a second stop', 'killing', '1 leaving, 2 leaving', ['killWorkers']],
  ['draining, one left', '2 ends', 'closing', '', ['closeAll']],
  ['killing', '1 crashes', 'killing', '2 leaving', []],
  ['killing, one left', '2 crashes', 'closing', '', ['closeAll']],
  ['closing', 'all is closed', 'stopped', '', []],
];

describe("the supervisor's chart, with two workers of which one may crash", () => {
  it('begins by starting them', () => {
    const born = new SupervisorWalk().begin();
    expect(stateOf(born.snapshot)).to.equal('supervising.starting');
    expect(workersOf(born.snapshot)).to.equal('1 starting, 2 starting');
    expect(born.orders.map(({ what }) => what)).to.deep.equal(['startWorkers']);
  });

  for (const [where, event, leadsTo, workers, orders] of rows) {
    it(`goes, when ${where}, as ${event}, to ${leadsTo} with ${workers || 'nobody'}${inWords(orders)}`, () => {
      const { snapshot, orders: ordered } = new SupervisorWalk().along([...situations[where], event]);
      expect(stateOf(snapshot)).to.equal(leadsTo);
      expect(workersOf(snapshot)).to.equal(workers);
      expect(ordered.map(({ what }) => what)).to.deep.equal(orders);
    });
  }

  const failures: readonly (readonly [way: readonly EventName[], kind: string | undefined])[] = [
    [[...situations.closing], undefined],
    [['1 cannot start', '2 ends'], 'notStarted'],
    [['1 runs', '2 runs', '1 crashes', '2 crashes'], 'tooManyExits'],
    [['1 runs', '2 runs', 'a stop', '1 crashes', '2 ends'], 'uncleanEnd'],
    [['1 runs', '2 runs', 'a stop', 'a second stop', '1 crashes', '2 crashes'], 'endedAtOnce'],
    [['1 cannot start', 'a second stop', '2 crashes'], 'notStarted'],
  ];
  for (const [way, kind] of failures) {
    it(`ends ${kind === undefined ? 'well' : `with ${kind}`} after: ${way.join(', ')}`, () => {
      const { failure } = new SupervisorWalk().along(way).snapshot.context as { failure?: { kind: string } };
      expect(failure?.kind).to.equal(kind);
    });
  }

  const walk = new SupervisorWalk();
  const reached = new Set([stateOf(walk.begin().snapshot)]);
  for (const [where, event] of rows) reached.add(stateOf(walk.along([...situations[where], event]).snapshot));
  const { declared, missing } = walk.coverage();

  it(`has transitions driven: ${declared.length - missing.length} of ${declared.length}`, () => {
    expect(missing, 'transitions that no row above drives').to.deep.equal([]);
  });

  it(`has states reached: ${reached.size} of ${leafStates(supervisorMachine).length}`, () => {
    expect([...reached]).to.have.members(leafStates(supervisorMachine));
  });
});

function inWords(orders: readonly string[]): string {
  return orders.length === 0 ? '' : `, ordering ${orders.join(' and ')}`;
}
