// The fleet at a glance: the chart with everybody on it, figures beside it, swimlanes below.
import { useFleet } from '../../live/store.js';
import { Empty } from '../../notice/states.js';
import { useRoute } from '../../route/route.js';
import { selectionIn } from '../../selection/selection.js';
import { SelectionBar } from '../../selection/selection-bar.js';
import { ChartPanel } from './chart-panel.js';
import { DeadLetterPanel } from './dead-letter-panel.js';
import { FigurePanel } from './figure-panel.js';
import { LanePanel } from './lane-panel.js';
import { LatelyPanel } from './lately-panel.js';
import { QueuePanel } from './queue-panel.js';

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
