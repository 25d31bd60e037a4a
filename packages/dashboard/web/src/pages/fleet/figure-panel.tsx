// The four figures that show whether all is well.
import { useEffect, useRef, useState, type ReactNode } from 'react';
import type { QueueLine } from '#protocol/live.js';
import { count, durationParts, percent, rate } from '../../figures/format.js';
import { liveStore } from '../../live/store.js';
import { prefersReducedMotion } from '../../theme/preferences.js';

export function FigurePanel({ queues }: { readonly queues: readonly QueueLine[] }) {
  const sum = (pick: (line: QueueLine) => number) => queues.reduce((total, line) => total + pick(line), 0);
  const acked = sum(({ ackedPerSecond }) => ackedPerSecond);
  const rejected = sum(({ rejectedPerSecond }) => rejectedPerSecond);
  const everAcked = sum(({ totals }) => totals.acked);
  const oldest = Math.min(...queues.map(({ oldestWaitingAtMs }) => oldestWaitingAtMs ?? Infinity));
  const [age, unit] = Number.isFinite(oldest)
    ? durationParts(Math.max(0, liveStore.fleet.nowMs() - oldest))
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

interface EasedNumberProps {
  readonly value: number;
  readonly format: (value: number) => string;
}

const steps = 4;
const stepMs = 100;

/** A figure that moves to its new value within half a second, instead of jumping. */
function EasedNumber({ value, format }: EasedNumberProps) {
  const shown = useRef(value);
  const [, redraw] = useState(0);
  useEffect(() => {
    if (prefersReducedMotion()) {
      shown.current = value;
      return;
    }
    let left = steps;
    const timer = setInterval(() => {
      shown.current += (value - shown.current) / left;
      redraw((number) => number + 1);
      if (--left === 0) clearInterval(timer);
    }, stepMs);
    return () => clearInterval(timer);
  }, [value]);
  return <>{format(prefersReducedMotion() ? value : shown.current)}</>;
}
