import { expect } from 'chai';
import type { QueueDepth } from '@acktor/core/engine';
import { openTrial, tokens, signIn } from './dashboard-trial.js';
import { LiveReader } from './live-reader.js';
import { consumerReport, workerReport } from './scripted-fleet.js';

const step = { machineId: 'consumer', queue: 'payments', from: 'idle', to: 'fetching', count: 5, dwellMsTotal: 500 };
const noTotals = {
  queue: 'payments',
  acked: 0,
  retried: 0,
  requeued: 0,
  deadLettered: 0,
  leasesLost: 0,
  redelivered: 0,
};
const busy = (at: number) => ({ ...consumerReport('payments/1', 'processing.handling'), inStateSinceMs: at });

describe('the live stream', () => {
  it('begins with a snapshot of everything', async () => {
    await using trial = await openTrial();
    trial.fleet.reports = [workerReport('one'), workerReport('two')];
    using browser = await LiveReader.open(trial.url);
    const { workers, sequence } = await browser.snapshot();
    expect(workers.map(({ workerId }) => workerId)).to.deep.equal(['one', 'two']);
    expect(sequence).to.be.at.least(1);
  });

  it('sends changes, joins and deaths in numbered frames', async () => {
    await using trial = await openTrial();
    trial.fleet.reports = [workerReport('one')];
    using browser = await LiveReader.open(trial.url);
    await browser.frame(({ joined }) => joined.length > 0);
    trial.fleet.publish({ workerId: 'one', consumers: [busy(7)], gone: ['payments/2'] });
    const changed = await browser.frame(({ changes }) => changes.length > 0);
    expect(changed.changes[0]).to.deep.include({ workerId: 'one', consumers: [json(busy(7))] });
    expect(changed.changes[0]?.goneConsumers).to.deep.equal(['payments/2']);
    trial.fleet.lose('one');
    const died = await browser.frame(({ gone }) => gone.length > 0);
    expect(died.gone).to.deep.equal([{ workerId: 'one', how: 'died' }]);
    const sequences = browser.heard.all.map(({ event }) => ('frame' in event ? event.frame.sequence : undefined));
    const frames = sequences.filter((sequence) => sequence !== undefined);
    expect(frames).to.deep.equal(frames.map((_, at) => (frames[0] ?? 0) + at));
  });

  it('counts what deliveries ended in with every frame, though queues are looked at less often', async () => {
    await using trial = await openTrial();
    trial.fleet.reports = [workerReport('one')];
    using browser = await LiveReader.open(trial.url);
    await browser.frame(({ joined }) => joined.length > 0);
    const acked = (count: number) => [{ ...noTotals, acked: count }];
    trial.fleet.publish({ workerId: 'one', totals: acked(3) });
    expect((await browser.frame((frame) => frame.totals.length > 0)).totals).to.deep.equal(acked(3));
    trial.fleet.publish({ workerId: 'one', totals: acked(5) });
    expect((await browser.frame(({ totals }) => totals[0]?.acked === 5)).totals).to.deep.equal(acked(5));
  });

  it('watches the fleet once, however many browsers look', async () => {
    await using trial = await openTrial();
    using one = await LiveReader.open(trial.url);
    using other = await LiveReader.open(trial.url);
    await Promise.all([one.snapshot(), other.snapshot()]);
    expect(trial.fleet.begun.all).to.have.length(1);
  });

  it('has no watch while no browser is connected', async () => {
    await using trial = await openTrial();
    await trial.ask('api/session');
    await trial.ask('api/queues/payments/history');
    expect(trial.fleet.watchers).to.equal(0);
  });

  it('counts the flows of the last seconds exactly', async () => {
    await using trial = await openTrial();
    trial.fleet.reports = [workerReport('one')];
    using browser = await LiveReader.open(trial.url);
    await browser.snapshot();
    await trial.fleet.begun.first();
    for (let count = 0; count < 3; count += 1) trial.fleet.publish({ workerId: 'one', steps: [step] });
    const { flows } = await browser.frame((frame) => (frame.flows ?? []).length > 0);
    expect(flows).to.have.length(1);
    expect(flows?.[0]).to.include({ machineId: 'consumer', queue: 'payments', from: 'idle', to: 'fetching' });
    expect(flows?.[0]?.dwellP50Ms).to.be.closeTo(100, 5);
    expect(flows?.[0]?.perSecond).to.be.within(15 / 10, 15);
  });

  it('gives a browser that was away for a moment the frames that it missed, and no snapshot', async () => {
    await using trial = await openTrial();
    trial.fleet.reports = [workerReport('one')];
    using watching = await LiveReader.open(trial.url);
    await watching.frame(({ joined }) => joined.length > 0);
    const { id } = await watching.heard.first(({ event }) => event.type === 'frame');
    for (const at of [1, 2, 3]) {
      trial.fleet.publish({ workerId: 'one', consumers: [busy(at)] });
      await watching.frame(({ changes }) => changes[0]?.consumers[0]?.inStateSinceMs === at);
    }
    using returned = await LiveReader.open(trial.url, { 'last-event-id': id });
    await returned.frame(({ changes }) => changes[0]?.consumers[0]?.inStateSinceMs === 3);
    const [first] = returned.heard.all;
    expect(first?.event.type).to.equal('frame');
    const seen = watching.heard.all.findIndex((one) => one.id === id);
    expect(first?.id).to.equal(watching.heard.all[seen + 1]?.id);
  });

  for (const [who, id] of [
    ['of another process', '0123456789ab.7'],
    ['that lies', 'what ever'],
  ] as const)
    it(`gives a browser with an event id ${who} a snapshot`, async () => {
      await using trial = await openTrial();
      using browser = await LiveReader.open(trial.url, { 'last-event-id': id });
      await browser.snapshot();
      expect(browser.heard.all[0]?.event.type).to.equal('snapshot');
    });

  it('says when the server is away, sends nothing until it is back, and then a snapshot', async () => {
    await using trial = await openTrial();
    trial.fleet.reports = [workerReport('one')];
    using browser = await LiveReader.open(trial.url);
    await browser.snapshot();
    await trial.fleet.begun.first();
    trial.fleet.connection('away');
    await browser.heard.first(({ event }) => event.type === 'connection' && event.state === 'away');
    using late = await LiveReader.open(trial.url);
    await late.heard.first(({ event }) => event.type === 'connection' && event.state === 'away');
    trial.fleet.reports = [workerReport('two')];
    trial.fleet.connection('back');
    trial.fleet.lose('one');
    await browser.heard.first(({ event }) => event.type === 'connection' && event.state === 'back');
    const { workers } = await browser.snapshot((snapshot) =>
      snapshot.workers.some(({ workerId }) => workerId === 'two'),
    );
    expect(workers.map(({ workerId }) => workerId)).to.deep.equal(['two']);
  });

  it('draws the chart of each machine once, and brings it with a snapshot', async () => {
    let drawn = 0;
    const chart = { machineId: 'consumer', width: 1, height: 1, states: [], arrows: [] };
    const draw = () => Promise.resolve((drawn += 1)).then(() => chart);
    await using trial = await openTrial({ draw });
    trial.fleet.machines.set('consumer', { id: 'consumer', definition: {} });
    trial.fleet.reports = [workerReport('one'), workerReport('two')].map((report) => ({
      ...report,
      machineIds: ['consumer'],
    }));
    using browser = await LiveReader.open(trial.url);
    const { charts } = await browser.snapshot((snapshot) => snapshot.charts.length > 0);
    expect(charts).to.deep.equal([chart]);
    expect(drawn).to.equal(1);
  });

  it('looks at the queues once a second', async () => {
    const depth: QueueDepth = {
      queue: 'payments',
      isPaused: true,
      waiting: 3,
      waitingForChildren: 5,
      delayed: 2,
      active: 1,
      acked: 9,
      deadLetters: 4,
      oldestWaitingAtMs: 17,
      nextDueAtMs: undefined,
      readAtMs: 0,
    };
    await using trial = await openTrial({ queues: { queues: () => Promise.resolve([depth]) } });
    using browser = await LiveReader.open(trial.url);
    const { queues } = await browser.frame((frame) => (frame.queues ?? []).length > 0);
    const { acked: _, nextDueAtMs: __, readAtMs: ___, ...shown } = depth;
    expect(queues?.[0]).to.deep.include(shown);
    const history = (await (await trial.ask('api/queues/payments/history')).json()) as {
      points: { waiting: number }[];
    };
    expect(history.points[0]?.waiting).to.equal(3);
  });

  it('ends with the dashboard', async () => {
    const trial = await openTrial();
    using browser = await LiveReader.open(trial.url);
    await browser.snapshot();
    await trial[Symbol.asyncDispose]();
    await browser.ended();
  });

  it('needs a session', async () => {
    await using trial = await openTrial({ trust: { kind: 'tokens', tokens } });
    expect((await trial.ask('api/live')).status).to.equal(401);
    using browser = await LiveReader.open(trial.url, await signIn(trial, tokens.viewer));
    await browser.snapshot();
  });
});

/** As JSON leaves it: without properties that are undefined. */
function json<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
