// The figures on a chart: how many consumers are in each state, how long they stay, and how often each arrow is taken.
import type { ChartView } from '#protocol/chart-view.js';
import type { FlowRate } from '#protocol/live.js';
import type { LiveFleet } from '../live/live-fleet.js';
import { isOn, isSelected, isWithin, type Selection } from '../route/selection.js';

export interface ChartFigures {
  readonly states: ReadonlyMap<string, StateFigures>;
  /** By {@link arrowKey}. */
  readonly arrows: ReadonlyMap<string, ArrowFigures>;
  /** How many are in any state. */
  readonly total: number;
  /** How many consumers belong to processes that have just died. */
  readonly lost: number;
}

export interface StateFigures {
  readonly count: number;
  /** The usual time in the state; undefined while no consumer leaves it. */
  readonly dwellMs: number | undefined;
}

export interface ArrowFigures {
  readonly perSecond: number;
  readonly lastAtMs: number;
}

export const arrowKey = (from: string, to: string) => `${from} ${to}`;

export function chartFigures(view: ChartView, fleet: LiveFleet, selection: Selection): ChartFigures {
  const present = statesOf(view.machineId, fleet, selection);
  const flows = fleet.flows.filter(
    ({ machineId, queue }) =>
      machineId === view.machineId && (selection.queue === undefined || selection.queue === queue),
  );
  const alive = present.filter((state) => state !== 'lost');
  return {
    states: new Map(view.states.map(({ state }) => [state, stateFigures(state, alive, flows)])),
    arrows: arrowFigures(view, flows),
    total: alive.length,
    lost: present.length - alive.length,
  };
}

/** An actor in a parallel state is in a state of each of its regions. */
function statesOf(machineId: string, fleet: LiveFleet, selection: Selection): readonly string[] {
  if (machineId === 'consumer')
    return [...fleet.consumers()].filter((consumer) => isSelected(consumer, selection)).map(({ state }) => state);
  const workers = [...fleet.workers.values()].filter((worker) => worker.ended === undefined && isOn(worker, selection));
  const actors = workers.flatMap((worker) => [...worker.actors.values()]);
  return actors.filter((actor) => actor.machineId === machineId).flatMap(({ state }) => state.split('|'));
}

function stateFigures(state: string, present: readonly string[], flows: readonly FlowRate[]): StateFigures {
  const leaving = flows.filter(({ from, to }) => isWithin(from, state) && !isWithin(to, state));
  return { count: present.filter((one) => isWithin(one, state)).length, dwellMs: usualDwellMs(leaving) };
}

/** Medians cannot be combined: their mean, weighted by the rates, is near enough. */
function usualDwellMs(leaving: readonly FlowRate[]): number | undefined {
  const rate = leaving.reduce((sum, { perSecond }) => sum + perSecond, 0);
  if (rate === 0) return undefined;
  return leaving.reduce((sum, { perSecond, dwellP50Ms }) => sum + perSecond * dwellP50Ms, 0) / rate;
}

function arrowFigures(view: ChartView, flows: readonly FlowRate[]): ReadonlyMap<string, ArrowFigures> {
  const shown = new Set(view.states.map(({ state }) => state));
  const sums = new Map<string, ArrowFigures>();
  for (const arrow of view.arrows) sums.set(arrowKey(arrow.from, arrow.to), { perSecond: 0, lastAtMs: 0 });
  for (const { from, to, perSecond, lastAtMs } of flows) {
    const key = arrowFor(sums, ancestors(from, shown), ancestors(to, shown));
    const sum = key === undefined ? undefined : sums.get(key);
    if (key === undefined || sum === undefined) continue;
    sums.set(key, { perSecond: sum.perSecond + perSecond, lastAtMs: Math.max(sum.lastAtMs, lastAtMs) });
  }
  return sums;
}

/** A transition between two inner states may be drawn as an arrow between the states around them. */
function arrowFor(known: ReadonlyMap<string, unknown>, froms: readonly string[], tos: readonly string[]) {
  for (const from of froms)
    for (const to of tos) if (from !== to && known.has(arrowKey(from, to))) return arrowKey(from, to);
  return undefined;
}

/** The state and those around it, the innermost first, as far as they are drawn. */
export function ancestors(state: string, shown: ReadonlySet<string>): readonly string[] {
  const parts = state.split('.');
  return parts.map((_, index) => parts.slice(0, parts.length - index).join('.')).filter((name) => shown.has(name));
}
