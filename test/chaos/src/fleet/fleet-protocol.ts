// The messages between a trial and its worker processes.
import type { WorkerOptions } from '@acktor/worker';
import type { FailingAction } from './failing-actions.js';
import type { Defence } from '../defences/defence.js';

/** What a worker process is started with. All of it travels as JSON. */
export interface WorkerOrder {
  /** Names its ledger; never used twice in a trial. */
  readonly name: string;
  readonly redis: string;
  /** Where its ledger goes. */
  readonly folder: string;
  readonly options: Omit<WorkerOptions, 'handlers' | 'redis' | 'container' | 'logger'>;
  /** What is switched off in it, for a negative control. */
  readonly without: readonly Defence[];
  /** Whether the order `fail` makes it fail. */
  readonly canFail: boolean;
  /** How much of each job it keeps for ever, for a control that must find it. */
  readonly leakBytes: number;
}

/** An order to a worker process. `release`: handlers that hold may return; `close`: the worker drains and stops; `fail`: the next
 * consumer that takes this action of its chart throws; `memory`: it collects its garbage and says what is left. */
export type FleetOrder = 'release' | 'close' | 'memory' | `fail ${FailingAction}`;

/** What a worker process says. */
export type FleetReport =
  | { readonly type: 'ready'; readonly workerId: string }
  | { readonly type: 'failed'; readonly message: string }
  /** It got the order `fail`, and will fail. */
  | { readonly type: 'armed' }
  | MemoryReport
  | DeliveryReport
  | LogReport;

/** What is left after a collection of garbage. `heapBytes`: all that the main thread's objects take, wherever it lies. */
export interface MemoryReport {
  readonly type: 'memory';
  readonly heapBytes: number;
  readonly residentBytes: number;
  readonly atMs: number;
}

/** A handler has started, or its signal aborted. */
export interface DeliveryReport {
  readonly type: 'started' | 'aborted';
  readonly job: string;
  readonly order: number;
  readonly fence: number;
  readonly atMs: number;
}

/** The worker wrote this to its log. */
export interface LogReport {
  readonly type: 'log';
  readonly level: 'warn' | 'error';
  readonly message: string;
  readonly fields: string;
  readonly atMs: number;
}
