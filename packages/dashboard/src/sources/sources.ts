// All that the dashboard reads and changes: a fleet and an operator on the same server. Tests have their own.
import { Operator } from '@acktor/core';
import {
  connectFleet,
  type ConnectedFleet,
  type Engine,
  type Fleet,
  type MachineDefinition,
} from '@acktor/core/engine';
import type { ChartView } from '../protocol/chart-view.js';
import { drawChart, drawnCharts } from './draw-chart.js';

export interface Sources {
  /** The server's address to show: without its password. */
  readonly server: string;
  readonly fleet: Fleet;
  readonly queues: QueueSource;
  /** Charts that are known before any worker has registered its machines. */
  readonly charts: readonly ChartView[];
  /** Lays a chart out. @throws TypeError for an invalid definition: it comes from other processes. */
  draw(machine: MachineDefinition): Promise<ChartView>;
  close(): Promise<void>;
}

/** The part of `Operator` that the dashboard uses. */
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

/** Where the queues are. */
export interface SourceOptions {
  readonly engine: Engine | undefined;
  readonly redis: string | undefined;
  readonly embedded: boolean | undefined;
  readonly namespace: string;
  readonly connectTimeoutMs: number;
}

/**
 * Connects to the server.
 *
 * @throws OptionsError, AddressError, BrokerUnreachableError, ServerTooOldError, ServerBinaryMissingError, ServerStartError; nothing is left open.
 */
export async function connectSources({
  engine,
  redis,
  embedded,
  namespace,
  connectTimeoutMs,
}: SourceOptions): Promise<Sources> {
  const options = { engine, redis, embedded, namespace, connectTimeoutMs };
  // At the same time, so that each has the whole timeout.
  const [queues, fleet] = await Promise.allSettled([Operator.connect(options), connectFleet(options)]);
  if (queues.status === 'rejected' || fleet.status === 'rejected') {
    for (const opened of [queues, fleet]) if (opened.status === 'fulfilled') await opened.value.close();
    throw queues.status === 'rejected' ? queues.reason : (fleet as PromiseRejectedResult).reason;
  }
  return sourcesOf(queues.value, fleet.value);
}

function sourcesOf(queues: Operator, fleet: ConnectedFleet): Sources {
  const close = async () => {
    await fleet.close();
    await queues.close();
  };
  return { server: queues.address, fleet, queues, charts: drawnCharts, draw: drawChart, close };
}
