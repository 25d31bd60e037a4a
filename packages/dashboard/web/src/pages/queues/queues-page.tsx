// All queues as a table, and one of them with its history below.
import { freshIn, useDeadLetters } from '../../live/dead-letters.js';
import { useFleet } from '../../live/store.js';
import { timeOfDay } from '../../numbers/format.js';
import { Empty } from '../../notice/states.js';
import { useRoute } from '../../route/route.js';
import { queueColumns } from './queue-columns.js';
import { QueueHistoryPanel } from './queue-history-panel.js';
import { QueueRow } from './queue-row.js';

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

function QueueHead() {
  return (
    <thead>
      <tr>
        <th scope="col">queue</th>
        {queueColumns.map(({ name }) => (
          <th key={name} scope="col" className="number">
            {name}
          </th>
        ))}
        <th scope="col" className="number">
          dead
        </th>
        <th scope="col">waiting, last minutes</th>
        <th scope="col">
          <span className="unseen">actions</span>
        </th>
      </tr>
    </thead>
  );
}
