import { expect } from 'chai';
import type { QueueDepth } from '@acktor/core/engine';
import {
  createRedaction,
  DeltaTracker,
  FlowMeter,
  QueueCounter,
  QueueMeter,
  TrackedFleet,
} from './dashboard-inside.js';
import { consumerReport, workerReport } from './scripted-fleet.js';

const loop = { lagP50Ms: 0, lagP99Ms: 1, lagMaxMs: 2, blockedForMs: 0 };
const step = { machineId: 'consumer', queue: 'payments', from: 'idle', to: 'fetching' };
const totals = { queue: 'payments', acked: 0, retried: 0, requeued: 0, deadLettered: 0, leasesLost: 0, redelivered: 0 };
const depth: QueueDepth = {
  queue: 'payments',
  isPaused: false,
  waiting: 0,
  waitingForChildren: 0,
  delayed: 0,
  active: 0,
  acked: 0,
  deadLetters: 0,
  oldestWaitingAtMs: undefined,
  nextDueAtMs: undefined,
  readAtMs: 0,
};

describe('the flows of a fleet', () => {
  it('are counted exactly over the last ten seconds, and forgotten after', () => {
    const meter = new FlowMeter(0);
    for (let second = 0; second < 30; second += 1) meter.add([{ ...step, count: 7, dwellMsTotal: 70 }], second * 1_000);
    expect(meter.rates(30_000)[0]?.perSecond).to.be.closeTo(7, 1e-9);
    expect(meter.rates(34_999)[0]?.perSecond).to.be.closeTo((7 * 5) / 9.999, 0.01);
    expect(meter.rates(40_000)[0]).to.include({ perSecond: 0, dwellP50Ms: 0, lastAtMs: 29_000 });
    expect(meter.rates(29_000 + 16 * 60_000)).to.deep.equal([]);
  });

  it('are a rate from the first second on', () => {
    const meter = new FlowMeter(100_000);
    meter.add([{ ...step, count: 6, dwellMsTotal: 6 }], 100_500);
    expect(meter.rates(102_000)[0]?.perSecond).to.equal(3);
  });

  it('are a rate from the first second after a time without a watch', () => {
    const meter = new FlowMeter(0);
    meter.begin(100_000);
    meter.add([{ ...step, count: 6, dwellMsTotal: 6 }], 100_500);
    expect(meter.rates(102_000)[0]?.perSecond).to.equal(3);
  });

  it('have the median of the time spent before, within a tenth', () => {
    const meter = new FlowMeter(0);
    for (const [count, eachMs] of [
      [40, 1],
      [30, 50],
      [30, 9_000],
    ] as const)
      meter.add([{ ...step, count, dwellMsTotal: count * eachMs }], 1_000);
    expect(meter.rates(2_000)[0]?.dwellP50Ms).to.be.within(45, 55);
  });

  it('are counted together for the queues beyond 4,000 arrows', () => {
    const meter = new FlowMeter(0);
    for (let at = 0; at < 10_000; at += 1)
      meter.add([{ ...step, queue: `queue-${at}`, count: 1, dwellMsTotal: 1 }], 500);
    const rates = meter.rates(2_000);
    expect(rates).to.have.length(4_001);
    expect(rates.reduce((sum, { perSecond }) => sum + perSecond, 0)).to.be.closeTo(5_000, 1e-6);
  });

  it('are apart by queue and by arrow', () => {
    const meter = new FlowMeter(0);
    const others = [
      { ...step, queue: 'mails' },
      { ...step, to: 'stopped' },
      { ...step, machineId: 'order' },
    ];
    meter.add(
      [step, ...others].map((one) => ({ ...one, count: 1, dwellMsTotal: 1 })),
      10,
    );
    expect(meter.rates(20)).to.have.length(4);
  });
});

