// The messages between a supervisor and its child processes, as JSON.
import type { EngineModule, Trials } from '@acktor/core/engine';
import type { ConsumerState, MetricsData, WorkerOptions } from '@acktor/worker';

/** What a child is to run. Travels by message and not by argument, because the server's URL may hold a password. */
export interface ChildPlan {
  /** The handler files, by their absolute paths. */
  readonly files: readonly string[];
  /** The middleware files, by their absolute paths. */
  readonly middleware: readonly string[];
  /** Which of the handlers' queues to consume; undefined for all. */
  readonly queues: readonly string[] | undefined;
  /** Makes the engine; undefined for the Redis that the options name. */
  readonly engine: EngineModule | undefined;
  readonly options: Omit<WorkerOptions, 'engine' | 'handlers' | 'use' | 'container' | 'logger' | 'handleSignals'>;
}

/** What a supervisor sends to a child. */
export type ChildOrder =
  { readonly type: 'start'; readonly plan: ChildPlan } | { readonly type: 'drain' } | ChildQuestion;

/** A question to a child; its answer has the same type and number. */
export interface ChildQuestion {
  readonly type: 'states' | 'metrics';
  readonly question: number;
}

/** What a child sends to its supervisor. */
export type ChildReport =
  | { readonly type: 'running'; readonly workerId: string; readonly queues: readonly string[] }
  | ({ readonly type: 'failed' } & StartFailure)
  /** Which suspects are about to run: its last report when one of them ends the process. */
  | { readonly type: 'trials'; readonly trials: Trials }
  | ChildAnswer
  /** Its last report: its work is done. */
  | { readonly type: 'ended'; readonly metrics: MetricsData };

export type ChildAnswer =
  | { readonly type: 'states'; readonly question: number; readonly states: readonly ConsumerState[] }
  | { readonly type: 'metrics'; readonly question: number; readonly metrics: MetricsData };

/** The descriptor under which a child has its supervisor's own standard error; its own is a pipe to the supervisor. */
export const SUPERVISORS_ERROR_OUTPUT = 5;

/** How a process ended: by itself, by a signal, or because the system did not start it. */
export interface ChildExit {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly error: string | undefined;
  /** The last lines that it wrote on standard error; '' for none. */
  readonly lastLines: string;
}

/** Why a worker did not come up. */
export interface StartFailure {
  /** The code of an error that Acktor threw on purpose. */
  readonly code: string | undefined;
  readonly message: string;
}
