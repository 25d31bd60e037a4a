// The dead letters beside the chart: the largest groups.
import type { DeadLetterGroup } from '#protocol/requests.js';
import { count, moment, plural } from '../../numbers/format.js';
import { Answered, Empty } from '../../notice/states.js';
import { useAnswer } from '../../requests/use-answer.js';
import { Link } from '../../route/link.js';

const mostShown = 3;
const everyMs = 10_000;

export function DeadLetterPanel() {
  const [answer, again] = useAnswer<readonly DeadLetterGroup[]>('api/dead-letters', everyMs);
  return (
    <section className="panel" aria-label="Dead letters">
      <div className="panel-head">
        <h2>Dead letters</h2>
        {answer.state === 'here' ? <p className="panel-note">{plural(answer.value.length, 'reason')}</p> : null}
      </div>
      <Answered answer={answer} what="dead letters" onAgain={again}>
        {(groups) => <Groups groups={groups} />}
      </Answered>
    </section>
  );
}

function Groups({ groups }: { readonly groups: readonly DeadLetterGroup[] }) {
  if (groups.length === 0) return <Empty>None: every job that ended was acked.</Empty>;
  const largest = groups.toSorted((left, right) => right.count - left.count).slice(0, mostShown);
  return (
    <ul className="dead-lines">
      {largest.map((group) => (
        <li key={`${group.queue} ${group.reason}`}>
          <b className="figure alarming">{count(group.count)}</b>
          <Link
            place="dead-letters"
            filters={{ queue: group.queue, reason: group.reason }}
            title={group.reason}
            className="clamp"
          >
            {group.reason}
          </Link>
          <span className="dim">
            {group.queue} · since {moment(group.firstAtMs)}
          </span>
        </li>
      ))}
    </ul>
  );
}
