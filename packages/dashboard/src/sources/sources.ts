// What the dashboard asks of the system, and of nothing else. Reached by `connect-sources.ts`, invented by tests.
import type { Operator } from '@acktor/core';
import type { Fleet, MachineDefinition } from '@acktor/core/engine';
import type { ChartView } from '../protocol/chart-view.js';

export interface Sources {
  /** The server for people: without its password. */
  readonly server: string;
  readonly fleet: Fleet;
  readonly queues: QueueSource;
  /** Charts that are known before any worker has said its own. */
  readonly charts: readonly ChartView[];
  /** Lays a chart out. @throws when the definition, which comes from other processes, is none. */
  draw(machine: MachineDefinition): Promise<ChartView>;
  close(): Promise<void>;
}

/** The part of an operator that people are shown or may use. */
export type QueueSource = Pick<
  Operator,
  | 'queues'
  | 'queueNames'
  | 'deaths'
  | 'jobs'
  | 'job'
  | 'find'
  | 'pause'
  | 'resume'
  | 'runNow'
  | 'cancel'
  | 'deadLetters'
>;
