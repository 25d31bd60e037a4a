// The page's model of the fleet, made of the server's snapshots and frames, against the server's own.
import type { ConsumerReport, WorkerReport } from '@acktor/core/engine';
import { expect } from 'chai';
import { FleetModel, ProcessEvents, TrackedFleet, WorkerModel } from './dashboard-inside.js';
import { consumerReport, workerReport } from './scripted-fleet.js';

class PageWorker extends WorkerModel<ConsumerReport> {
  protected updated(_known: ConsumerReport | undefined, report: ConsumerReport): ConsumerReport {
    return report;
  }
}

class PageFleet extends FleetModel<PageWorker> {
  protected createWorker(report: WorkerReport): PageWorker {
    return new PageWorker(report);
  }
}

/** What a side knows of each worker's consumers and actors. */
function membersOf(fleet: InstanceType<typeof TrackedFleet> | PageFleet) {
  return [...fleet.workers.values()].map(({ report, consumers, actors }) => ({
    workerId: report.workerId,
    consumers: [...consumers.values()],
    actors: [...actors.values()],
  }));
}

describe('the model of the fleet', () => {
  const frame = { workerId: 'one', sequence: 1, atMs: 1, steps: [], totals: [] };
  const eventLoop = { lagP50Ms: 0, lagP99Ms: 1, lagMaxMs: 2, blockedForMs: 0 };
  const actor = { actor: 'order-1', machineId: 'order', state: 'paid', inStateSinceMs: 3 };

  function send(server: InstanceType<typeof TrackedFleet>, page: PageFleet): void {
    const { joined, gone, changes } = server.takeChanges(100);
    for (const report of joined) page.report(report);
    for (const { workerId, consumers, actors, goneConsumers } of changes)
      page.change(workerId, { consumers, actors, gone: goneConsumers });
    for (const { workerId } of gone) page.workers.delete(workerId);
  }

  it('is the same on both sides after joins, changes, whole reports and leaves', () => {
    const [server, page] = [new TrackedFleet(), new PageFleet()];
    for (const id of ['one', 'two']) server.report(workerReport(id, 3));
    send(server, page);
    expect(membersOf(page)).to.deep.equal(membersOf(server));
    server.frame({
      ...frame,
      eventLoop,
      consumers: [consumerReport('payments/2', 'acking')],
      actors: [actor],
      gone: [],
    });
    server.frame({ ...frame, eventLoop, consumers: [consumerReport('payments/9')], gone: ['payments/1'] });
    send(server, page);
    expect(membersOf(page)).to.deep.equal(membersOf(server));
    expect(membersOf(page)[0]?.consumers.map(({ consumer }) => consumer)).to.include('payments/9');
    server.report(workerReport('one', 1));
    server.gone('two', 'left');
    send(server, page);
    expect(membersOf(page)).to.deep.equal(membersOf(server));
    expect(membersOf(page)).to.have.length(1);
    expect(membersOf(page)[0]).to.include({ workerId: 'one' });
    expect(membersOf(page)[0]?.consumers).to.have.length(1);
    expect(membersOf(page)[0]?.actors).to.deep.equal([]);
  });

  it('applies no change to a worker without a report', () => {
    const page = new PageFleet();
    expect(page.change('one', { consumers: [consumerReport('payments/1')], gone: [] })).to.equal(undefined);
    expect(page.workers.size).to.equal(0);
  });
});

describe('the events of processes that both sides keep', () => {
  const died = (workerId: string, atMs: number) =>
    ({ workerId, host: 'host', pid: 1, what: 'died', atMs, held: 0 }) as const;

  it('are added once, and come in the order of their times', () => {
    const events = new ProcessEvents();
    expect(events.add([died('b', 2_000), died('b', 2_500)])).to.deep.equal([died('b', 2_000)]);
    expect(events.add([died('a', 1_000), died('b', 2_000)])).to.deep.equal([died('a', 1_000)]);
    expect(events.recent(3_000)).to.deep.equal([died('a', 1_000), died('b', 2_000)]);
  });

  it('are at most a hundred, the latest', () => {
    const events = new ProcessEvents();
    events.add(Array.from({ length: 150 }, (_, at) => died(`worker-${at}`, at)));
    expect(events.recent(200).map(({ atMs }) => atMs)).to.deep.equal(Array.from({ length: 100 }, (_, at) => at + 50));
  });
});
