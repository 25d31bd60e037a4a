// All queues as a table, and one of them with its history below.
import type { QueueHistory } from '#protocol/requests.js';
import { timeOfDay } from '../../figures/format.js';
import { LinePlot } from '../../figures/plots.js';
import { freshIn, useDeadLetters } from '../../live/dead-letters.js';
import { useFleet } from '../../live/store.js';
import { Answered, Empty } from '../../notice/states.js';
import { path, useAnswer } from '../../requests/request.js';
import { Link, useRoute } from '../../route/route.js';
import { QueueHead, QueueRow } from './queue-table.js';

export function QueuesPage() {
  const fleet = useFleet();
  const [chosen] = useRoute().rest;
  const [deadLetters] = useDeadLetters();
  return (
    <>
      <h1 className="title">
        Queues <span className="counted">counted at {timeOfDay(fleet.queuesAtMs)}</span>
      </h1>
      <section className="panel scrolls" aria-label="All queues" tabIndex={0}>
        {fleet.queues.length === 0 ? (
          <Empty>No queue yet: a queue is here from its first job or its first worker on.</Empty>
        ) : (
          <table className="table">
            <QueueHead />
            <tbody>
              {fleet.queues.map((line) => (
                <QueueRow
                  key={line.queue}
                  line={line}
                  nowMs={fleet.nowMs()}
                  trend={fleet.trends.of(line.queue)}
                  isChosen={line.queue === chosen}
                  freshDeadLetters={freshIn(deadLetters, line.queue)}
                />
              ))}
            </tbody>
          </table>
        )}
      </section>
      {chosen === undefined ? null : <QueueHistoryPanel key={chosen} queue={chosen} />}
    </>
  );
}

const everyMs = 5_000;

/** A queue's last minutes: how much waited, what came in and what went out. */
function QueueHistoryPanel({ queue }: { readonly queue: string }) {
  const [answer, again] = useAnswer<QueueHistory>(path`api/queues/${queue}/history`, everyMs);
  return (
    <section className="panel" aria-label={`History of ${queue}`}>
      <div className="panel-head">
        <h2>{queue}, the last 15 minutes</h2>
        <p className="panel-note">
          <Link page="jobs" filters={{ queue }}>
            its jobs
          </Link>{' '}
          ·{' '}
          <Link page="fleet" filters={{ queue }}>
            its consumers
          </Link>
        </p>
      </div>
      <Answered answer={answer} what="its history" onAgain={again}>
        {(history) => <Plots history={history} />}
      </Answered>
    </section>
  );
}

function Plots({ history: { points } }: { readonly history: QueueHistory }) {
  if (points.length < 2)
    return <Empty>History begins when the dashboard’s server starts to watch: wait a little.</Empty>;
  const atMs = points.map((point) => point.atMs);
  const rates = [
    { name: 'sent /s', tone: 'fetching', isDashed: true, values: points.map((point) => point.sentPerSecond) },
    { name: 'acked /s', tone: 'acking', values: points.map((point) => point.ackedPerSecond) },
    { name: 'rejected /s', tone: 'rejecting', values: points.map((point) => point.rejectedPerSecond) },
  ] as const;
  const depth = [{ name: 'waiting', tone: 'fetching', values: points.map((point) => point.waiting) }] as const;
  return (
    <div className="plots">
      <div>
        <h3>Waiting</h3>
        <LinePlot label="Waiting jobs over the last 15 minutes" atMs={atMs} lines={depth} />
      </div>
      <div>
        <h3>In and out, per second</h3>
        <LinePlot label="Sent, acked and rejected per second over the last 15 minutes" atMs={atMs} lines={rates} />
      </div>
    </div>
  );
}
