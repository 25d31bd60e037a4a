// All that the dashboard reads and changes: a fleet and an operator on the same server. Tests have their own.
import { Operator, type RedisSource } from '@acktor/core';
import {
  connectFleet,
  type ConnectedFleet,
  type Engine,
  type Fleet,
  type MachineDefinition,
} from '@acktor/core/engine';
import type { ChartView } from './protocol/chart-view.js';
import { createHash } from 'node:crypto';
import ownCharts from './own-charts.json' with { type: 'json' };
import { layoutChart, readChart, type Chart, type LayoutOptions } from '@acktor/chart';

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
  readonly redis: RedisSource | undefined;
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

/** A drawn chart, with a hash of the chart it was drawn from. */
export interface DrawnChart {
  readonly mark: string;
  readonly view: ChartView;
}

// JSON leaves out what is undefined, such as the parent of an outermost state.
const drawn = ownCharts as unknown as readonly DrawnChart[];

/** Charts of this version of Acktor; machines that a worker registers replace them. */
export const drawnCharts: readonly ChartView[] = drawn.map(({ view }) => view);

/** The chart of a machine. @throws TypeError for an invalid definition: it comes from other processes. */
export async function drawChart({ id, definition }: MachineDefinition): Promise<ChartView> {
  const chart = readChart(definition);
  if (chart === undefined) throw new TypeError(`expected the chart of machine ${id}, got what is none`);
  const known = drawn.find(({ mark }) => mark === markOf(chart));
  return known?.view ?? (await layOut(id, chart));
}

/** What `npm run chart` writes for each machine of Acktor's own. */
export async function drawnFrom(definition: object): Promise<DrawnChart> {
  const chart = readChart(definition);
  if (chart === undefined) throw new TypeError('expected the chart of a machine, got what is none');
  return { mark: markOf(chart), view: await layOut(chart.id, chart) };
}

function markOf(chart: Chart): string {
  return createHash('sha256').update(JSON.stringify(chart)).digest('hex');
}

async function layOut(machineId: string, chart: Chart): Promise<ChartView> {
  const options = { labels: 'figures', inside: 'apart', ...(machineId === 'consumer' ? CONSUMER : {}) } as const;
  const lay = async (more: LayoutOptions) => ({ machineId, ...(await layoutChart(chart, { ...options, ...more })) });
  const view = await lay({});
  const tall = await lay({ open: [], flow: 'down' });
  if (!view.states.some(({ parent }) => parent !== undefined)) return { ...view, tall };
  const wide = machineId === 'consumer' ? { wide: await lay({ open: ['processing'] }) } : {};
  return { ...view, ...wide, folded: await lay({ open: [] }), tall, tallOpen: await lay({ flow: 'down' }) };
}

/** No consumer stays in `stopped`; and to reject what could not be acked is no later step of a job's life. */
const CONSUMER: LayoutOptions = { without: ['stopped'], beside: [['acking', 'rejecting']] };
