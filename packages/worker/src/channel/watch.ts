// Waits for work on behalf of the parked consumers of one channel, on one connection for all of them.
import type { QueueGlance, WorkQueue, WorkSign } from '@acktor/core/broker';
import type { Clock } from './clock.js';
import { DueAlarm } from './due-alarm.js';
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
 * wake, so that a hundred idle consumers do not all run for one job. Until it has found that out nobody waits: a fetch leaves a sign for
 * others, and a second consumer that runs for it would keep the first one's job waiting.
 *
 * A wait goes on while consumers look, and what they learn about delayed jobs may be sooner than its end: an alarm of its own wakes
 * for those.
 */
export class Watch {
  readonly #parts: WatchParts;
  readonly #alarm: DueAlarm;
  #isWaiting = false;
  #isHeld = false;
  /** Whether the next one who is parked looks without a sign. */
  #owesALook = false;
  #limitedUntilMs = 0;
  #standsBackUntilMs = 0;
  #endOfLook: (() => void) | undefined;

  constructor(parts: WatchParts) {
    this.#parts = parts;
    this.#alarm = new DueAlarm(parts.clock, (dueAtMs) => this.#jobIsDue(dueAtMs));
  }

  /** Waits, if somebody is parked and nobody waits yet. */
  look(): void {
    if (this.#isWaiting || this.#canWakeNobody) return;
    this.#isWaiting = true;
    void this.#waitOnce().finally(() => {
      this.#isWaiting = false;
      this.look();
    });
  }

  /** Remembers what the queue said about later: when a delayed job is due, for how long a limit holds. */
  remember({ nextDueAtMs, limitedForMs }: QueueGlance): void {
    this.#limitedUntilMs = limitedForMs > 0 ? this.#parts.clock.now() + limitedForMs : 0;
    if (nextDueAtMs === undefined) this.#alarm.clear();
    else this.#expect(nextDueAtMs);
  }

  /** To be told when a consumer has looked, whatever it found. */
  looked(): void {
    this.#endOfLook?.();
  }

  /** Somebody who was woken left without a look, and the queue's sign is used up: the next one looks instead. */
  wakeAnother(): void {
    if (this.#parts.parking.isEmpty) this.#owesALook = true;
    else this.#wakeOne();
  }

  /**
   * To be told when this process gives back what others can handle and it cannot: for a while it comes a little late to what is due.
   * All who know of a job wake in the same moment, and who asks first is a matter of chance, or of habit: a worker was seen to be
   * quicker than its newer neighbour for twenty seconds.
   */
  standBack(): void {
    this.#standsBackUntilMs = this.#parts.clock.now() + STANDING_BACK_MS;
  }

  /** Stops waiting, after the wait that goes on. */
  hold(): void {
    this.#isHeld = true;
  }

  /** A sign may have been on the way when the connection broke, so one consumer looks. */
  resume(): void {
    this.#isHeld = false;
    this.#owesALook = true;
    this.looked();
    this.look();
  }

  /** Holds for good. What is known of the next delayed job is told to the queue, for nobody else may know. */
  async close(): Promise<void> {
    this.hold();
    const dueAtMs = this.#alarm.clear();
    if (dueAtMs !== undefined) await this.#passOn({ kind: 'due', dueAtMs });
  }

  async #waitOnce(): Promise<void> {
    const { queue, clock, longestWaitMs, onActivity } = this.#parts;
    const limitedMs = this.#limitedUntilMs - clock.now();
    if (limitedMs > 0) return this.#waitOutLimit(limitedMs);
    if (this.#owesALook) return this.#haveOneLook();
    try {
      const sign = await queue.waitForWork(longestWaitMs);
      if (sign.kind === 'ready') onActivity();
      if (this.#canWakeNobody) await queue.passOn(sign);
      else if (sign.kind === 'due') this.#expect(sign.dueAtMs);
      else await this.#haveOneLook();
    } catch {
      await this.#sleep(PAUSE_AFTER_FAULT_MS);
    }
  }

  /** Whoever met the limit had taken the queue's sign, and nobody gives another for the jobs that wait. */
  async #waitOutLimit(limitedMs: number): Promise<void> {
    await this.#sleep(limitedMs);
    this.#wakeOne();
  }

  #expect(dueAtMs: number): void {
    const isStandingBack = this.#parts.clock.now() < this.#standsBackUntilMs;
    this.#alarm.set(dueAtMs, isStandingBack ? LATE_MS : 0);
  }

  /** With nobody here to look, others of the fleet are told: the sign that announced the job may have come to us alone. */
  #jobIsDue(dueAtMs: number): void {
    if (this.#canWakeNobody) void this.#passOn({ kind: 'due', dueAtMs });
    else this.#wakeOne();
  }

  /** A server that is away needs no sign: whoever comes back to it looks. */
  #passOn(sign: WorkSign): Promise<void> {
    return this.#parts.queue.passOn(sign).catch(() => undefined);
  }

  get #canWakeNobody(): boolean {
    return this.#isHeld || this.#parts.parking.isEmpty;
  }

  #wakeOne(): void {
    if (this.#canWakeNobody) return;
    this.#owesALook = false;
    this.#parts.parking.wake(1);
  }

  /** Resolves when it has looked, or is taken for gone. */
  #haveOneLook(): Promise<void> {
    this.#wakeOne();
    return new Promise((resolve) => {
      const timer = this.#parts.clock.setTimeout(() => this.looked(), LONGEST_LOOK_MS);
      this.#endOfLook = () => {
        this.#endOfLook = undefined;
        this.#parts.clock.clearTimeout(timer);
        resolve();
      };
    });
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.#parts.clock.setTimeout(resolve, ms));
  }
}

/** The connection comes back by itself; asking it more often only burns the processor. */
const PAUSE_AFTER_FAULT_MS = 300;
/** A look is answered within milliseconds, or its call fails. Whoever leaves without one must not keep the others from work. */
const LONGEST_LOOK_MS = 1_000;
/** Longer than a job is given back for at most (`delivery/newer-payloads.ts`), or it would be forgotten before the job is due. */
const STANDING_BACK_MS = 3_000;
/** A few round trips to the server, and an event loop that is somewhat behind. */
const LATE_MS = 25;
