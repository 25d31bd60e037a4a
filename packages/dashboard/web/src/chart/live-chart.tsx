// A chart with all consumers, or actors, on it.
import { useState } from 'react';
import type { ArrowPath, ChartView, StateBox } from '#protocol/chart-view.js';
import { rate } from '../figures/format.js';
import { liveStore, useFleet } from '../live/store.js';
import type { Selection } from '../route/selection.js';
import { ArrowDrawing, ChartFrame } from './chart-drawing.js';
import { arrowKey, chartFigures, type ChartFigures } from './chart-figures.js';
import { drawnBoxes, isOuter, withWorthSeeing } from './chart-views.js';
import { HeatLegend, LiveState, LostGhost, type LiveStateProps } from './live-state.js';

interface LiveChartProps {
  readonly chart: ChartView;
  /** Whether inner states are shown. */
  readonly isOpen: boolean;
  readonly selection: Selection;
  /** Called with the state that is chosen, or undefined when it is no longer chosen. */
  readonly onChoose: (state: string | undefined) => void;
}

const quietAfterMs = 60_000;

export function LiveChart({ chart, isOpen, selection, onChoose }: LiveChartProps) {
  const fleet = useFleet();
  const [pointed, setPointed] = useState<string>();
  const onPoint = (state: string, isHere: boolean) => setPointed((now) => pointedAfter(now, state, isHere));
  const inside = chartFigures(chart, fleet, selection);
  const wide = isOpen ? chart : (chart.wide ?? chart);
  const tall = isOpen ? (chart.tallOpen ?? chart.tall) : chart.tall;
  return (
    <>
      <ChartFrame wide={wide} tall={tall} label={`Chart of ${chart.machineId}`}>
        {(view, marker) => (
          <Drawing
            {...{ view, marker, inside, chart, selection, onChoose, onPoint }}
            isWhole={isOpen || view === chart}
          />
        )}
      </ChartFrame>
      <HeatLegend />
      <ChartCaption box={chart.states.find(({ state }) => state === pointed)} />
    </>
  );
}

interface DrawingProps extends Omit<LiveStateProps, 'box' | 'figures'> {
  readonly view: ChartView;
  readonly marker: (state: string) => string;
  /** Whether all inner states are drawn that the view has. */
  readonly isWhole: boolean;
}

function Drawing({ view: whole, marker, isWhole, ...shared }: DrawingProps) {
  const fleet = useFleet();
  const figures = chartFigures(whole, fleet, shared.selection);
  const view = isWhole ? whole : withWorthSeeing(whole, (state) => isWorthSeeing(state, figures, fleet.nowMs()));
  const boxes = drawnBoxes(view, whole);
  return (
    <>
      <LiveStates boxes={boxes.filter(isOuter)} shared={{ ...shared, figures }} />
      {view.arrows.map((arrow) => (
        <LiveArrow key={arrowKey(arrow.from, arrow.to)} {...{ arrow, figures }} marker={marker(arrow.to)} />
      ))}
      <LiveStates boxes={boxes.filter((box) => !isOuter(box))} shared={{ ...shared, figures }} />
      {boxes.map((box) => {
        const lost = box.parent === undefined ? figures.lost.get(box.state) : undefined;
        return lost && <LostGhost key={box.state} {...{ box, lost, ...shared }} nowMs={fleet.nowMs()} />;
      })}
    </>
  );
}

/** Whether anything is in a state, or was within the last minute. */
function isWorthSeeing(state: string, { states, arrows }: ChartFigures, nowMs: number): boolean {
  if ((states.get(state)?.count ?? 0) > 0) return true;
  return [...arrows].some(([key, { lastAtMs }]) => key.endsWith(` ${state}`) && nowMs - lastAtMs < quietAfterMs);
}

/** The pointer may enter a state before it has left the last. */
function pointedAfter(now: string | undefined, state: string, isHere: boolean): string | undefined {
  if (isHere) return state;
  return now === state ? undefined : now;
}

interface LiveStatesProps {
  readonly boxes: readonly StateBox[];
  readonly shared: Omit<LiveStateProps, 'box'>;
}

function LiveStates({ boxes, shared }: LiveStatesProps) {
  return boxes.map((box) => <LiveState key={box.state} box={box} {...shared} />);
}

interface LiveArrowProps {
  readonly arrow: ArrowPath;
  readonly figures: ChartFigures;
  readonly marker: string;
}

function LiveArrow({ arrow, figures, marker }: LiveArrowProps) {
  const { perSecond = 0, lastAtMs = 0 } = figures.arrows.get(arrowKey(arrow.from, arrow.to)) ?? {};
  const isQuiet = liveStore.fleet.nowMs() - lastAtMs > quietAfterMs;
  return (
    <ArrowDrawing
      arrow={arrow}
      marker={marker}
      perSecond={perSecond}
      figure={perSecond > 0 ? `${rate(perSecond)}/s` : undefined}
      look={isQuiet ? 'quiet' : 'plain'}
    />
  );
}

/** Below the chart: what the state means that the pointer or the keyboard is on. */
function ChartCaption({ box }: { readonly box: StateBox | undefined }) {
  return (
    // Screen readers have it from the state itself.
    <p className="chart-caption" aria-hidden>
      {box === undefined ? (
        'Point at a state to read what it means; choose it to see only what is in it.'
      ) : (
        <>
          <b>{box.state}</b> {box.description ?? 'Its author says nothing of it.'}
        </>
      )}
    </p>
  );
}
