// Waits for work on behalf of the parked consumers of one channel, on one connection for all of them.
import type { DueTime, QueueStatus, WorkQueue, WakeSignal } from '@acktor/core/engine';
import type { ConsumerRef } from '../consumer/consumer-protocol.js';
import { Alarm, type Clock } from './clock.js';

export interface WatchDeps {
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
 * wake, so that a hundred idle consumers do not all run for one job. Until it has looked, nobody waits: its fetch leaves a sign for
 * others, and a second consumer that runs for it would keep the first one's job waiting.
 *
 * What consumers learn meanwhile may be sooner than the end of a wait: alarms wake for the next delayed job, and when a limit ends.
 */
export class Watch {
  readonly #deps: WatchDeps;
  readonly #nextDue: Alarm<DueTime>;
  readonly #limit: Alarm<'limit'>;
  #isWaiting = false;
  #isHeld = false;
  #isClosed = false;
  /** Whether the next one who is parked looks without a sign. */
  #owesALook = false;
  #signedAtMs = Number.NEGATIVE_INFINITY;
  #standsBackUntilMs = Number.NEGATIVE_INFINITY;
  #looking: { readonly consumer: ConsumerRef; readonly end: () => void } | undefined;

  constructor(deps: WatchDeps) {
    this.#deps = deps;
    this.#nextDue = new Alarm(deps.clock, (due) => this.#answerDue(due));
    this.#limit = new Alarm(deps.clock, () => this.lookWithoutSign());
  }

  /** Waits, if somebody is parked and nobody waits yet. */
  look(): void {
    if (this.#isWaiting || this.#limit.pending || this.#canWakeNobody) return;
    this.#isWaiting = true;
    void this.#waitOnce().finally(() => {
      this.#isWaiting = false;
      this.look();
    });
  }

