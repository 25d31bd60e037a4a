// The reasons why jobs died, the most frequent first.
import type { DeadLetterGroup } from '#protocol/requests.js';
import { count, moment } from '../../figures/format.js';
import { Link } from '../../route/route.js';
import { LetterActions } from './letter-actions.js';

interface GroupTableProps {
  readonly groups: readonly DeadLetterGroup[];
  readonly chosen: string | undefined;
  readonly onDone: () => void;
}

export function GroupTable({ groups, chosen, onDone }: GroupTableProps) {
  return (
    <div className="scrolls" role="region" aria-label="Reasons" tabIndex={0}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col" className="number">
              dead
            </th>
            <th scope="col">reason</th>
            <th scope="col">queue</th>
            <th scope="col" className="number">
              first
            </th>
            <th scope="col" className="number">
              last
            </th>
            <th scope="col">
              <span className="unseen">actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {groups
            .toSorted((left, right) => right.count - left.count)
            .map((group) => (
              <GroupRow
                key={`${group.queue} ${group.reason}`}
                group={group}
                isChosen={group.reason === chosen}
                onDone={onDone}
              />
            ))}
        </tbody>
      </table>
    </div>
  );
}

interface GroupRowProps {
  readonly group: DeadLetterGroup;
  readonly isChosen: boolean;
  readonly onDone: () => void;
}

function GroupRow({ group, isChosen, onDone }: GroupRowProps) {
  const { queue, reason } = group;
  return (
    <tr className={isChosen ? 'chosen' : undefined}>
      <td className={group.freshCount > 0 ? 'number alarming' : 'number'}>
        {count(group.count)}
        {group.isCountPartial ? ' or more' : ''}
        {group.freshCount > 0 ? <span className="chip">{count(group.freshCount)} new</span> : null}
      </td>
      <th scope="row" className="reason">
        <Link page="dead-letters" filters={{ queue, reason: isChosen ? undefined : reason }}>
          {reason === '' ? '(no reason)' : reason}
        </Link>
      </th>
      <td>{queue}</td>
      <td className="number">{moment(group.firstAtMs)}</td>
      <td className="number">{moment(group.lastAtMs)}</td>
      <td>
        <LetterActions
          queue={queue}
          action={{ which: 'reason', reason }}
          of={`of ${queue}: ${reason}`}
          onDone={onDone}
        />
      </td>
    </tr>
  );
}
