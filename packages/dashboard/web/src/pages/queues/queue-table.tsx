// The table of queues: its columns, its head, and a row for each queue.
import { useState } from 'react';
import type { QueueLine } from '#protocol/live.js';
import { ActDialog } from '../../fields/act-dialog.js';
import { Button } from '../../fields/controls.js';
import { count, duration, plural, rate } from '../../figures/format.js';
import { SparkLine } from '../../figures/plots.js';
import { path, write } from '../../requests/request.js';
import { Link } from '../../route/route.js';
import { OperatorOnly, useSession } from '../../session/session.js';

interface QueueColumn {
  readonly name: string;
  readonly figure: (line: QueueLine, nowMs: number) => string;
}

const queueColumns: readonly QueueColumn[] = [
  { name: 'waiting', figure: ({ waiting }) => count(waiting) },
  { name: 'oldest', figure: ({ oldestWaitingAtMs }, nowMs) => ageOf(oldestWaitingAtMs, nowMs) },
  { name: 'in /s', figure: ({ sentPerSecond }) => rate(sentPerSecond) },
  { name: 'acked /s', figure: ({ ackedPerSecond }) => rate(ackedPerSecond) },
  { name: 'rejected /s', figure: ({ rejectedPerSecond }) => rate(rejectedPerSecond) },
  { name: 'delayed', figure: ({ delayed }) => count(delayed) },
  { name: 'children', figure: ({ waitingForChildren }) => count(waitingForChildren) },
  { name: 'active', figure: ({ active }) => count(active) },
  { name: 'retried', figure: ({ totals }) => count(totals.retried) },
  { name: 'redelivered', figure: ({ totals }) => count(totals.redelivered) },
];

export function ageOf(sinceMs: number | undefined, nowMs: number): string {
  return sinceMs === undefined ? '–' : duration(Math.max(0, nowMs - sinceMs));
}

export function QueueHead() {
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

interface QueueRowProps {
  readonly line: QueueLine;
  readonly nowMs: number;
  readonly trend: readonly number[];
  readonly isChosen: boolean;
  /** How many were not seen in this browser. */
  readonly freshDeadLetters: number;
}

export function QueueRow({ line, nowMs, trend, isChosen, freshDeadLetters }: QueueRowProps) {
  const { queue } = line;
  return (
    <tr className={isChosen ? 'chosen' : undefined}>
      <th scope="row">
        <Link page="queues" rest={isChosen ? [] : [queue]} title={queue} className="clamp">
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
        <Link page="dead-letters" filters={{ queue }} className={deadLook(line.deadLetters, freshDeadLetters)}>
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

/** Pauses a queue in the whole fleet, or resumes it. */
function PauseButton({ line }: { readonly line: QueueLine }) {
  const [isAsked, ask] = useState(false);
  const { csrf } = useSession();
  const { queue, isPaused, waiting, active } = line;
  const act = async () => {
    await write(isPaused ? path`api/queues/${queue}/resume` : path`api/queues/${queue}/pause`, csrf);
    return isPaused ? `${queue} goes on.` : `${queue} is paused.`;
  };
  return (
    <>
      <Button onClick={() => ask(true)} aria-label={`${isPaused ? 'Resume' : 'Pause'} ${queue}`}>
        {isPaused ? 'Resume' : 'Pause'}
      </Button>
      {isAsked ? (
        <ActDialog
          title={isPaused ? `Resume ${queue}?` : `Pause ${queue}?`}
          act={isPaused ? 'Resume' : 'Pause'}
          look="strong"
          isReady
          onAct={act}
          onClose={() => ask(false)}
        >
          {isPaused ? (
            <p>Its consumers fetch again; {plural(waiting, 'job')} wait.</p>
          ) : (
            <p>
              No consumer of any process fetches from it until it is resumed. {plural(waiting, 'waiting job')} stay,{' '}
              {plural(active, 'delivery', 'deliveries')} under way are finished, and jobs can still be sent.
            </p>
          )}
        </ActDialog>
      ) : null}
    </>
  );
}
