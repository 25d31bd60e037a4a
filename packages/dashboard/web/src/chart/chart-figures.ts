// The figures on a chart: how many consumers are in each state, how long they stay, and how often each arrow is taken.
import type { ActorReport } from '@acktor/core/engine';
import type { ChartView } from '#protocol/chart-view.js';
import type { FlowRate } from '#protocol/live.js';
import type { LiveFleet } from '../live/live-fleet.js';
import type { LiveConsumer } from '../live/live-worker.js';
import { isOn, isSelected, isWithin, type Selection } from '../route/selection.js';

export interface ChartFigures {
  readonly states: ReadonlyMap<string, StateFigures>;
  /** By {@link arrowKey}. */
  readonly arrows: ReadonlyMap<string, ArrowFigures>;
  /** How many are in any state: each once, also one that is in a parallel state. */
  readonly total: number;
  /** Consumers of processes that have just died, by the outermost state in which each was. */
  readonly lost: ReadonlyMap<string, Lost>;
}

export interface Lost {
  readonly count: number;
  /** When the last of them died. */
  readonly atMs: number;
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
  const isConsumer = view.machineId === 'consumer';
  const consumers = isConsumer ? [...fleet.consumers()].filter((consumer) => isSelected(consumer, selection)) : [];
  const present = isConsumer
    ? consumers.filter(({ worker }) => worker.ended === undefined).map(({ state }) => [state])
    : actorsOn(view.machineId, fleet, selection).map(({ state }) => regionsOf(state));
  const flows = fleet.flows.filter(
    ({ machineId, queue }) =>
      machineId === view.machineId && (!isConsumer || selection.queue === undefined || selection.queue === queue),
  );
  return {
    states: new Map(view.states.map(({ state }) => [state, stateFigures(state, present, flows)])),
    arrows: arrowFigures(view, flows),
    total: present.length,
    lost: lostAmong(consumers),
  };
}

/** The actors on a chart; filters by queue and job are about consumers. */
export function actorsOn(machineId: string, fleet: LiveFleet, selection: Selection): readonly ActorReport[] {
  const workers = [...fleet.workers.values()].filter((worker) => worker.ended === undefined && isOn(worker, selection));
  return workers.flatMap((worker) => [...worker.actors.values()]).filter((actor) => actor.machineId === machineId);
}

/** An actor in a parallel state is in a state of each of its regions. */
export function regionsOf(state: string): readonly string[] {
  return state.split('|');
}

function lostAmong(consumers: readonly LiveConsumer[]): ReadonlyMap<string, Lost> {
  const lost = new Map<string, Lost>();
  for (const { worker, report } of consumers) {
    if (worker.ended?.how !== 'died') continue;
    const [outermost = ''] = report.state.split('.', 1);
    const { count = 0, atMs = 0 } = lost.get(outermost) ?? {};
    lost.set(outermost, { count: count + 1, atMs: Math.max(atMs, worker.ended.atMs) });
  }
  return lost;
}

type Regions = readonly string[];

function stateFigures(state: string, present: readonly Regions[], flows: readonly FlowRate[]): StateFigures {
  const isIn = (regions: Regions) => regions.some((one) => isWithin(one, state));
  const leaving = flows.filter(({ from, to }) => isIn(regionsOf(from)) && !isIn(regionsOf(to)));
  return { count: present.filter(isIn).length, dwellMs: usualDwellMs(leaving) };
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
  for (const { from, to, perSecond, lastAtMs } of flows)
    for (const key of arrowsFor(sums, [from, to], shown)) {
      const sum = sums.get(key) ?? { perSecond: 0, lastAtMs: 0 };
      sums.set(key, { perSecond: sum.perSecond + perSecond, lastAtMs: Math.max(sum.lastAtMs, lastAtMs) });
    }
  return sums;
}

/** The arrows that a transition takes: one, or one in each region of a parallel state that it changes. */
function arrowsFor(
  known: ReadonlyMap<string, unknown>,
  [from, to]: readonly [string, string],
  shown: ReadonlySet<string>,
) {
  const [before, after] = [regionsOf(from), regionsOf(to)];
  const [left, entered] = [before.filter((one) => !after.includes(one)), after.filter((one) => !before.includes(one))];
  const keys = left.flatMap((one) =>
    entered.flatMap((other) => arrowFor(known, ancestors(one, shown), ancestors(other, shown)) ?? []),
  );
  return new Set(keys);
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
