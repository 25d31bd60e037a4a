// The chart of a registered machine with its consumers, or actors, on it.
import { LiveChart } from '../../chart/live-chart.js';
import { Button, Choice, Help } from '../../fields/controls.js';
import type { LiveFleet } from '../../live/live-fleet.js';
import { Loading } from '../../notice/states.js';
import { setFilters, useRoute } from '../../route/route.js';
import type { Selection } from '../../route/selection.js';

interface ChartPanelProps {
  readonly fleet: LiveFleet;
  readonly selection: Selection;
}

export function ChartPanel({ fleet, selection }: ChartPanelProps) {
  const { machine, open } = useRoute().filters;
  const chart = fleet.charts.find(({ machineId }) => machineId === (machine ?? 'consumer')) ?? fleet.charts[0];
  if (chart === undefined)
    return (
      <section className="panel fleet-chart">
        <Loading what="the chart" />
      </section>
    );
  const isOpen = open === 'yes';
  const items = fleet.charts.map(({ machineId }) => ({ value: machineId, label: machineId }));
  return (
    <section className="panel fleet-chart" aria-label="Chart">
      <div className="panel-head">
        <h2>{chart.machineId === 'consumer' ? 'Consumers by state' : `Machine ${chart.machineId}`}</h2>
        {items.length > 1 ? (
          <Choice
            label="Machine"
            items={items}
            value={chart.machineId}
            onChoose={(value) => setFilters({ machine: value, state: undefined })}
          />
        ) : null}
        {chart.folded === undefined ? null : (
          <Button aria-pressed={isOpen} onClick={() => setFilters({ open: isOpen ? undefined : 'yes' })}>
            {isOpen ? 'Close inner states' : 'Open inner states'}
          </Button>
        )}
        <p className="panel-note">last 10 s · arrows: per second · in a state: how many, usual time</p>
        <Help about="the chart" terms={terms} />
      </div>
      <LiveChart chart={chart} isOpen={isOpen} selection={selection} onChoose={(state) => setFilters({ state })} />
      {(selection.host ?? selection.process ?? selection.job) ? (
        <p className="panel-note">Arrows count the whole queue; the figures in the states follow all filters.</p>
      ) : null}
    </section>
  );
}

const terms = [
  ['A box', 'a state that a consumer can be in. The number is how many are in it now; the fill grows with it.'],
  ['Usual time', 'the median time in the state before it was left, over the last ten seconds.'],
  [
    'An arrow',
    'a way from one state to another, and how often it was taken per second. It fades after a quiet minute.',
  ],
  [
    'Inner states',
    'what a state consists of: processing is handling, unless the handler was told to stop (cancelling), its lease is gone (lost), or it goes on though its delivery is over (abandoned).',
  ],
  ['Lost', 'consumers whose process has died. What they held goes back to the queue.'],
  ['Machine', 'whose chart it is: that of consumers, of worker processes, of their supervisor, or one of your own.'],
] as const;
