// The messages that an engine carries between worker processes and their watchers.
import { writeFrame, writeMachine, writeReport, type FleetWatcher, type Liveness } from '@acktor/core/engine';
import { expect } from 'chai';
import type { QueueTrial } from './queue-trial.js';
import type { Suite } from './suite.js';

export function fleetConforms({ describe, it, trial }: Suite): void {
  describe('when the fleet is watched', () => {
    it('asks every worker for a report', async () => {
      await reporting(trial(), 'one');
      await reporting(trial(), 'two');
      const fleet = await trial().fleet();
      const reports = await fleet.workers({ withinMs: 2_000 });
      expect(reports.map(({ workerId }) => workerId)).to.have.members(['one', 'two']);
      expect(reports[0]).to.include({ host: 'here', pid: 1, state: 'running' });
    });

    it('finds no worker where none is', async () => {
      expect(await (await trial().fleet()).workers()).to.deep.equal([]);
    });

    it('asks for a chart by its id', async () => {
      await reporting(trial(), 'one');
      const fleet = await trial().fleet();
      expect(await fleet.machine('lamp')).to.deep.equal({ id: 'lamp', definition: { initial: 'off' } });
      expect(await fleet.machine('unknown')).to.equal(undefined);
    });

    it('shows a watcher a worker that is there, its frames in order, and its leave', async () => {
      const worker = await reporting(trial(), 'one');
      const watch = watching();
      const end = new AbortController();
      const watched = (await trial().fleet()).watch(watch.watcher, end.signal);
      await watch.heard('report one');
      for (const sequence of [1, 2]) await worker.fleetPublisher.publish(frameText(sequence));
      await watch.heard('frame 2');
      await worker.fleetPublisher.leave();
      await watch.heard('left one');
      expect(watch.all).to.deep.equal(['report one', 'frame 1', 'frame 2', 'left one']);
      end.abort();
      await watched;
    });

    it('shows a worker that joins later', async () => {
      const watch = watching();
      const end = new AbortController();
      const watched = (await trial().fleet()).watch(watch.watcher, end.signal);
      await reporting(trial(), 'one');
      await watch.heard('report one');
      end.abort();
      await watched;
    });

    it('says of a worker that is gone without taking its leave that it died', async () => {
      const worker = await reporting(trial(), 'one');
      const watch = watching();
      const end = new AbortController();
      const watched = (await trial().fleet()).watch(watch.watcher, end.signal);
      await watch.heard('report one');
      await worker.close();
      await watch.heard('died one');
      end.abort();
      await watched;
    });
  });
}

/** A worker that answers requests. */
async function reporting(trial: QueueTrial, workerId: string): Promise<Liveness> {
  const liveness = await trial.liveness(workerId);
  await liveness.fleetPublisher.listen((ask) => {
    if (ask.type === 'report') liveness.fleetPublisher.answer(ask.to, writeReport(reportOf(workerId, ask.ask)));
    if (ask.type === 'machine') {
      const definition = ask.machineId === 'lamp' ? '{"initial":"off"}' : undefined;
      liveness.fleetPublisher.answer(ask.to, writeMachine(ask.ask, ask.machineId, definition));
    }
  });
  return liveness;
}

function reportOf(workerId: string, ask: string) {
  const report = {
    workerId,
    host: 'here',
    pid: 1,
    version: '0.1.0',
    startedAtMs: 1_000,
    atMs: 2_000,
    state: 'running',
    consumers: [],
    totals: [],
    residentBytes: 1,
    machineIds: ['lamp'],
  };
  return { ask, sequence: 0, eventLoop: CALM, report: JSON.stringify(report) };
}

function frameText(sequence: number): string {
  const changes = JSON.stringify({ consumers: [], gone: [], steps: [], totals: [] });
  return writeFrame({ workerId: 'one', sequence, atMs: 3_000, eventLoop: CALM, changes });
}

const CALM = { lagP50Ms: 0, lagP99Ms: 0, lagMaxMs: 0, blockedForMs: 0 };

/** Writes down what a watcher is called with, and waits for it. */
function watching() {
  const all: string[] = [];
  const waiting = new Set<() => void>();
  const say = (what: string) => {
    all.push(what);
    for (const look of waiting) look();
  };
  const watcher: FleetWatcher = {
    onReport: ({ workerId }) => all.includes(`report ${workerId}`) || say(`report ${workerId}`),
    onFrame: ({ sequence }) => say(`frame ${sequence}`),
    onGone: (workerId, how) => say(`${how} ${workerId}`),
    onConnection: () => undefined,
  };
  const heard = (what: string) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (all.includes(what) && waiting.delete(look)) resolve();
      };
      waiting.add(look);
      look();
    });
  return { all, watcher, heard };
}
