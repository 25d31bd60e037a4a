// One queue in the table.
import type { QueueLine } from '#protocol/live.js';
import { count } from '../../numbers/format.js';
import { SparkLine } from '../../plot/spark-line.js';
import { Link } from '../../route/link.js';
import { OperatorOnly } from '../../session/session.js';
import { PauseButton } from './pause-button.js';
import { queueColumns } from './queue-columns.js';

interface QueueRowProps {
  readonly line: QueueLine;
  readonly nowMs: number;
  readonly trend: readonly number[];
  readonly isChosen: boolean;
  /** That nobody has looked at in this browser. */
  readonly freshDeadLetters: number;
}

export function QueueRow({ line, nowMs, trend, isChosen, freshDeadLetters }: QueueRowProps) {
  const { queue } = line;
  return (
    <tr className={isChosen ? 'chosen' : undefined}>
      <th scope="row">
        <Link place="queues" rest={isChosen ? [] : [queue]} title={queue} className="clamp">
          {queue}
        </Link>
        {line.isPaused ? <span className="chip">paused</span> : null}
      </th>
      {queueColumns.map(({ name, figure }) => (
        <td key={name} className="number">
          {figure(line, nowMs)}
        </td>
      ))}
      <td className="number">
        <Link place="dead-letters" filters={{ queue }} className={deadLook(line.deadLetters, freshDeadLetters)}>
          {count(line.deadLetters)}
        </Link>
      </td>
      <td>
        <SparkLine values={trend} label={`waiting in ${queue} over the last minutes`} />
      </td>
      <td>
        <OperatorOnly>
          <PauseButton line={line} />
        </OperatorOnly>
      </td>
    </tr>
  );
}

function deadLook(count: number, fresh: number): string | undefined {
  if (fresh > 0) return 'alarming';
  return count > 0 ? undefined : 'dim';
}
