// One line on every page: whether anything is wrong.
import { useFleet, useLink } from '../live/store.js';
import { freshIn, useDeadLetters } from '../live/dead-letters.js';
import { troublesOf } from '../live/troubles.js';

export function Verdict() {
  const fleet = useFleet();
  const link = useLink();
  const [deadLetters] = useDeadLetters();
  // While nothing is heard, the banner says so.
  if (link.state !== 'live') return null;
  const troubles = troublesOf(fleet, freshIn(deadLetters));
  return (
    <p className={troubles.length === 0 ? 'verdict' : 'verdict verdict-bad'} aria-label="Is anything wrong?">
      <i aria-hidden>{troubles.length === 0 ? '✓' : '▲'}</i> {troubles.length === 0 ? 'All well' : troubles.join(' · ')}
    </p>
  );
}
