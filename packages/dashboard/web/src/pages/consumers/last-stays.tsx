// A consumer's last states, the latest on top.
import type { LiveConsumer } from '../../live/live-consumer.js';
import { duration, timeOfDay } from '../../numbers/format.js';
import { toneOf } from '../../theme/tones.js';

const mostShown = 12;

export function LastStays({ consumer, nowMs }: { readonly consumer: LiveConsumer; readonly nowMs: number }) {
  const { stays } = consumer;
  const shown = stays.map((stay, index) => ({ ...stay, untilMs: stays[index + 1]?.sinceMs ?? nowMs }));
  return (
    <div className="scrolls" role="region" aria-label="Last states" tabIndex={0}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">at</th>
            <th scope="col">state</th>
            <th scope="col" className="number">
              for
            </th>
          </tr>
        </thead>
        <tbody>
          {shown
            .slice(-mostShown)
            .toReversed()
            .map((stay) => (
              <tr key={`${stay.sinceMs} ${stay.state}`}>
                <td className="figure dim">{timeOfDay(stay.sinceMs)}</td>
                <td>
                  <span className={`mark tone-${toneOf(stay.state)}`} aria-hidden /> {stay.state}
                </td>
                <td className="number">{duration(Math.max(0, stay.untilMs - stay.sinceMs))}</td>
              </tr>
            ))}
        </tbody>
      </table>
    </div>
  );
}
