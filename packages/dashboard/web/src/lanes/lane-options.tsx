// Above the lanes: how far back they reach and in which order they are, kept in the address; and what they mean.
import { Help, Segments } from '../fields/controls.js';
import { setFilters, type Filters } from '../route/route.js';
import type { Tone } from '../theme/palette.js';

export interface LaneOptions {
  readonly rangeMs: number;
  /** `stuck`: those first that have held a job for far too long, the longest on top. `place`: by host, process and name. */
  readonly order: 'stuck' | 'place';
}

const ranges = [
  { value: '15', label: '15 s' },
  { value: '60', label: '1 min' },
  { value: '300', label: '5 min' },
];
const orders = [
  { value: 'place', label: 'By place' },
  { value: 'stuck', label: 'Stuck first' },
];
const usualRange = '60';

export function laneOptionsIn({ range, order }: Filters): LaneOptions {
  const known = ranges.find(({ value }) => value === range)?.value ?? usualRange;
  return { rangeMs: Number(known) * 1_000, order: order === 'stuck' ? 'stuck' : 'place' };
}

export function LaneOptionsBar({ options: { rangeMs, order } }: { readonly options: LaneOptions }) {
  return (
    <>
      <div className="lane-options">
        <Segments
          label="How far back"
          items={ranges}
          value={String(rangeMs / 1_000)}
          onChoose={(range) => setFilters({ range: range === usualRange ? undefined : range })}
        />
        <Segments
          label="Order"
          items={orders}
          value={order}
          onChoose={(chosen) => setFilters({ order: chosen === 'place' ? undefined : chosen })}
        />
      </div>
      <ul className="legend" aria-label="Colours of the states">
        {legendTones.map((tone) => (
          <li key={tone} className={`tone-${tone}`}>
            <i aria-hidden />
            {tone}
          </li>
        ))}
      </ul>
      <Help about="the lanes" terms={terms} />
    </>
  );
}

const legendTones: readonly Tone[] = ['processing', 'acking', 'rejecting', 'fetching', 'idle', 'lost'];

const terms = [
  [
    'A line',
    'one consumer: its process, its name, its states over time, and on the right what it does now, with which job, and for how long.',
  ],
  ['By place', 'in the order of hosts, processes and names.'],
  ['Stuck first', 'those on top that hold a job much longer than that job usually takes.'],
  ['▲', 'three times longer than 99 of 100 such jobs took, and five seconds at least.'],
  ['idle', 'waits for work. Now and then it asks the queue once more, which does not end its rest.'],
] as const;
