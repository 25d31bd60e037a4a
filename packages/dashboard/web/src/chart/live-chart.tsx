// A chart with all consumers, or actors, on it.
import { useState } from 'react';
import type { ArrowPath, ChartView, StateBox } from '#protocol/chart-view.js';
import { rate } from '../figures/format.js';
import { liveStore, useFleet } from '../live/store.js';
import type { Selection } from '../route/selection.js';
import { useIsNarrow } from '../theme/preferences.js';
import { ArrowDrawing, ChartFrame } from './chart-drawing.js';
import { arrowKey, chartFigures, type ChartFigures } from './chart-figures.js';
import { drawnBoxes, isOuter, withoutEnds } from './chart-views.js';
import { LiveState, LostBox, lostBox, lostBoxHeight, type LiveStateProps } from './live-state.js';

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
  const view = useView(chart, isOpen);
  const [pointed, setPointed] = useState<string>();
  const onPoint = (state: string, isHere: boolean) => setPointed((now) => pointedAfter(now, state, isHere));
  const figures = chartFigures(view, fleet, selection);
  const inside = chartFigures(chart, fleet, selection);
  const boxes = drawnBoxes(view);
  const lost = chart.machineId === 'consumer' ? lostBox(view) : undefined;
  const shared = { figures, inside, chart, selection, onChoose, onPoint };
  const height = view.height + (lost === undefined ? 0 : lostBoxHeight);
  return (
    <>
      <ChartFrame width={view.width} height={height} label={`Chart of ${chart.machineId}`}>
        {(marker) => (
          <>
            <LiveStates boxes={boxes.filter(isOuter)} shared={shared} />
            {view.arrows.map((arrow) => (
              <LiveArrow key={arrowKey(arrow.from, arrow.to)} {...{ arrow, figures, marker }} />
            ))}
            <LiveStates boxes={boxes.filter((box) => !isOuter(box))} shared={shared} />
            {lost === undefined ? null : <LostBox box={lost} count={figures.lost} {...shared} />}
          </>
        )}
      </ChartFrame>
      <ChartCaption box={[...boxes, ...(lost ? [lost] : [])].find(({ state }) => state === pointed)} />
    </>
  );
}

function useView(chart: ChartView, isOpen: boolean): ChartView {
  const isNarrow = useIsNarrow();
  const closed = (isNarrow ? chart.tall : chart.folded) ?? chart.folded ?? chart;
  return withoutEnds(isOpen ? chart : closed);
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
        'Point at a state to read what it means; choose it to see only the consumers in it.'
      ) : (
        <>
          <b>{box.state}</b> {box.description ?? 'Its author says nothing of it.'}
        </>
      )}
    </p>
  );
}
