// What a supervisor's chart does: to its worker processes, and to its connection.
import { isOfDefaultEngine, type ConnectedBroker } from '@acktor/core/engine';
import type { GuardedLog } from '@acktor/core/internal';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { travellingOptionTable } from '@acktor/worker/internal';
import type { ChildPlan } from './child-protocol.js';
import type { CheckedSupervisorOptions } from './supervisor-options.js';
import type { SupervisorEvent } from './supervisor-protocol.js';
import { supervisorMachine } from './supervisor.machine.js';
import type { SupervisorMetrics, SupervisorSources } from './supervisor-metrics.js';
import { WorkerProcess } from './worker-process.js';

/** What a supervisor is made of. */
export interface SupervisorDeps {
  readonly options: CheckedSupervisorOptions;
  readonly connected: ConnectedBroker;
  readonly log: GuardedLog;
  /** By their numbers. */
  readonly processes: Map<number, WorkerProcess>;
  readonly metrics: SupervisorMetrics;
}

/** Returns the supervisor's chart with its effects. */
export function chartWithEffects(deps: SupervisorDeps): typeof supervisorMachine {
  const { processes, log } = deps;
  return supervisorMachine.provide({
    actions: {
      startWorkers: ({ self }, { numbers }) => {
        for (const number of numbers) startProcess(deps, number, (event) => self.send(event));
      },
      drainWorkers: (_, { numbers }) => numbers.forEach((number) => processes.get(number)?.drain()),
      killWorkers: () => processes.forEach((worker) => worker.kill()),
      reportNoSuccessor: () => log.error({}, NO_SUCCESSOR),
      closeAll: ({ self }) => void closeAll(deps).then(() => self.send({ type: 'closed' })),
    },
  });
}

/** Returns how many workers to run: by default as many as the cores, or a container's share of them, can run at a time. */
export function processesOf({ processes }: CheckedSupervisorOptions): number {
  return processes ?? availableParallelism();
}

function startProcess(deps: SupervisorDeps, number: number, send: (event: SupervisorEvent) => void): void {
  const { options, connected, log, processes } = deps;
  const { startMs, drainMs, deliveryLimit, poisonLimit } = options;
  const worker = new WorkerProcess({
    number,
    deliveryLimit,
    poisonLimit,
    log,
    broker: connected.broker,
    plan: planOf(options),
    times: { startMs, endMs: drainMs + END_MARGIN_MS, giveBackMs: GIVE_BACK_MS },
    report: (event) => {
      if (event.type === 'worker.ended') {
        processes.delete(number);
        deps.metrics.retire(worker.lastMetrics, event.end.exitCode === 0 ? 'told' : 'unasked');
      }
      send(event);
    },
  });
  processes.set(number, worker);
}

function planOf(checked: CheckedSupervisorOptions): ChildPlan {
  const names = Object.keys(travellingOptionTable) as (keyof typeof travellingOptionTable)[];
  const isPassedOn = (name: string) => checked.engine === undefined || !isOfDefaultEngine(name);
  const options = Object.fromEntries(names.filter(isPassedOn).map((name) => [name, checked[name]]));
  const metrics = checked.metrics || checked.metricsPort !== undefined;
  return {
    files: checked.files.map((file) => resolve(file)),
    middleware: checked.middleware.map((file) => resolve(file)),
    queues: checked.queues,
    engine: checked.engine?.module,
    options: { ...options, metrics },
  };
}

async function closeAll({ connected, log }: SupervisorDeps): Promise<void> {
  await connected.close().catch((error: unknown) => log.warn({ err: error }, 'the connection was not closed cleanly'));
}

/** A worker needs up to five seconds, after its drain time, to give back what is left to a server that does not answer. */
const END_MARGIN_MS = 10_000;
const GIVE_BACK_MS = 1_000;

const NO_SUCCESSOR =
  'the successor of a worker did not come up: the workers that run stay; mend what it says, and ask again';

/** Returns where the supervisor's metrics come from. */
export function metricsSources(
  processes: ReadonlyMap<number, WorkerProcess>,
  { broker }: ConnectedBroker,
  { backlogMs }: CheckedSupervisorOptions,
): SupervisorSources {
  const all = () => [...processes.values()];
  const admin = broker.admin();
  return {
    backlogMs,
    workers: () => Promise.all(all().map((worker) => worker.metrics(ANSWER_WITHIN_MS))),
    workerStates: () => all().map(({ status }) => status.state),
    depths: () =>
      Promise.all([...new Set(all().flatMap(({ status }) => status.queues))].map((queue) => admin.depth(queue))),
  };
}

/** A worker whose main thread is blocked answers nothing. */
export const ANSWER_WITHIN_MS = 1_000;
