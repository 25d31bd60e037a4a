// A fleet that publishes what a test gives it.
import type { Fleet, FleetWatcher, MachineDefinition, WorkerFrame, WorkerReport } from '@acktor/core/engine';
import { Heard } from '../signals/heard.js';

export class ScriptedFleet implements Fleet {
  /** The workers that there are. */
  reports: readonly WorkerReport[] = [];
  readonly machines = new Map<string, MachineDefinition>();
  /** The watches that were begun. */
  readonly begun = new Heard<FleetWatcher>();
  readonly #watchers = new Set<FleetWatcher>();

  get watchers(): number {
    return this.#watchers.size;
  }

  workers(): Promise<readonly WorkerReport[]> {
    return Promise.resolve(this.reports);
  }

  machine(machineId: string): Promise<MachineDefinition | undefined> {
    return Promise.resolve(this.machines.get(machineId));
  }

  watch(watcher: FleetWatcher, signal: AbortSignal): Promise<void> {
    this.#watchers.add(watcher);
    for (const report of this.reports) watcher.onReport(report);
    this.begun.push(watcher);
    return new Promise((resolve) => {
      const end = () => {
        this.#watchers.delete(watcher);
        resolve();
      };
      signal.addEventListener('abort', end, { once: true });
    });
  }

  publish(frame: Partial<WorkerFrame> & { readonly workerId: string }): void {
    for (const watcher of this.#watchers) watcher.onFrame({ ...emptyFrame(), ...frame });
  }

  lose(workerId: string): void {
    for (const watcher of this.#watchers) watcher.onGone(workerId, 'died');
  }

  connection(state: 'away' | 'back'): void {
    for (const watcher of this.#watchers) {
      watcher.onConnection(state);
      if (state === 'back') for (const report of this.reports) watcher.onReport(report);
    }
  }
}

/** A worker of so many idle consumers. */
export function workerReport(workerId: string, consumers = 2): WorkerReport {
  return {
    workerId,
    host: 'host-1',
    pid: 4711,
    version: '0.1.0',
    startedAtMs: 1_000,
    atMs: 2_000,
    state: 'running',
    consumers: Array.from({ length: consumers }, (_, at) => consumerReport(`payments/${at + 1}`)),
    totals: [],
    eventLoop: quietLoop,
    residentBytes: 90_000_000,
    machineIds: [],
  };
}

export function consumerReport(consumer: string, state = 'idle'): WorkerReport['consumers'][number] {
  return { consumer, queue: 'payments', state, inStateSinceMs: 1_500, held: undefined };
}

const quietLoop = { lagP50Ms: 0, lagP99Ms: 1, lagMaxMs: 2, blockedForMs: 0 };

function emptyFrame(): WorkerFrame {
  return {
    workerId: '',
    sequence: 1,
    atMs: 2_000,
    consumers: [],
    gone: [],
    steps: [],
    totals: [],
    eventLoop: quietLoop,
  };
}
