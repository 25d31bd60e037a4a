import { chartOf, readChart } from '@acktor/chart';
import type { WorkerReport } from '@acktor/core/engine';
import { consumerMachine } from '@acktor/worker';
import { expect } from 'chai';
import { createActor, createMachine } from 'xstate';
import { handlerOf } from '../handler/handler-of.js';
import { note } from '../jobs/notes.js';
import { signal } from '../signals/signal.js';
import { FleetTrial } from './fleet-trial.js';

const LIT = 'on.sound.loud|on.colour.red';

describe('asking a fleet', () => {
  let open: FleetTrial;
  beforeEach(async () => {
    open = await FleetTrial.open();
  });
  afterEach(() => open[Symbol.asyncDispose]());

  it('answers with nothing, at once, when there is no worker', async () => {
    const askedAtMs = Date.now();
    expect(await open.fleet.workers({ withinMs: 5_000 })).to.deep.equal([]);
    expect(Date.now() - askedAtMs).to.be.lessThan(2_000);
  });

  it('brings a report of every process, and does not wait longer than for the last of them', async () => {
    const children = await Promise.all([1, 2, 3].map(() => open.child('measures', { consumers: 4 })));
    const askedAtMs = Date.now();
    const workers = await open.fleet.workers({ withinMs: 5_000 });
    expect(Date.now() - askedAtMs).to.be.lessThan(2_000);
    expect(new Set(workers.map(({ pid }) => pid)).size).to.equal(children.length);
    for (const { consumers, state, residentBytes, startedAtMs, atMs } of workers) {
      expect(consumers).to.have.length(4);
      expect(state).to.equal('running');
      expect(residentBytes).to.be.greaterThan(1_000_000);
      expect(atMs).to.be.at.least(startedAtMs);
    }
  });

  it('says what each consumer holds, since when, and how deliveries ended', async () => {
    const mayFinish = signal();
    const handling = signal();
    const handler = handlerOf(note, async ({ data }) => {
      if (data.text === 'quick') return { length: 0 };
      handling.give();
      await mayFinish.given;
      return { length: 1 };
    });
    await open.trial.work([handler]);
    await (await open.trial.producer.send(note, { text: 'quick' })).result();
    const beforeMs = Date.now();
    const slow = await open.trial.producer.send(note, { text: 'slow' });
    await handling.given;
    const [worker] = await open.fleet.workers();
    const [consumer] = worker?.consumers ?? [];
    expect(consumer?.state).to.equal('processing.handling');
    expect(consumer?.held).to.include({ jobId: slow.id, jobName: 'note', attempt: 1 });
    expect(consumer?.held?.heldSinceMs).to.be.within(beforeMs, Date.now());
    expect(worker?.totals).to.deep.equal([
      { queue: 'notes', acked: 1, retried: 0, requeued: 0, deadLettered: 0, leasesLost: 0, redelivered: 0 },
    ]);
    mayFinish.give();
    await slow.result();
  });

  it('is answered though the main thread is blocked, and told for how long', async () => {
    const child = await open.child('blocks');
    await open.trial.producer.send(note, { text: '3000' });
    await child.hears('handling');
    const blocked = await reportWhere(open, ({ eventLoop }) => eventLoop.blockedForMs > 1_000);
    expect(blocked.eventLoop.blockedForMs).to.be.lessThan(10_000);
  });

  it('hears of a chart that workers have registered, as data', async () => {
    await open.trial.work([handlerOf(note, () => ({ length: 0 }))]);
    const { definition } = (await open.fleet.machine('consumer')) ?? {};
    expect(readChart(definition)).to.deep.equal(chartOf(consumerMachine));
    expect(await open.fleet.machine('nobody-knows')).to.equal(undefined);
  });

  it("follows a user's own machine that was registered, and no other", async () => {
    const [door, window] = [lamp('door'), lamp('window')];
    const worker = await open.trial.work([handlerOf(note, () => ({ length: 0 }))], { machines: [door] });
    const watch = await open.watch();
    const actor = createActor(door, { id: 'front', inspect: worker.inspect }).start();
    createActor(window, { id: 'back', inspect: worker.inspect }).start();
    actor.send({ type: 'flip' });
    await watch.when(() => watch.count('off', LIT) === 1);
    const [report] = await open.fleet.workers();
    const users = report?.actors?.filter(({ machineId }) => machineId !== 'worker');
    expect(users?.map(({ actor: name, machineId, state }) => ({ name, machineId, state }))).to.deep.equal([
      { name: 'front', machineId: 'door', state: LIT },
    ]);
    expect(report?.machineIds).to.include('door');
    expect(readChart((await open.fleet.machine('door'))?.definition)).to.deep.equal(chartOf(door));
  });
});

async function reportWhere({ fleet }: FleetTrial, isIt: (report: WorkerReport) => boolean): Promise<WorkerReport> {
  for (;;) {
    const found = (await fleet.workers()).find(isIt);
    if (found) return found;
  }
}

function lamp(id: string) {
  const on = {
    type: 'parallel',
    states: { sound: { initial: 'loud', states: { loud: {} } }, colour: { initial: 'red', states: { red: {} } } },
  } as const;
  return createMachine({ id, initial: 'off', states: { off: { on: { flip: 'on' } }, on } });
}
