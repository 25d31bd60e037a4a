// The swimlanes below the chart.
import { LaneHelp } from '../../lanes/lane-help.js';
import { Lanes } from '../../lanes/lanes.js';
import { LaneWishesBar, laneWishesIn } from '../../lanes/lane-wishes.js';
import { rowsThatFit } from '../../lanes/rows-that-fit.js';
import { Legend } from '../../lanes/legend.js';
import { addressOf, go, useRoute } from '../../route/route.js';
import type { Selection } from '../../selection/selection.js';

/** The chart above and the heads of both. */
const besidesPx = 800;

export function LanePanel({ selection }: { readonly selection: Selection }) {
  const { filters } = useRoute();
  const wishes = laneWishesIn(filters);
  return (
    <section className="panel fleet-lanes" aria-label="Swimlanes">
      <div className="panel-head">
        <h2>Consumers</h2>
        <LaneWishesBar wishes={wishes} />
        <Legend />
        <LaneHelp />
      </div>
      <Lanes
        {...wishes}
        selection={selection}
        mostRows={rowsThatFit(besidesPx)}
        onChoose={(consumer) => go(addressOf('consumers', [], { ...filters, consumer }))}
      />
    </section>
  );
}
