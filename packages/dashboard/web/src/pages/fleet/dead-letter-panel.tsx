// The dead letters beside the chart: the largest groups.
import type { DeadLetterGroup } from '#protocol/requests.js';
import { count, moment, plural } from '../../numbers/format.js';
import { freshIn, useDeadLetters } from '../../live/dead-letters.js';
import { Answered, Empty } from '../../notice/states.js';
import { Link } from '../../route/link.js';

const mostShown = 3;

export function DeadLetterPanel() {
  const [answer, again] = useDeadLetters();
  return (
    <section className="panel" aria-label="Dead letters">
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
  const largest = groups.toSorted(newFirst).slice(0, mostShown);
  return (
    <ul className="dead-lines">
      {largest.map((group) => (
        <li key={`${group.queue} ${group.reason}`}>
          <b className={group.freshCount > 0 ? 'figure alarming' : 'figure'}>{count(group.count)}</b>
          <Link
            place="dead-letters"
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

/** What nobody has seen first, then the largest. */
function newFirst(left: DeadLetterGroup, right: DeadLetterGroup): number {
  return right.freshCount - left.freshCount || right.count - left.count;
}
