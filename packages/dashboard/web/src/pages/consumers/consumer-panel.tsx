// One consumer: where it stands, what it holds, and where it was before.
import type { ChartView } from '#protocol/chart-view.js';
import { withoutEnds } from '../../chart/drawn-boxes.js';
import { WayChart } from '../../chart/way-chart.js';
import { Button } from '../../fields/button.js';
import { Help } from '../../fields/help.js';
import type { FleetModel } from '../../live/fleet-model.js';
import type { LiveConsumer } from '../../live/live-consumer.js';
import { heldForMs, isStuck } from '../../live/stuck.js';
import { duration } from '../../numbers/format.js';
import { Empty } from '../../notice/states.js';
import { Link } from '../../route/link.js';
import { LastStays } from './last-stays.js';
import { useOpenPanel } from './use-open-panel.js';
import { WorkerFacts } from './worker-facts.js';

interface ConsumerPanelProps {
  readonly fleet: FleetModel;
  /** Its key. */
  readonly chosen: string;
}

export function ConsumerPanel({ fleet, chosen }: ConsumerPanelProps) {
  const consumer = [...fleet.consumers()].find(({ key }) => key === chosen);
  const { panel, close } = useOpenPanel();
  return (
    <section className="panel consumer-panel" aria-label="Consumer" ref={panel} tabIndex={-1}>
      <div className="panel-head">
        <h2>{consumer === undefined ? 'Consumer' : consumer.report.consumer}</h2>
        <Help about="a consumer" terms={terms} />
        <Button onClick={close}>Close</Button>
      </div>
      {consumer === undefined ? (
        <Empty>This consumer is gone: its process has ended. If it held a job, that is back in its queue.</Empty>
      ) : (
        <OneConsumer fleet={fleet} consumer={consumer} />
      )}
    </section>
  );
}

interface OneConsumerProps {
  readonly fleet: FleetModel;
  readonly consumer: LiveConsumer;
}

function OneConsumer({ fleet, consumer }: OneConsumerProps) {
  const nowMs = consumer.worker.asOfMs(fleet.nowMs());
  const chart = fleet.charts.find(({ machineId }) => machineId === 'consumer');
  // The panel is high and narrow.
  const view = chart?.tall ?? chart?.folded ?? chart;
  const [before] = consumer.stays.slice(-2);
  return (
    <>
      {view === undefined ? null : (
        <WayChart
          chart={withoutEnds(view)}
          way={before === undefined ? [] : [before.state, consumer.state]}
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
      <LastStays consumer={consumer} nowMs={nowMs} />
    </>
  );
}

function StateMeaning({ chart, state }: { readonly chart: ChartView | undefined; readonly state: string }) {
  const meaning = chart?.states.find((box) => box.state === state)?.description;
  return meaning === undefined ? null : <p className="dim">{meaning}</p>;
}

function Held({ fleet, consumer }: OneConsumerProps) {
  const { held, queue } = consumer.report;
  if (held === undefined) return <span className="dim">nothing</span>;
  const nowMs = consumer.worker.asOfMs(fleet.nowMs());
  const usualMs = fleet.usual.p99Ms(held.jobName);
  const heldMs = heldForMs(consumer, nowMs);
  return (
    <>
      <Link place="jobs" rest={[queue, held.jobId]} className="identity">
        {held.jobId}
      </Link>
      <br />
      {held.jobName}, attempt {held.attempt}
      {heldMs === undefined ? null : (
        <>
          , for <span className="figure">{duration(heldMs)}</span>
        </>
      )}
      {isStuck(consumer, fleet.usual, nowMs) ? (
        <p className="alarming">
          ▲ Much longer than usual{usualMs === undefined ? '' : `: 99 of 100 end within ${duration(usualMs)}`}
        </p>
      ) : null}
    </>
  );
}

const terms = [
  ['State', 'where on its chart the consumer is, since when, and what that means.'],
  ['Holds', 'the job that it has been given, and which attempt this is. It has at most one.'],
  [
    'Event loop late by',
    'how much later than due the process ran its timers. Much of it means that a handler keeps the processor busy.',
  ],
  ['Blocked', 'the process has not moved at all for that long; its lease is kept by a thread of its own.'],
  ['Memory', 'of the whole process.'],
] as const;
