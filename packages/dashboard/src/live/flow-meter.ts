// How often each arrow of each chart was taken in the last ten seconds, and how long consumers had been in the state before.
import type { TransitionCount } from '@acktor/core/engine';
import { flowKey, type FlowRate } from '../protocol/live.js';

/** Counts are exact: workers publish counts, not single transitions. */
export class FlowMeter {
  readonly #flows = new Map<string, Flow>();
  #startedAtMs: number;

  constructor(nowMs: number) {
    this.#startedAtMs = nowMs;
  }

  /** Called when transitions are published again after a time in which none were: that time does not count as a rate of 0. */
  begin(nowMs: number): void {
    this.#startedAtMs = nowMs;
  }

  add(transitions: readonly TransitionCount[], nowMs: number): void {
    for (const transition of transitions) this.#flowOf(transition)?.add(transition, nowMs);
  }

  /** All arrows of the last minutes; one that was not taken for ten seconds has a rate of 0. */
  rates(nowMs: number): readonly FlowRate[] {
    for (const [key, flow] of this.#flows) if (nowMs - flow.lastAtMs > FORGOTTEN_AFTER_MS) this.#flows.delete(key);
    return [...this.#flows.values()].map((flow) => flow.rate(nowMs, this.#startedAtMs));
  }

  /** Undefined when there are too many already. */
  #flowOf(transition: TransitionCount): Flow | undefined {
    const isOneTooMany = this.#flows.size >= MOST_BY_QUEUE && !this.#flows.has(flowKey(transition));
    const counted = isOneTooMany ? { ...transition, queue: '' } : transition;
    const key = flowKey(counted);
    const known = this.#flows.get(key);
    if (known !== undefined || this.#flows.size >= MOST_FLOWS) return known;
    const flow = new Flow(counted);
    this.#flows.set(key, flow);
    return flow;
  }
}

/**
 * A chart has some eight arrows. Arrows of further queues are counted together: the sums stay true, but a filter by one of these
 * queues shows none.
 */
const MOST_BY_QUEUE = 4_000;
const SECONDS = 10;
/** Every client of the server can make up arrows: their number needs a bound. */
const MOST_FLOWS = 10_000;
const FORGOTTEN_AFTER_MS = 15 * 60_000;

type Arrow = Pick<TransitionCount, 'machineId' | 'queue' | 'from' | 'to'>;

/** One arrow: a slot for each of the last ten seconds. */
class Flow {
  readonly #arrow: Arrow;
  readonly #slots: Slot[] = [];
  lastAtMs = 0;

  constructor({ machineId, queue, from, to }: Arrow) {
    this.#arrow = { machineId, queue, from, to };
  }

  add({ count, dwellMsTotal }: TransitionCount, nowMs: number): void {
    if (count <= 0) return;
    const slot = this.#slotAt(Math.floor(nowMs / 1_000));
    slot.count += count;
    slot.durations.add(dwellMsTotal / count, count);
    this.lastAtMs = nowMs;
  }

  rate(nowMs: number, startedAtMs: number): FlowRate {
    const firstSecond = this.#forget(nowMs);
    // The present second is not over, and a meter that has just begun knows less than ten.
    const seenMs = Math.max(1_000, nowMs - Math.max(startedAtMs, firstSecond * 1_000));
    const count = this.#slots.reduce((sum, slot) => sum + slot.count, 0);
    const dwellP50Ms = DurationHistogram.median(this.#slots.map(({ durations }) => durations));
    return { ...this.#arrow, perSecond: (count * 1_000) / seenMs, dwellP50Ms, lastAtMs: this.lastAtMs };
  }

  #slotAt(second: number): Slot {
    const last = this.#slots.at(-1);
    if (last?.second === second) return last;
    const slot = { second, count: 0, durations: new DurationHistogram() };
    this.#slots.push(slot);
    if (this.#slots.length > SECONDS) this.#slots.shift();
    return slot;
  }

  /** Drops the slots that are too old. Returns the first second that still counts. */
  #forget(nowMs: number): number {
    const firstSecond = Math.floor(nowMs / 1_000) - SECONDS + 1;
    while ((this.#slots[0]?.second ?? firstSecond) < firstSecond) this.#slots.shift();
    return firstSecond;
  }
}

interface Slot {
  readonly second: number;
  count: number;
  readonly durations: DurationHistogram;
}

/**
 * Counts durations in buckets, each 9 % wider than the one before.
 *
 * Workers publish the sum over the transitions of a tenth of a second, so what is counted is the mean of each such group: the median
 * is an estimate.
 */
export class DurationHistogram {
  readonly #counts = new Map<number, number>();

  /** @param meanMs of `count` durations, in milliseconds. */
  add(meanMs: number, count: number): void {
    const bucket = Math.round(BUCKETS_PER_DOUBLING * Math.log2(Math.max(meanMs, SHORTEST_MS)));
    this.#counts.set(bucket, (this.#counts.get(bucket) ?? 0) + count);
  }

  /** The median of all of them, within 5 %; 0 when there are none. */
  static median(all: readonly DurationHistogram[]): number {
    const sums = new Map<number, number>();
    for (const histogram of all)
      for (const [bucket, count] of histogram.#counts) sums.set(bucket, (sums.get(bucket) ?? 0) + count);
    const half = [...sums.values()].reduce((sum, count) => sum + count, 0) / 2;
    let below = 0;
    for (const [bucket, count] of [...sums].toSorted(([one], [other]) => one - other)) {
      below += count;
      if (below >= half) return 2 ** (bucket / BUCKETS_PER_DOUBLING);
    }
    return 0;
  }
}

const BUCKETS_PER_DOUBLING = 8;
const SHORTEST_MS = 0.01;