describe('the rates of a queue', () => {
  it('come from what workers and the server have counted ten seconds apart', () => {
    const counter = new QueueCounter(0);
    const meter = new QueueMeter(counter);
    counter.report({ ...workerReport('one'), totals: [{ ...totals, acked: 500 }] });
    meter.add([{ ...depth, waiting: 10 }], 1_000);
    counter.change('one', [{ ...totals, acked: 540, retried: 20 }]);
    meter.add([{ ...depth, waiting: 30 }], 11_000);
    const [line] = meter.lines;
    expect(line).to.include({ ackedPerSecond: 4, rejectedPerSecond: 2, sentPerSecond: 6 });
    expect(line?.totals).to.include({ acked: 540, retried: 20 });
  });

  it('do not jump when a worker that ran before is seen, nor fall when one goes', () => {
    const counter = new QueueCounter(5_000);
    const meter = new QueueMeter(counter);
    meter.add([depth], 6_000);
    counter.report({ ...workerReport('old'), startedAtMs: 1, totals: [{ ...totals, acked: 1_000_000 }] });
    counter.report({ ...workerReport('new'), startedAtMs: 6_500, totals: [{ ...totals, acked: 10 }] });
    counter.forget('old');
    meter.add([depth], 16_000);
    expect(meter.lines[0]?.ackedPerSecond).to.equal(1);
    expect(meter.lines[0]?.totals.acked).to.equal(1_000_010);
  });

  it('do not count twice what a report brings that is older than the frames before it', () => {
    const counter = new QueueCounter(0);
    counter.report({ ...workerReport('one'), totals: [{ ...totals, acked: 100 }] });
    counter.change('one', [{ ...totals, acked: 140 }]);
    counter.report({ ...workerReport('one'), totals: [{ ...totals, acked: 120 }] });
    counter.change('one', [{ ...totals, acked: 150 }]);
    expect(counter.of('payments').totals.acked).to.equal(150);
  });

  it('are never negative, also after a purge', () => {
    const meter = new QueueMeter(new QueueCounter(0));
    meter.add([{ ...depth, deadLetters: 1_000 }], 1_000);
    meter.add([depth], 2_000);
    expect(meter.lines[0]?.sentPerSecond).to.equal(0);
  });

  it('are remembered for a quarter of an hour, a point every five seconds', () => {
    const meter = new QueueMeter(new QueueCounter(0));
    for (let second = 0; second <= 3_600; second += 1) meter.add([{ ...depth, waiting: second }], second * 1_000);
    const { stepMs, points } = meter.history('payments');
    expect(stepMs).to.equal(5_000);
    expect(points).to.have.length(180);
    expect(points.at(-1)?.waiting).to.equal(3_600);
    expect(points.at(0)?.atMs).to.equal(3_600_000 - 179 * 5_000);
    expect(meter.history('mails').points).to.deep.equal([]);
  });
});

describe('what has been sent', () => {
  const line = (name: string, count: number) => ({ name, count });
  const tracker = () => new DeltaTracker<ReturnType<typeof line>>(({ name }) => name);

  it('is sent again only when it has changed', () => {
    const lines = tracker();
    expect(lines.take([line('a', 1), line('b', 1)], 10).changed).to.have.length(2);
    expect(lines.take([line('a', 1), line('b', 2)], 10).changed).to.deep.equal([line('b', 2)]);
    expect(lines.take([line('a', 1)], 10)).to.deep.equal({ changed: [], gone: ['b'] });
  });

  it('comes first for what has waited longest, with its latest value, and at once for what is urgent', () => {
    const lines = tracker();
    const all = (count: number) => ['a', 'b', 'c'].map((name) => line(name, count));
    expect(lines.take(all(1), 1).changed).to.deep.equal([line('a', 1)]);
    expect(lines.take(all(2), 1).changed).to.deep.equal([line('b', 2)]);
    expect(lines.take(all(3), 1, ({ name }) => name === 'b').changed).to.deep.equal([line('c', 3), line('b', 3)]);
    expect(lines.take(all(3), 1).changed).to.deep.equal([line('a', 3)]);
    expect(lines.take(all(3), 1).changed).to.deep.equal([]);
  });
});

