// One delivery's path through the chart, with a slider through its time.
import { useState } from 'react';
import type { AttemptView } from '#protocol/requests.js';
import { viewForPath } from '../../chart/chart-views.js';
import { PathChart } from '../../chart/path-chart.js';
import { duration, timeOfDay } from '../../figures/format.js';
import { liveStore, useFleet } from '../../live/store.js';
import { Empty } from '../../notice/states.js';

interface DeliveryPathProps {
  readonly attempt: AttemptView | undefined;
  /** Counts from 1. */
  readonly number: number;
  readonly of: number;
}

export function DeliveryPath({ attempt: kept, number, of }: DeliveryPathProps) {
  const attempt = kept && withPath(kept);
  const chart = useFleet().charts.find(({ machineId }) => machineId === 'consumer');
  const [shownMs, show] = useState<number>();
  if (attempt === undefined) return <Empty>Not delivered yet: its way begins when a consumer fetches it.</Empty>;
  const time = timeIn(attempt, shownMs);
  const seen = attempt.path.filter((entered) => entered.atMs <= time.atMs).map(({ state }) => state);
  return (
    <>
      <div className="panel-head">
        <h2>
          Delivery {number} of {of}
        </h2>
        <p className="panel-note figure">
          {timeOfDay(time.atMs)} · {duration(time.atMs - time.startMs)} after it began
        </p>
      </div>
      {chart === undefined || attempt.path.length === 0 ? (
        <Empty>Nothing was kept of the states of this delivery: it ended in another program than Acktor.</Empty>
      ) : (
        <>
          <PathChart
            chart={viewForPath(
              chart,
              attempt.path.map(({ state }) => state),
            )}
            path={seen}
            active={seen.at(-1)}
            times={timesIn(attempt.path, time.endMs)}
            label={`The way of delivery ${number}: ${attempt.path.map(({ state }) => state).join(', ')}`}
          />
          <Scrubber {...time} state={seen.at(-1)} onMove={show} />
        </>
      )}
    </>
  );
}

/** The states are kept only of deliveries that end without an ack. Those of the others follow from their times. */
function withPath(attempt: AttemptView): AttemptView {
  const { path, startedAtMs, endedAtMs, end } = attempt;
  if (path.length > 0 || startedAtMs === undefined) return attempt;
  const handling = { state: 'processing.handling', atMs: startedAtMs };
  if (end === undefined) return { ...attempt, path: [handling] };
  if (end !== 'acked' || endedAtMs === undefined) return attempt;
  return { ...attempt, path: [handling, { state: 'acking.settling', atMs: endedAtMs }] };
}

interface AttemptTime {
  readonly startMs: number;
  readonly endMs: number;
  /** The time that is shown. */
  readonly atMs: number;
}

function timeIn({ path, startedAtMs, endedAtMs, end }: AttemptView, shownMs: number | undefined): AttemptTime {
  const lastKnownMs = end === undefined ? undefined : path.at(-1)?.atMs;
  const endMs = endedAtMs ?? lastKnownMs ?? liveStore.fleet.nowMs();
  const startMs = Math.min(path[0]?.atMs ?? startedAtMs ?? endMs, endMs);
  return { startMs, endMs, atMs: Math.min(shownMs ?? endMs, endMs) };
}

interface ScrubberProps extends AttemptTime {
  readonly state: string | undefined;
  readonly onMove: (atMs: number) => void;
}

function Scrubber({ startMs, endMs, atMs, state = 'not begun', onMove }: ScrubberProps) {
  return (
    <label className="scrubber">
      <span>Time in the delivery</span>
      <input
        type="range"
        min={0}
        max={Math.max(1, endMs - startMs)}
        step="any"
        value={atMs - startMs}
        aria-valuetext={`${duration(atMs - startMs)}: ${state}`}
        onChange={(event) => onMove(startMs + Number(event.target.value))}
      />
    </label>
  );
}

/** The whole time spent in each state. */
function timesIn(path: AttemptView['path'], endMs: number): ReadonlyMap<string, string> {
  const sums = new Map<string, number>();
  path.forEach(({ state, atMs }, index) => {
    const untilMs = path[index + 1]?.atMs ?? endMs;
    sums.set(state, (sums.get(state) ?? 0) + Math.max(0, untilMs - atMs));
  });
  return new Map([...sums].map(([state, ms]) => [state, duration(ms)]));
}