  /** Remembers what the queue said about later: when a delayed job is due, for how long a limit holds. */
  remember({ nextDue, limitedForMs }: QueueStatus): void {
    if (this.#isClosed) return;
    const nowMs = this.#deps.clock.now();
    if (limitedForMs > 0) this.#limit.set('limit', limitedForMs);
    else this.#limit.clear();
    // What a call saw before a job was delayed may be read after that job's sign.
    const isOutdated = nowMs - this.#signedAtMs < LONGEST_LOOK_MS;
    if (nextDue) this.#expect(nextDue, isOutdated);
    else if (!isOutdated) this.#nextDue.clear();
  }

  /** To be told when a consumer has looked, whatever it found. */
  looked(consumer: ConsumerRef | undefined): void {
    if (this.#looking?.consumer === consumer) this.#looking?.end();
  }

  /** To be told when somebody who was woken has left without a look: its sign is used up, and the next one looks instead. */
  passedOver(consumer: ConsumerRef): void {
    this.lookWithoutSign();
    this.looked(consumer);
  }

  /** Has one look without a sign, as soon as one can. */
  lookWithoutSign(): void {
    this.#owesALook = true;
    if (!this.#canWakeNobody) this.#wakeOne();
  }

  /**
   * To be told when this process gives a job back, for so long, that others can handle and it cannot: until then it comes a little late
   * to what is due. All who know of a job wake in the same moment, and who asks first is a matter of chance, or of habit: a worker was
   * seen to be quicker than its newer neighbour for twenty seconds.
   */
  standBack(forMs: number): void {
    const untilMs = this.#deps.clock.now() + forMs + LATE_MS;
    this.#standsBackUntilMs = Math.max(this.#standsBackUntilMs, untilMs);
  }

  /** Stops waiting, after the wait that goes on. */
  hold(): void {
    this.#isHeld = true;
  }

  resume(): void {
    this.#isHeld = false;
    this.#looking?.end();
    if (this.#owesALook) this.lookWithoutSign();
    this.look();
  }

  /**
   * Holds for good. What is known of work and of the next delayed job is told to the queue, for nobody else may know; a server that does
   * not answer is not waited for.
   */
  async close(): Promise<void> {
    this.hold();
    this.#isClosed = true;
    this.#looking?.end();
    const signs: WakeSignal[] = [];
    if (this.#nextDue.pending) signs.push({ kind: 'due', due: this.#nextDue.pending });
    if (this.#owesALook || this.#limit.pending) signs.push({ kind: 'ready' });
    this.#nextDue.clear();
    this.#limit.clear();
    if (signs.length > 0)
      await Promise.race([Promise.all(signs.map((sign) => this.#passOn(sign))), this.#sleep(LONGEST_LOOK_MS)]);
  }

  async #waitOnce(): Promise<void> {
    const { queue, longestWaitMs, onActivity } = this.#deps;
    if (this.#owesALook) return this.#haveOneLook();
    try {
      const sign = await queue.waitForWork(longestWaitMs);
      if (sign.kind === 'ready') onActivity();
      if (this.#canWakeNobody) await queue.passOn(sign);
      else if (sign.kind === 'due') this.#hearOfDue(sign.due);
      else await this.#haveOneLook();
    } catch {
      // The sign may have been on its way.
      this.#owesALook = true;
      await this.#sleep(PAUSE_AFTER_FAULT_MS);
    }
  }

  /** Somebody else may have passed the sign on, who knew no sooner job. */
  #hearOfDue(due: DueTime): void {
    this.#signedAtMs = this.#deps.clock.now();
    this.#expect(due, true);
  }

  #expect(due: DueTime, unlessSooner: boolean): void {
    const known = this.#nextDue.pending;
    const isSooner = known !== undefined && known.atMs < due.atMs;
    if (unlessSooner && isSooner) return;
    const isStandingBack = this.#deps.clock.now() < this.#standsBackUntilMs;
    this.#nextDue.set(due, Math.max(due.inMs, 0) + (isStandingBack ? LATE_MS : 0));
  }

  /** With nobody here to look, others of the fleet are told: the sign that announced the job may have come to us alone. */
  #answerDue(due: DueTime): void {
    if (this.#isHeld) this.#owesALook = true;
    else if (this.#canWakeNobody) void this.#passOn({ kind: 'due', due });
    else this.#wakeOne();
  }

  #passOn(sign: WakeSignal): Promise<void> {
    return this.#deps.queue.passOn(sign).catch(() => undefined);
  }

  get #canWakeNobody(): boolean {
    return this.#isHeld || this.#deps.parking.isEmpty;
  }

  #wakeOne(): void {
    this.#owesALook = false;
    this.#deps.parking.wake(1);
  }

  /** Resolves when it has looked, or is taken for gone. */
  #haveOneLook(): Promise<void> {
    const consumer = this.#deps.parking.next;
    if (consumer === undefined) return Promise.resolve();
    const looked = new Promise<void>((resolve) => {
      const timer = this.#deps.clock.setTimeout(() => this.looked(consumer), LONGEST_LOOK_MS);
      const end = () => {
        this.#looking = undefined;
        this.#deps.clock.clearTimeout(timer);
        resolve();
      };
      this.#looking = { consumer, end };
    });
    // Last: one that fails as it wakes has left before this returns.
    this.#wakeOne();
    return looked;
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.#deps.clock.setTimeout(resolve, ms));
  }
}

/** The connection comes back by itself; asking it more often only burns the processor. */
const PAUSE_AFTER_FAULT_MS = 300;
/** A look is answered within milliseconds, or its call fails. Whoever leaves without one must not keep the others from work. */
const LONGEST_LOOK_MS = 1_000;
/** A few round trips to the server, and an event loop that is somewhat behind. */
const LATE_MS = 25;

export class Parking {
  readonly #parked = new Map<ConsumerRef, number>();

  get isEmpty(): boolean {
    return this.#parked.size === 0;
  }

  park(consumer: ConsumerRef, nowMs: number): void {
    this.#parked.set(consumer, nowMs);
  }

  /** Since when it is parked; undefined when it is not. */
  parkedSinceMs(consumer: ConsumerRef): number | undefined {
    return this.#parked.get(consumer);
  }

  /** Answers whether the consumer was parked. */
  leave(consumer: ConsumerRef): boolean {
    return this.#parked.delete(consumer);
  }

  /** Who has been idle longest, and is woken next. */
  get next(): ConsumerRef | undefined {
    return this.#parked.keys().next().value;
  }

  /** Wakes those that have been idle longest, at most `count`. */
  wake(count: number): void {
    for (const consumer of [...this.#parked.keys()].slice(0, count)) {
      this.#parked.delete(consumer);
      consumer.send({ type: 'work.ready' });
    }
  }
}
