// The four figures that tell whether all is well.
import type { ReactNode } from 'react';
import type { QueueLine } from '#protocol/live.js';
import { liveStore } from '../../live/store.js';
import { EasedNumber } from '../../numbers/eased-number.js';
import { count, durationParts, percent, rate } from '../../numbers/format.js';

export function FigurePanel({ queues }: { readonly queues: readonly QueueLine[] }) {
  const sum = (pick: (line: QueueLine) => number) => queues.reduce((total, line) => total + pick(line), 0);
  const acked = sum(({ ackedPerSecond }) => ackedPerSecond);
  const rejected = sum(({ rejectedPerSecond }) => rejectedPerSecond);
  const everAcked = sum(({ totals }) => totals.acked);
  const oldest = Math.min(...queues.map(({ oldestWaitingAtMs }) => oldestWaitingAtMs ?? Infinity));
  const [age, unit] = Number.isFinite(oldest)
    ? durationParts(Math.max(0, liveStore.model.nowMs() - oldest))
    : ['–', ''];
  return (
    <section className="panel figures" aria-label="Figures">
      <Figure
        name={
          <>
            acked ·{' '}
            <data value={everAcked} title={everAcked.toLocaleString('en')}>
              {count(everAcked)}
            </data>{' '}
            in all
          </>
        }
        unit="/s"
      >
        <EasedNumber value={acked} format={rate} />
      </Figure>
      <Figure name="rejected" unit="%">
        <EasedNumber value={acked + rejected === 0 ? 0 : rejected / (acked + rejected)} format={percent} />
      </Figure>
      <Figure name="waiting" unit="">
        <EasedNumber value={sum(({ waiting }) => waiting)} format={count} />
      </Figure>
      <Figure name="oldest" unit={unit}>
        {age}
      </Figure>
    </section>
  );
}

interface FigureProps {
  readonly name: ReactNode;
  readonly unit: string;
  readonly children: ReactNode;
}

function Figure({ name, unit, children }: FigureProps) {
  return (
    <p>
      <b className="large figure">{children}</b> <span className="dim">{unit}</span>
      <br />
      <span className="dim">{name}</span>
    </p>
  );
}
