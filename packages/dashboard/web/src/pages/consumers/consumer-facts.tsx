// One consumer: its state, what it holds, its process, and where it was before.
import type { ChartView } from '#protocol/chart-view.js';
import { PathChart } from '../../chart/path-chart.js';
import { bytes, duration, moment, timeOfDay } from '../../figures/format.js';
import type { LiveFleet } from '../../live/live-fleet.js';
import type { LiveConsumer } from '../../live/live-worker.js';
import { Link } from '../../route/route.js';
import { toneOf } from '../../theme/palette.js';

interface ConsumerFactsProps {
  readonly fleet: LiveFleet;
  readonly consumer: LiveConsumer;
}

export function ConsumerFacts({ fleet, consumer }: ConsumerFactsProps) {
  const nowMs = consumer.worker.asOfMs(fleet.nowMs());
  const chart = fleet.charts.find(({ machineId }) => machineId === 'consumer');
  // The panel is high and narrow.
  const view = chart?.tall ?? chart?.folded ?? chart;
  const [before] = consumer.spans.slice(-2);
  return (
    <>
      {view === undefined ? null : (
        <PathChart
          chart={view}
          path={before === undefined ? [] : [before.state, consumer.state]}
          active={consumer.state}
          label={`Chart of ${consumer.report.consumer}, now in ${consumer.state}`}
        />
      )}
      <dl className="facts">
        <dt>State</dt>
        <dd>
          {consumer.state} <span className="figure">{duration(Math.max(0, nowMs - consumer.sinceMs))}</span>
          <StateMeaning chart={chart} state={consumer.state} />
        </dd>
        <dt>Holds</dt>
        <dd>
          <Held fleet={fleet} consumer={consumer} />
        </dd>
        <WorkerFacts consumer={consumer} nowMs={fleet.nowMs()} />
      </dl>
      <h3>Last states</h3>
      <LastSpans consumer={consumer} nowMs={nowMs} />
    </>
  );
}

function StateMeaning({ chart, state }: { readonly chart: ChartView | undefined; readonly state: string }) {
  const meaning = chart?.states.find((box) => box.state === state)?.description;
  return meaning === undefined ? null : <p className="dim">{meaning}</p>;
}

function Held({ fleet, consumer }: ConsumerFactsProps) {
  const { held, queue } = consumer.report;
  if (held === undefined) return <span className="dim">nothing</span>;
  const nowMs = consumer.worker.asOfMs(fleet.nowMs());
  const usualMs = fleet.usual.p99Ms(held.jobName);
  const heldMs = consumer.heldForMs(nowMs);
  return (
    <>
      <Link page="jobs" rest={[queue, held.jobId]} className="identity">
        {held.jobId}
      </Link>
      <br />
      {held.jobName}, attempt {held.attempt}
      {heldMs === undefined ? null : (
        <>
          , for <span className="figure">{duration(heldMs)}</span>
        </>
      )}
      {consumer.isStuck(fleet.usual, nowMs) ? (
        <p className="alarming">
          ▲ Much longer than usual{usualMs === undefined ? '' : `: 99 of 100 end within ${duration(usualMs)}`}
        </p>
      ) : null}
    </>
  );
}

interface WorkerFactsProps {
  readonly consumer: LiveConsumer;
  readonly nowMs: number;
}

function WorkerFacts({ consumer: { worker, queue }, nowMs }: WorkerFactsProps) {
  const { report, lagP99Ms, blockedForMs, ended } = worker;
  return (
    <>
      <dt>Queue</dt>
      <dd>
        <Link page="queues" rest={[queue]}>
          {queue}
        </Link>
      </dd>
      <dt>Process</dt>
      <dd>
        {worker.name}, {ended === undefined ? worker.state : 'died'}, since {moment(report.startedAtMs)}
        {worker.isQuiet ? (
          <p className="alarming">
            ◌ Nothing is heard of it: what is shown is {duration(nowMs - worker.asOfMs(nowMs))} old.
          </p>
        ) : null}
      </dd>
      <dt>Event loop</dt>
      <dd>
        {blockedForMs > 0 ? (
          <span className="alarming">▲ blocked for {duration(blockedForMs)}</span>
        ) : (
          <>
            late by <span className="figure">{duration(lagP99Ms)}</span> at most in 99 of 100
          </>
        )}
      </dd>
      <dt>Memory</dt>
      <dd className="figure">{bytes(report.residentBytes)}</dd>
    </>
  );
}

const mostShown = 12;

/** Its last states, the latest on top. */
function LastSpans({ consumer, nowMs }: { readonly consumer: LiveConsumer; readonly nowMs: number }) {
  const { spans } = consumer;
  const shown = spans.map((span, index) => ({ ...span, untilMs: spans[index + 1]?.sinceMs ?? nowMs }));
  return (
    <div className="scrolls" role="region" aria-label="Last states" tabIndex={0}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">at</th>
            <th scope="col">state</th>
            <th scope="col" className="number">
              for
            </th>
          </tr>
        </thead>
        <tbody>
          {shown
            .slice(-mostShown)
            .toReversed()
            .map((span) => (
              <tr key={`${span.sinceMs} ${span.state}`}>
                <td className="figure dim">{timeOfDay(span.sinceMs)}</td>
                <td>
                  <span className={`mark tone-${toneOf(span.state)}`} aria-hidden /> {span.state}
                </td>
                <td className="number">{duration(Math.max(0, span.untilMs - span.sinceMs))}</td>
              </tr>
            ))}
        </tbody>
      </table>
    </div>
  );
}
