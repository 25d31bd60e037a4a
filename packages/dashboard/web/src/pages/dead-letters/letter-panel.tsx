// The dead letters with one reason.
import type { DeadLetterPage } from '#protocol/requests.js';
import { moment } from '../../figures/format.js';
import { Empty } from '../../notice/states.js';
import { Pages } from '../../requests/pages.js';
import { path } from '../../requests/request.js';
import { Link } from '../../route/route.js';
import { LetterActions } from './letter-actions.js';

interface LetterPanelProps {
  readonly queue: string;
  readonly reason: string;
}

export function LetterPanel({ queue, reason }: LetterPanelProps) {
  return (
    <section className="panel" aria-label="Dead letters of this reason">
      <h2 className="reason-title">
        {queue}: {reason}
      </h2>
      <Pages<DeadLetterPage> path={path`api/queues/${queue}/dead-letters?reason=${reason}`} what="dead letters">
        {(pages, again) => {
          const letters = pages.flatMap((page) => page.deadLetters);
          return letters.length === 0 ? (
            <Empty>None any more.</Empty>
          ) : (
            <LetterTable letters={letters} queue={queue} onDone={again} />
          );
        }}
      </Pages>
    </section>
  );
}

interface LetterTableProps {
  readonly letters: DeadLetterPage['deadLetters'];
  readonly queue: string;
  readonly onDone: () => void;
}

function LetterTable({ letters, queue, onDone }: LetterTableProps) {
  return (
    <div className="scrolls" role="region" aria-label="Dead letters" tabIndex={0}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">id</th>
            <th scope="col">job</th>
            <th scope="col" className="number">
              died
            </th>
            <th scope="col" className="number">
              attempts
            </th>
            <th scope="col">
              <span className="unseen">actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {letters.map(({ id, name, diedAtMs, attemptsMade }) => (
            <tr key={id}>
              <th scope="row">
                <Link page="jobs" rest={[queue, id]} className="identity clamp" title={id}>
                  {id}
                </Link>
              </th>
              <td>{name}</td>
              <td className="number">{moment(diedAtMs)}</td>
              <td className="number">{attemptsMade}</td>
              <td>
                <LetterActions queue={queue} action={{ which: 'one', id }} of={id} onDone={onDone} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
