// The queues beside the chart, in a line each.
import { Link } from '../../route/link.js';
import type { FleetModel } from '../../live/fleet-model.js';
import { count, rate, timeOfDay } from '../../numbers/format.js';
import { ageOf } from '../queues/queue-columns.js';
import { SparkLine } from '../../plot/spark-line.js';
import { Empty } from '../../notice/states.js';

const mostShown = 8;

export function QueuePanel({ fleet }: { readonly fleet: FleetModel }) {
  const nowMs = fleet.nowMs();
  const busiest = fleet.queues.toSorted((left, right) => right.waiting - left.waiting).slice(0, mostShown);
  const shown = fleet.queues.filter((line) => busiest.includes(line));
  return (
    <section className="panel" aria-label="Queues">
      <div className="panel-head">
        <h2>Queues</h2>
        <p className="panel-note">waiting · oldest · acked /s · at {timeOfDay(fleet.queuesAtMs)}</p>
      </div>
      {shown.length === 0 ? <Empty>No queue has had a job yet.</Empty> : null}
      <ul className="queue-lines">
        {shown.map(({ queue, waiting, oldestWaitingAtMs, ackedPerSecond, isPaused }) => (
          <li key={queue}>
            <Link place="queues" rest={[queue]} className="strong" title={queue}>
              {queue}
            </Link>
            <span className="figure">{isPaused ? 'paused' : count(waiting)}</span>
            <span className="figure dim">{ageOf(oldestWaitingAtMs, nowMs)}</span>
            <span className="figure">{rate(ackedPerSecond)}</span>
            <SparkLine values={fleet.trends.of(queue)} label={`waiting in ${queue} over the last minutes`} />
          </li>
        ))}
      </ul>
      {fleet.queues.length > shown.length ? <Link place="queues">all {fleet.queues.length} queues</Link> : null}
    </section>
  );
}
