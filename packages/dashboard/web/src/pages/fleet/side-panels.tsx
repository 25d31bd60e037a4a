// Beside the chart: the fullest queues, the largest groups of dead letters, and the processes that came and went.
import type { DeadLetterGroup } from '#protocol/requests.js';
import { count, moment, plural, rate, timeOfDay } from '../../figures/format.js';
import { SparkLine } from '../../figures/plots.js';
import { freshIn, useDeadLetters } from '../../live/dead-letters.js';
import type { LiveFleet } from '../../live/live-fleet.js';
import { processEventText } from '../../live/troubles.js';
import { Answered, Empty } from '../../notice/states.js';
import { Link } from '../../route/route.js';
import { ageOf } from '../queues/queue-table.js';

const mostQueues = 8;

export function QueuePanel({ fleet }: { readonly fleet: LiveFleet }) {
  const nowMs = fleet.nowMs();
  const busiest = fleet.queues.toSorted((left, right) => right.waiting - left.waiting).slice(0, mostQueues);
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
            <Link page="queues" rest={[queue]} className="strong" title={queue}>
              {queue}
            </Link>
            <span className="figure">{isPaused ? 'paused' : count(waiting)}</span>
            <span className="figure dim">{ageOf(oldestWaitingAtMs, nowMs)}</span>
            <span className="figure">{rate(ackedPerSecond)}</span>
            <SparkLine values={fleet.trends.of(queue)} label={`waiting in ${queue} over the last minutes`} />
          </li>
        ))}
      </ul>
      {fleet.queues.length > shown.length ? <Link page="queues">all {fleet.queues.length} queues</Link> : null}
    </section>
  );
}

const mostGroups = 3;

export function DeadLetterPanel() {
  const [answer, again] = useDeadLetters();
  return (
    <section className="panel dead-panel" aria-label="Dead letters">
      <div className="panel-head">
        <h2>Dead letters</h2>
        {answer.state === 'here' ? <p className="panel-note">{noteOn(answer.value, freshIn(answer))}</p> : null}
      </div>
      <Answered answer={answer} what="dead letters" onAgain={again}>
        {(groups) => <Groups groups={groups} />}
      </Answered>
    </section>
  );
}

function Groups({ groups }: { readonly groups: readonly DeadLetterGroup[] }) {
  if (groups.length === 0) return <Empty>There are no dead letters.</Empty>;
  const largest = groups.toSorted(newFirst).slice(0, mostGroups);
  return (
    <ul className="dead-lines">
      {largest.map((group) => (
        <li key={`${group.queue} ${group.reason}`}>
          <b className={group.freshCount > 0 ? 'figure alarming' : 'figure'}>{count(group.count)}</b>
          <Link
            page="dead-letters"
            filters={{ queue: group.queue, reason: group.reason }}
            title={group.reason}
            className="clamp"
          >
            {group.reason}
          </Link>
          <span className="dim">
            {group.queue} · {group.freshCount > 0 ? `${count(group.freshCount)} new, the last` : 'the last'}{' '}
            {moment(group.lastAtMs)}
          </span>
        </li>
      ))}
    </ul>
  );
}

function noteOn(groups: readonly DeadLetterGroup[], fresh: number): string {
  const reasons = plural(groups.length, 'reason');
  return fresh === 0 ? reasons : `${reasons} · ${count(fresh)} new since you looked`;
}

/** Groups with unseen ones first, then the largest. */
function newFirst(left: DeadLetterGroup, right: DeadLetterGroup): number {
  return right.freshCount - left.freshCount || right.count - left.count;
}

const mostEvents = 5;

export function LatelyPanel({ fleet }: { readonly fleet: LiveFleet }) {
  const events = fleet.recentEvents();
  return (
    <section className="panel" aria-label="Lately">
      <div className="panel-head">
        <h2>Lately</h2>
        <p className="panel-note">processes, last 5 min</p>
      </div>
      {events.length === 0 ? <Empty>No process came or went.</Empty> : null}
      <ul className="lately">
        {events.slice(0, mostEvents).map((event) => (
          <li key={`${event.workerId} ${event.what}`}>
            <span className="figure dim">{timeOfDay(event.atMs)}</span>
            <span className={event.what === 'died' ? 'alarming' : undefined}>{processEventText(event)}</span>
          </li>
        ))}
      </ul>
      {events.length > mostEvents ? <p className="dim">and {events.length - mostEvents} more</p> : null}
    </section>
  );
}
