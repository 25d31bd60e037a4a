// Queues in numbers: what the server counts now, what the workers did in the last ten seconds, and the last quarter of an hour.
import type { QueueDepth } from '@acktor/core/engine';
import type { QueueLine } from '../protocol/live.js';
import type { QueueHistory, QueuePoint } from '../protocol/requests.js';
import type { QueueCounter } from './queue-counter.js';

/** What one poll found of a queue: rates come from two of them. */
interface Sample {
  readonly atMs: number;
  readonly acked: number;
  readonly rejected: number;
  /** Everything sent that was not acked. */
  readonly inside: number;
}

export class QueueMeter {
  readonly #counter: QueueCounter;
  readonly #samples = new Map<string, Sample[]>();
  readonly #history = new Map<string, QueuePoint[]>();
  #lines: readonly QueueLine[] = [];
  /** When the queues were last read, in milliseconds since the epoch; 0 before the first time. */
  readAtMs = 0;

  constructor(counter: QueueCounter) {
    this.#counter = counter;
  }

  /** The queues as they were last read, with what the workers have done since. */
  get lines(): readonly QueueLine[] {
    return this.#lines.map((line) => ({ ...line, totals: this.#counter.of(line.queue).totals }));
  }

  /** Takes what a poll found. A queue that is not in it no longer exists. */
  add(depths: readonly QueueDepth[], nowMs: number): void {
    this.readAtMs = nowMs;
    this.#lines = depths.map((depth) => this.#lineOf(depth, nowMs));
    const names = new Set(depths.map(({ queue }) => queue));
    for (const map of [this.#samples, this.#history])
      for (const queue of map.keys()) if (!names.has(queue)) map.delete(queue);
    for (const line of this.#lines) this.#addPoint(line, nowMs);
  }

  history(queue: string): QueueHistory {
    return { stepMs: STEP_MS, points: this.#history.get(queue) ?? [] };
  }

  #lineOf(depth: QueueDepth, nowMs: number): QueueLine {
    const { queue, isPaused, waiting, waitingForChildren, delayed, active, deadLetters, oldestWaitingAtMs } = depth;
    const { acked, rejected, totals } = this.#counter.of(queue);
    const inside = waiting + waitingForChildren + delayed + active + deadLetters;
    const { first, last } = this.#sampled(queue, { atMs: nowMs, acked, rejected, inside });
    const perSecond = (count: number) =>
      rounded((Math.max(0, count) * 1_000) / Math.max(1_000, last.atMs - first.atMs));
    const ackedPerSecond = perSecond(last.acked - first.acked);
    const sentPerSecond = perSecond(last.inside - first.inside + last.acked - first.acked);
    const rejectedPerSecond = perSecond(last.rejected - first.rejected);
    const rates = { sentPerSecond, ackedPerSecond, rejectedPerSecond };
    const places = { waiting, waitingForChildren, delayed, active, deadLetters };
    return { queue, isPaused, ...places, oldestWaitingAtMs, ...rates, totals };
  }

  #sampled(queue: string, last: Sample): { readonly first: Sample; readonly last: Sample } {
    const samples = this.#samples.get(queue) ?? [];
    this.#samples.set(queue, samples);
    samples.push(last);
    // One sample from before the span stays, so that the samples cover the whole span.
    while ((samples[1]?.atMs ?? Infinity) <= last.atMs - RATE_SPAN_MS) samples.shift();
    return { first: samples[0] ?? last, last };
  }

  #addPoint({ queue, waiting, sentPerSecond, ackedPerSecond, rejectedPerSecond }: QueueLine, atMs: number): void {
    const points = this.#history.get(queue) ?? [];
    this.#history.set(queue, points);
    if (atMs - (points.at(-1)?.atMs ?? -Infinity) < STEP_MS - SLACK_MS) return;
    points.push({ atMs, waiting, sentPerSecond, ackedPerSecond, rejectedPerSecond });
    if (points.length > MOST_POINTS) points.shift();
  }
}

/** As exact as it is shown: a rate that differs by less is not sent again. */
function rounded(rate: number): number {
  return Math.round(rate * 100) / 100;
}

const RATE_SPAN_MS = 10_000;
const STEP_MS = 5_000;
/** A poll may come a little early. */
const SLACK_MS = 500;
/** A quarter of an hour. */
const MOST_POINTS = 180;
