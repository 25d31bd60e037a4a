// Where a supervisor's metrics come from: its worker processes, and the queues that these consume.
import type { ConnectedBroker } from '@acktor/core/engine';
import type { SupervisorSources } from '../metrics/supervisor-metrics.js';
import type { CheckedSupervisorOptions } from './supervisor-options.js';
import type { WorkerProcess } from './worker-process.js';

export function metricsSources(
  processes: ReadonlyMap<number, WorkerProcess>,
  { broker }: ConnectedBroker,
  { backlogMs }: CheckedSupervisorOptions,
): SupervisorSources {
  const all = () => [...processes.values()];
  const desk = broker.desk();
  return {
    backlogMs,
    workers: () => Promise.all(all().map((worker) => worker.metrics(ANSWER_WITHIN_MS))),
    workerStates: () => all().map(({ standing }) => standing.state),
    depths: () =>
      Promise.all([...new Set(all().flatMap(({ standing }) => standing.queues))].map((queue) => desk.depth(queue))),
  };
}

/** A worker whose main thread is blocked answers nothing. */
export const ANSWER_WITHIN_MS = 1_000;
