// A job's deliveries: which worker had it, for how long, and how each ended.
import type { AttemptView } from '#protocol/requests.js';
import { Button } from '../../fields/controls.js';
import { duration, moment } from '../../figures/format.js';
import { liveStore } from '../../live/store.js';
import { Empty } from '../../notice/states.js';
import type { Tone } from '../../theme/palette.js';

interface AttemptTableProps {
  readonly attempts: readonly AttemptView[];
  readonly chosen: number;
  readonly onChoose: (index: number) => void;
}

type End = NonNullable<AttemptView['end']> | 'running';

const endNames: Readonly<Record<End, readonly [words: string, tone: Tone]>> = {
  acked: ['acked', 'acking'],
  retried: ['rejected, retried', 'rejecting'],
  requeued: ['requeued', 'rejecting'],
  deadLettered: ['dead-lettered', 'rejecting'],
  leaseLost: ['lease lost', 'lost'],
  workerDied: ['worker died', 'lost'],
  running: ['under way', 'processing'],
};

export function AttemptTable({ attempts, chosen, onChoose }: AttemptTableProps) {
  if (attempts.length === 0) return <Empty>None yet.</Empty>;
  return (
    <ol className="attempts">
      {attempts.map((attempt, index) => (
        <li key={`${attempt.attempt} ${attempt.startedAtMs}`} className={index === chosen ? 'chosen' : undefined}>
          <Button aria-pressed={index === chosen} onClick={() => onChoose(index)}>
            Delivery {index + 1}
          </Button>
          <AttemptEnd attempt={attempt} />
          <span className="dim figure">
            attempt {attempt.attempt} · {attempt.startedAtMs === undefined ? '' : moment(attempt.startedAtMs)}{' '}
            {lengthOf(attempt)}
          </span>
          <span className="dim clamp" title={attempt.workerId}>
            {attempt.workerId}
          </span>
          {attempt.reason === undefined ? null : <span className="attempt-reason">{attempt.reason}</span>}
        </li>
      ))}
    </ol>
  );
}

function AttemptEnd({ attempt: { end } }: { readonly attempt: AttemptView }) {
  const [words, tone] = endNames[end ?? 'running'];
  return (
    <span>
      <span className={`mark tone-${tone}`} aria-hidden /> {words}
    </span>
  );
}

function lengthOf({ startedAtMs, endedAtMs }: AttemptView): string {
  if (startedAtMs === undefined) return '';
  return `· ${duration(Math.max(0, (endedAtMs ?? liveStore.fleet.nowMs()) - startedAtMs))}`;
}
