// Every consumer's states over the last minutes, and one of them in full beside.
import { useFleet } from '../../live/store.js';
import { LaneWishesBar, laneWishesIn } from '../../lanes/lane-wishes.js';
import { LaneHelp } from '../../lanes/lane-help.js';
import { Lanes } from '../../lanes/lanes.js';
import { rowsThatFit } from '../../lanes/rows-that-fit.js';
import { Legend } from '../../lanes/legend.js';
import { Empty } from '../../notice/states.js';
import { setFilters, useRoute } from '../../route/route.js';
import { selectionIn } from '../../selection/selection.js';
import { SelectionBar } from '../../selection/selection-bar.js';
import { ConsumerPanel } from './consumer-panel.js';

/** The page's head and the panel's. */
const besidesPx = 230;

export function ConsumersPage() {
  const fleet = useFleet();
  const { filters } = useRoute();
  const selection = selectionIn(filters);
  const wishes = laneWishesIn(filters);
  const chosen = filters['consumer'];
  return (
    <>
      <h1 className="unseen">Consumers</h1>
      <SelectionBar fleet={fleet} selection={selection} />
      <div className={chosen === undefined ? 'consumers' : 'consumers consumers-beside'}>
        <section className="panel" aria-label="Swimlanes">
          <div className="panel-head">
            <h2>States over time</h2>
            <LaneWishesBar wishes={wishes} />
            <Legend />
            <LaneHelp />
          </div>
          {fleet.workers.size === 0 ? (
            <Empty>No worker process is running. Start one with `acktor work`: it appears here by itself.</Empty>
          ) : (
            <Lanes
              {...wishes}
              selection={selection}
              mostRows={rowsThatFit(besidesPx)}
              onChoose={(consumer) => setFilters({ consumer })}
            />
          )}
        </section>
        {chosen === undefined ? null : <ConsumerPanel fleet={fleet} chosen={chosen} />}
      </div>
    </>
  );
}
