// What the bars of the lanes mean.
import type { Tone } from '../theme/tones.js';

const shown: readonly Tone[] = ['processing', 'acking', 'rejecting', 'fetching', 'idle', 'lost'];

export function Legend() {
  return (
    <ul className="legend" aria-label="Colours of the states">
      {shown.map((tone) => (
        <li key={tone} className={`tone-${tone}`}>
          <i aria-hidden />
          {tone}
        </li>
      ))}
    </ul>
  );
}
