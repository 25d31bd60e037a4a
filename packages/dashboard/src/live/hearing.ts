// How old the latest is that is known of each worker process.
import type { QuietProcess } from '../protocol/live.js';

/**
 * Workers say when they speak, by clocks of their own. How much of the time until it is heard is the way, and how much is
 * the clocks' difference, nobody knows; but the quickest of the last minute was hardly late.
 */
export class Hearing {
  readonly #ears = new Map<string, Ear>();

  /** A process has said how it stands, whenever that was written. */
  reported(workerId: string, nowMs: number): void {
    this.#earFor(workerId).heardAtMs = nowMs;
  }

  heard(workerId: string, saidAtMs: number, nowMs: number): void {
    this.#earFor(workerId).hear(saidAtMs, nowMs);
  }

  forget(workerId: string): void {
    this.#ears.delete(workerId);
  }

  /** Those of which nothing is known that is younger than two seconds. */
  quiet(nowMs: number): readonly QuietProcess[] {
    return [...this.#ears]
      .map(([workerId, ear]) => ({ workerId, heardAtMs: ear.heardAtMs }))
      .filter(({ heardAtMs }) => nowMs - heardAtMs > QUIET_AFTER_MS);
  }

  #earFor(workerId: string): Ear {
    const ear = this.#ears.get(workerId) ?? new Ear();
    this.#ears.set(workerId, ear);
    return ear;
  }
}

/** Four times what is between two words of a process that has nothing to say. */
const QUIET_AFTER_MS = 2_000;
const SPAN_MS = 30_000;

class Ear {
  heardAtMs = 0;
  /** The least difference between saying and hearing in this span, and in the one before. */
  #leastMs = Infinity;
  #leastBeforeMs = Infinity;
  #spanEndsAtMs = 0;

  hear(saidAtMs: number, nowMs: number): void {
    if (nowMs >= this.#spanEndsAtMs) {
      [this.#leastBeforeMs, this.#leastMs] = [this.#leastMs, Infinity];
      this.#spanEndsAtMs = nowMs + SPAN_MS;
    }
    this.#leastMs = Math.min(this.#leastMs, nowMs - saidAtMs);
    this.heardAtMs = saidAtMs + Math.min(this.#leastMs, this.#leastBeforeMs);
  }
}
