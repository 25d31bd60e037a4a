// A queue's last minutes: what waited, what came in and what went out.
import type { QueueHistory } from '#protocol/requests.js';
import { Answered, Empty } from '../../notice/states.js';
import { LinePlot } from '../../plot/line-plot.js';
import { path } from '../../requests/request.js';
import { useAnswer } from '../../requests/use-answer.js';
import { Link } from '../../route/link.js';

const everyMs = 5_000;

export function QueueHistoryPanel({ queue }: { readonly queue: string }) {
  const [answer, again] = useAnswer<QueueHistory>(path`api/queues/${queue}/history`, everyMs);
  return (
    <section className="panel" aria-label={`History of ${queue}`}>
      <div className="panel-head">
        <h2>{queue}, the last 15 minutes</h2>
        <p className="panel-note">
          <Link place="jobs" filters={{ queue }}>
            its jobs
          </Link>{' '}
          ·{' '}
          <Link place="fleet" filters={{ queue }}>
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
    { name: 'acked /s', tone: 'processing', values: points.map((point) => point.ackedPerSecond) },
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
