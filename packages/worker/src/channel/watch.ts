// Waits for work on behalf of the parked consumers of one channel, on one connection for all of them.
import type { QueueGlance, WorkQueue } from '@acktor/core/broker';
import type { Clock } from './clock.js';
import type { Parking } from './parking.js';

export interface WatchParts {
  readonly queue: Pick<WorkQueue, 'waitForWork' | 'passOn'>;
  readonly parking: Parking;
  readonly clock: Clock;
  /** The longest wait, after which somebody looks anyway: a process that died may have taken the queue's sign along. */
  readonly longestWaitMs: number;
  /** Told of a sign: somebody of the fleet has work, even when another consumer is quicker to take it. */
  readonly onActivity: () => void;
}

/**
 * One wait at a time, while anybody is parked. A sign of work wakes one consumer; what it finds says how many more to
 * wake, so that a hundred idle consumers do not all run for one job.
 */
export class Watch {
  readonly #parts: WatchParts;
  #isWaiting = false;
  #isHeld = false;
  #nextDueAtMs: number | undefined;
  #limitedUntilMs = 0;

  constructor(parts: WatchParts) {
    this.#parts = parts;
  }

  /** Waits, if somebody is parked and nobody waits yet. */
  look(): void {
    if (this.#isWaiting || this.#isHeld || this.#parts.parking.isEmpty) return;
    this.#isWaiting = true;
    void this.#waitOnce().finally(() => {
      this.#isWaiting = false;
      this.look();
    });
  }

  /** Remembers what the queue said about later: when a delayed job is due, for how long a limit holds. */
  remember({ nextDueAtMs, limitedForMs }: QueueGlance): void {
    this.#nextDueAtMs = nextDueAtMs;
    this.#limitedUntilMs = limitedForMs > 0 ? this.#parts.clock.now() + limitedForMs : 0;
  }

  /** Somebody who was woken left without a look, and the queue's sign is used up: the next one looks instead. */
  wakeAnother(): void {
    if (this.#parts.parking.isEmpty) this.#nextDueAtMs = this.#parts.clock.now();
    else this.#wakeOne();
  }

  /** Stops waiting, after the wait that goes on. */
  hold(): void {
    this.#isHeld = true;
  }

  resume(): void {
    this.#isHeld = false;
    this.look();
  }

  async #waitOnce(): Promise<void> {
    const { queue, clock, longestWaitMs, onActivity } = this.#parts;
    const limitedMs = this.#limitedUntilMs - clock.now();
    if (limitedMs > 0) return this.#waitOutLimit(limitedMs);
    const untilDueMs = this.#nextDueAtMs === undefined ? longestWaitMs : this.#nextDueAtMs - clock.now();
    if (untilDueMs <= 0) return this.#wakeOne();
    try {
      const sign = await queue.waitForWork(Math.min(untilDueMs, longestWaitMs));
      if (sign.kind === 'ready') onActivity();
      if (this.#canWakeNobody) await queue.passOn(sign);
      else if (sign.kind === 'due') this.#nextDueAtMs = sign.dueAtMs;
      else this.#wakeOne();
    } catch {
      await this.#sleep(PAUSE_AFTER_FAULT_MS);
    }
  }

  /** Whoever met the limit had taken the queue's sign, and nobody gives another for the jobs that wait. */
  async #waitOutLimit(limitedMs: number): Promise<void> {
    await this.#sleep(limitedMs);
    this.#wakeOne();
  }

  get #canWakeNobody(): boolean {
    return this.#isHeld || this.#parts.parking.isEmpty;
  }

  #wakeOne(): void {
    if (this.#canWakeNobody) return;
    this.#nextDueAtMs = undefined;
    this.#parts.parking.wake(1);
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.#parts.clock.setTimeout(resolve, ms));
  }
}

/** The connection comes back by itself; asking it more often only burns the processor. */
const PAUSE_AFTER_FAULT_MS = 300;
