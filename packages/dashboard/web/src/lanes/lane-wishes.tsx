// How far back the lanes reach and in which order they stand. Kept in the address.
import { Segments } from '../fields/segments.js';
import { setFilters, type Filters } from '../route/route.js';

export interface LaneChoice {
  readonly rangeMs: number;
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

export function laneWishesIn({ range, order }: Filters): LaneChoice {
  const known = ranges.find(({ value }) => value === range)?.value ?? usualRange;
  return { rangeMs: Number(known) * 1_000, order: order === 'stuck' ? 'stuck' : 'place' };
}

export function LaneWishesBar({ wishes }: { readonly wishes: LaneChoice }) {
  return (
    <div className="lane-wishes">
      <Segments
        label="How far back"
        items={ranges}
        value={String(wishes.rangeMs / 1_000)}
        onChoose={(range) => setFilters({ range: range === usualRange ? undefined : range })}
      />
      <Segments
        label="Order"
        items={orders}
        value={wishes.order}
        onChoose={(order) => setFilters({ order: order === 'place' ? undefined : order })}
      />
    </div>
  );
}
