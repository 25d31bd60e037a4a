// How often each arrow of each chart was taken in the last ten seconds, and how long consumers had stayed before.
import type { TransitionCount } from '@acktor/core/engine';
import { flowKey, type FlowRate } from '../protocol/live.js';
import { Dwells } from './dwells.js';

/** Counts are exact; they come from the workers as counts, not as events. */
export class FlowMeter {
  readonly #flows = new Map<string, Flow>();
  #startedAtMs: number;

  constructor(nowMs: number) {
    this.#startedAtMs = nowMs;
  }

  /** To be told when steps are heard of again after a time in which none were: what was not heard is no rate of 0. */
  begin(nowMs: number): void {
    this.#startedAtMs = nowMs;
  }

  add(steps: readonly TransitionCount[], nowMs: number): void {
    for (const step of steps) this.#flowOf(step)?.add(step, nowMs);
  }

  /** All arrows of the last minutes; one that was not taken for ten seconds has a rate of 0. */
  rates(nowMs: number): readonly FlowRate[] {
    for (const [key, flow] of this.#flows) if (nowMs - flow.lastAtMs > FORGOTTEN_AFTER_MS) this.#flows.delete(key);
    return [...this.#flows.values()].map((flow) => flow.rate(nowMs, this.#startedAtMs));
  }

  /** Undefined for one more than there may be. */
  #flowOf(step: TransitionCount): Flow | undefined {
    const isOneTooMany = this.#flows.size >= MOST_BY_QUEUE && !this.#flows.has(flowKey(step));
    const counted = isOneTooMany ? { ...step, queue: '' } : step;
    const key = flowKey(counted);
    const known = this.#flows.get(key);
    if (known !== undefined || this.#flows.size >= MOST_FLOWS) return known;
    const flow = new Flow(counted);
    this.#flows.set(key, flow);
    return flow;
  }
}

/** A chart has some eight arrows. Those of the queues beyond are counted together: the sums stay true, a filter by queue knows none of them. */
const MOST_BY_QUEUE = 4_000;
const SECONDS = 10;
/** Whoever can write to the server can make arrows up: not without end. */
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
    slot.dwells.add(dwellMsTotal / count, count);
    this.lastAtMs = nowMs;
  }

  rate(nowMs: number, startedAtMs: number): FlowRate {
    const firstSecond = this.#forget(nowMs);
    // The second that runs is not over, and a meter that has just begun knows less than ten.
    const seenMs = Math.max(1_000, nowMs - Math.max(startedAtMs, firstSecond * 1_000));
    const count = this.#slots.reduce((sum, slot) => sum + slot.count, 0);
    const dwellP50Ms = Dwells.median(this.#slots.map(({ dwells }) => dwells));
    return { ...this.#arrow, perSecond: (count * 1_000) / seenMs, dwellP50Ms, lastAtMs: this.lastAtMs };
  }

  #slotAt(second: number): Slot {
    const last = this.#slots.at(-1);
    if (last?.second === second) return last;
    const slot = { second, count: 0, dwells: new Dwells() };
    this.#slots.push(slot);
    if (this.#slots.length > SECONDS) this.#slots.shift();
    return slot;
  }

  /** Drops the slots that are too old. Answers the first second that still counts. */
  #forget(nowMs: number): number {
    const firstSecond = Math.floor(nowMs / 1_000) - SECONDS + 1;
    while ((this.#slots[0]?.second ?? firstSecond) < firstSecond) this.#slots.shift();
    return firstSecond;
  }
}

interface Slot {
  readonly second: number;
  count: number;
  readonly dwells: Dwells;
}
