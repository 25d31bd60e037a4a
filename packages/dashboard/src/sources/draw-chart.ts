// Charts of machines, laid out. Those of Acktor's own machines are drawn at build time: a layout takes a second on a busy machine.
import { createHash } from 'node:crypto';
import { layoutChart, readChart, type Chart } from '@acktor/chart';
import type { MachineDefinition } from '@acktor/core/engine';
import type { ChartView } from '../protocol/chart-view.js';
import ownCharts from './own-charts.json' with { type: 'json' };

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
  const view = { machineId, ...(await layoutChart(chart, { labels: 'figures' })) };
  const tall = { machineId, ...(await layoutChart(chart, { labels: 'figures', open: [], flow: 'down' })) };
  if (!view.states.some(({ parent }) => parent !== undefined)) return { ...view, tall };
  const folded = { machineId, ...(await layoutChart(chart, { labels: 'figures', open: [] })) };
  return { ...view, folded, tall };
}
