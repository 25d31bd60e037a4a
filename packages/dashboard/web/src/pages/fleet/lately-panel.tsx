// Which processes came and went in the last minutes.
import type { FleetModel } from '../../live/fleet-model.js';
import { newsWords } from '../../live/news-words.js';
import { timeOfDay } from '../../numbers/format.js';
import { Empty } from '../../notice/states.js';

const mostShown = 5;

export function LatelyPanel({ fleet }: { readonly fleet: FleetModel }) {
  const news = fleet.lately.all(fleet.nowMs());
  return (
    <section className="panel" aria-label="Lately">
      <div className="panel-head">
        <h2>Lately</h2>
        <p className="panel-note">processes, last 5 min</p>
      </div>
      {news.length === 0 ? <Empty>No process came or went.</Empty> : null}
      <ul className="lately">
        {news.slice(0, mostShown).map((one) => (
          <li key={`${one.workerId} ${one.what}`}>
            <span className="figure dim">{timeOfDay(one.atMs)}</span>
            <span className={one.what === 'died' ? 'alarming' : undefined}>{newsWords(one)}</span>
          </li>
        ))}
      </ul>
      {news.length > mostShown ? <p className="dim">and {news.length - mostShown} more</p> : null}
    </section>
  );
}
