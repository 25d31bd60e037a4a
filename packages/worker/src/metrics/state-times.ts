// How long consumers stay in each state of their chart, as a histogram.
import { Histogram, type Registry } from 'prom-client';
import type { StepListener } from '../consumer/observed-steps.js';

/** Measures every stay of every consumer of one queue. Told of each step, also of those within a state, which end no stay. */
export class StateTimes {
  readonly #stays = new WeakMap<object, Stay>();
  readonly #histograms = new Map<string, Histogram.Internal<'queue' | 'state'>>();
  readonly #histogram: Histogram<'queue' | 'state'>;
  readonly #queue: string;
  readonly #now: () => number;

  /** `now` counts milliseconds, from wherever it likes. */
  constructor(histogram: StateHistogram, queue: string, now: () => number) {
    this.#histogram = histogram;
    this.#queue = queue;
    this.#now = now;
  }

  readonly onStep: StepListener = (consumer, { value }) => {
    const state = typeof value === 'string' ? value : (Object.keys(value)[0] ?? '');
    const stay = this.#stays.get(consumer);
    if (stay?.state === state) return;
    const sinceMs = this.#now();
    if (stay) this.#of(stay.state).observe((sinceMs - stay.sinceMs) / 1_000);
    this.#stays.set(consumer, { state, sinceMs });
  };

  /** Labels are looked up once for each state: `observe` with labels costs several times as much. */
  #of(state: string): Histogram.Internal<'queue' | 'state'> {
    const known = this.#histograms.get(state);
    if (known) return known;
    const histogram = this.#histogram.labels({ queue: this.#queue, state });
    this.#histograms.set(state, histogram);
    return histogram;
  }
}

export type StateHistogram = Histogram<'queue' | 'state'>;

interface Stay {
  readonly state: string;
  readonly sinceMs: number;
}

export function stateHistogram(registry: Registry): StateHistogram {
  return new Histogram({
    name: 'acktor_consumer_state_seconds',
    help: 'How long consumers stayed in each state of their chart; processing is the time of the handler',
    labelNames: ['queue', 'state'],
    buckets: [...BUCKETS_S],
    registers: [registry],
  });
}

/** From a round trip in one machine to the longest that a worker usually drains. */
const BUCKETS_S = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];
