// A chart with all consumers, or actors, on it.
import { useState } from 'react';
import type { ArrowPath, ChartView, StateBox } from '#protocol/chart-view.js';
import { duration, rate } from '../figures/format.js';
import { liveStore, useFleet } from '../live/store.js';
import { Link } from '../route/route.js';
import { isSelected, isWithin, type Selection } from '../route/selection.js';
import { ArrowDrawing, ChartFrame } from './chart-drawing.js';
import { actorsOn, arrowKey, chartFigures, regionsOf, type ChartFigures } from './chart-figures.js';
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
  const onPoint = (state: string, isHere: boolean) => {
    // It stays when the pointer leaves, so that its links can be reached.
    if (isHere) setPointed(state);
  };
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
      <ChartCaption
        box={chart.states.find(({ state }) => state === pointed)}
        {...{ selection }}
        machineId={chart.machineId}
      />
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

interface ChartCaptionProps {
  readonly box: StateBox | undefined;
  readonly machineId: string;
  readonly selection: Selection;
}

/** Below the chart: what the state means that the pointer or the keyboard was last on, and who has been in it longest. */
function ChartCaption({ box, machineId, selection }: ChartCaptionProps) {
  if (box === undefined)
    return (
      <p className="chart-caption">
        Point at a state to read what it means, and who is in it; choose it to see only what is in it.
      </p>
    );
  return (
    <div className="chart-caption">
      {/* Screen readers have it from the state itself. */}
      <p aria-hidden className="clamp" title={box.description}>
        <b>{box.state}</b> {box.description ?? 'Its author says nothing of it.'}
      </p>
      <Longest state={box.state} machineId={machineId} selection={selection} />
    </div>
  );
}

const mostLongest = 5;

/** The consumers that have been longest in a state, each a link; or the actors. */
function Longest({ state, machineId, selection }: Omit<ChartCaptionProps, 'box'> & { readonly state: string }) {
  const fleet = useFleet();
  const lasted = (sinceMs: number) => duration(Math.max(0, fleet.nowMs() - sinceMs));
  const actors = actorsOn(machineId, fleet, selection)
    .filter((actor) => regionsOf(actor.state).some((region) => isWithin(region, state)))
    .toSorted((one, other) => one.inStateSinceMs - other.inStateSinceMs);
  const consumers = [...(machineId === 'consumer' ? fleet.consumers() : [])]
    .filter((consumer) => isSelected(consumer, selection) && isWithin(consumer.state, state))
    .toSorted((one, other) => one.sinceMs - other.sinceMs);
  return (
    <ul className="longest" aria-label={`Longest in ${state}`}>
      {consumers.slice(0, mostLongest).map(({ key, report, sinceMs }) => (
        <li key={key}>
          <Link page="consumers" filters={{ consumer: key }}>
            {report.consumer} {lasted(sinceMs)}
          </Link>
        </li>
      ))}
      {actors.slice(0, mostLongest).map(({ actor, inStateSinceMs }, number) => (
        <li key={`${actor} ${number}`}>
          {actor} {lasted(inStateSinceMs)}
        </li>
      ))}
    </ul>
  );
}
