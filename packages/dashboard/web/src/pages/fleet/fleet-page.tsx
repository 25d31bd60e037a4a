// The fleet as a whole: the chart with all consumers on it, figures beside it, swimlanes below.
import { LaneOptionsBar, laneOptionsIn } from '../../lanes/lane-options.js';
import { rowsThatFit } from '../../lanes/lane-view.js';
import { Lanes } from '../../lanes/lanes.js';
import { useFleet } from '../../live/store.js';
import { Empty } from '../../notice/states.js';
import { addressOf, go, useRoute } from '../../route/route.js';
import { SelectionBar, selectionIn, type Selection } from '../../route/selection.js';
import { ChartPanel } from './chart-panel.js';
import { FigurePanel } from './figure-panel.js';
import { DeadLetterPanel, LatelyPanel, QueuePanel } from './side-panels.js';

export function FleetPage() {
  const fleet = useFleet();
  const selection = selectionIn(useRoute().filters);
  return (
    <>
      <h1 className="unseen">Fleet</h1>
      <SelectionBar fleet={fleet} selection={selection} />
      <div className="fleet">
        <ChartPanel fleet={fleet} selection={selection} />
        <div className="fleet-side">
          <FigurePanel queues={fleet.queues.filter(({ queue }) => (selection.queue ?? queue) === queue)} />
          <QueuePanel fleet={fleet} />
          <DeadLetterPanel />
          <LatelyPanel fleet={fleet} />
        </div>
        {fleet.workers.size === 0 ? (
          <section className="panel fleet-lanes">
            <Empty>No worker process is running. Start one with `acktor work`: it appears here by itself.</Empty>
          </section>
        ) : (
          <LanePanel selection={selection} />
        )}
      </div>
    </>
  );
}

/** The height of the chart above and of the heads of both. */
const besidesPx = 800;

function LanePanel({ selection }: { readonly selection: Selection }) {
  const { filters } = useRoute();
  const options = laneOptionsIn(filters);
  return (
    <section className="panel fleet-lanes" aria-label="Swimlanes">
      <div className="panel-head">
        <h2>Consumers</h2>
        <LaneOptionsBar options={options} />
      </div>
      <Lanes
        {...options}
        // The state of another machine is none of a consumer.
        selection={(filters['machine'] ?? 'consumer') === 'consumer' ? selection : { ...selection, state: undefined }}
        mostRows={rowsThatFit(besidesPx)}
        onChoose={(consumer) => go(addressOf('consumers', [], { ...filters, consumer }))}
      />
    </section>
  );
}