describe('the changes of a fleet', () => {
  const frame = (names: readonly string[], state = 'fetching') => ({
    workerId: 'one',
    sequence: 1,
    atMs: 1,
    consumers: names.map((name) => consumerReport(name, state)),
    gone: [],
    steps: [],
    totals: [],
    eventLoop: loop,
  });

  function modelOfOne(): InstanceType<typeof TrackedFleet> {
    const model = new TrackedFleet();
    model.report(workerReport('one', 4));
    model.takeChanges(100);
    return model;
  }

  it('are sent once, with their latest value, in the order in which they first changed', () => {
    const model = modelOfOne();
    model.frame(frame(['payments/1', 'payments/2', 'payments/3']));
    model.frame(frame(['payments/1'], 'idle'));
    const [first] = model.takeChanges(2).changes;
    expect(first?.consumers.map(({ consumer, state }) => `${consumer} ${state}`)).to.deep.equal([
      'payments/1 idle',
      'payments/2 fetching',
    ]);
    model.frame(frame(['payments/1']));
    expect(model.takeChanges(1).changes[0]?.consumers[0]?.consumer).to.equal('payments/3');
    expect(model.takeChanges(1).changes[0]?.consumers[0]?.consumer).to.equal('payments/1');
    expect(model.takeChanges(1).changes).to.deep.equal([]);
  });

  it('are part of the whole reports, and so is the state of the worker', () => {
    const model = modelOfOne();
    model.frame({ ...frame(['payments/1']), state: 'draining' });
    model.frame(frame(['payments/2']));
    const [worker] = model.reports();
    expect(worker?.state).to.equal('draining');
    expect(worker?.consumers.map(({ state }) => state)).to.include('fetching');
  });

  it('leave out what a whole report holds already, and what is of a worker that has gone', () => {
    const model = modelOfOne();
    model.frame(frame(['payments/1']));
    model.report(workerReport('one'));
    const { joined, changes } = model.takeChanges(10);
    expect([joined.length, changes.length]).to.deep.equal([1, 0]);
    model.frame(frame(['payments/1']));
    model.gone('one', 'died');
    expect(model.takeChanges(10)).to.deep.equal({ joined: [], gone: [{ workerId: 'one', how: 'died' }], changes: [] });
  });

  it("include those of the user's own actors", () => {
    const model = modelOfOne();
    const actor = { actor: 'order-1', machineId: 'order', state: 'paid', inStateSinceMs: 3 };
    model.frame({ ...frame([]), actors: [actor] });
    expect(model.takeChanges(10).changes[0]?.actors).to.deep.equal([actor]);
    model.frame({ ...frame([]), gone: ['order-1'] });
    expect(model.takeChanges(10).changes[0]?.goneConsumers).to.deep.equal(['order-1']);
    expect(model.reports()[0]?.actors).to.deep.equal([]);
  });
});

describe('redaction', () => {
  it('hides what lies at a path, at every name and in every item', () => {
    const { hide } = createRedaction(['data.card', 'data.*.pin', 'data.items[*].secret']);
    const payload = { card: { pan: '4111' }, a: { pin: 1, b: 2 }, items: [{ secret: 's', c: 3 }] };
    expect(JSON.parse(hide('data', JSON.stringify(payload)))).to.deep.equal({
      card: '[redacted]',
      a: { pin: '[redacted]', b: 2 },
      items: [{ secret: '[redacted]', c: 3 }],
    });
    expect(hide('result', '{"card":1}')).to.equal('{"card":1}');
  });

  it('hides what cannot be read, and changes no letter where nothing is to be hidden', () => {
    expect(createRedaction(['data.card']).hide('data', '{"card":')).to.equal('"[redacted]"');
    expect(createRedaction([]).hide('data', '{"big": 12345678901234567890 }')).to.equal(
      '{"big": 12345678901234567890 }',
    );
  });

  for (const text of ['"text"', '[1,2]', 'null', '7'])
    it(`leaves ${text} as it is`, () => {
      expect(createRedaction(['data.card']).hide('data', text)).to.equal(text);
    });
});
