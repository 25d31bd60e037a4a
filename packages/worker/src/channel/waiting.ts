// Waits for work on behalf of the parked consumers of one channel, on one connection for all of them.
import type { DueTime, QueueStatus, WorkQueue, WakeSignal, EngineClock } from '@acktor/core/engine';
import type { ConsumerRef } from '../consumer/consumer-protocol.js';

export interface WorkWaitDeps {
  readonly queue: Pick<WorkQueue, 'waitForWork' | 'passOn'>;
  readonly parking: Parking;
  readonly clock: EngineClock;
  /** The longest wait, after which a consumer polls anyway: a process that died may have taken the queue's wake signal along. */
  readonly longestWaitMs: number;
  /** Called at a wake signal for work: the fleet has some, even when another consumer is quicker to take it. */
  readonly onActivity: () => void;
}

/**
 * One wait at a time, while a consumer is parked. A wake signal wakes one consumer, which polls: it fetches. What it finds says how many
 * more to wake, so that a hundred idle consumers do not all run for one job. Until it has polled, there is no new wait: its fetch leaves a
 * signal for others, and a second consumer that runs for it would keep the first one's job waiting.
 *
 * What consumers learn meanwhile may be sooner than the end of a wait: alarms wake for the next delayed job, and when a rate limit ends.
 */
export class WorkWait {
  readonly #deps: WorkWaitDeps;
  readonly #nextDue: Alarm<DueTime>;
  readonly #limit: Alarm<'limit'>;
  #isWaiting = false;
  #isHeld = false;
  #isClosed = false;
  /** Whether the next consumer that is parked polls without a wake signal. */
  #owesAPoll = false;
  #signalledAtMs = Number.NEGATIVE_INFINITY;
  #standsBackUntilMs = Number.NEGATIVE_INFINITY;
  #polling: { readonly consumer: ConsumerRef; readonly end: () => void } | undefined;

  constructor(deps: WorkWaitDeps) {
    this.#deps = deps;
    this.#nextDue = new Alarm(deps.clock, (due) => this.#answerDue(due));
    this.#limit = new Alarm(deps.clock, () => this.pollUnasked());
  }

  /** Begins a wait, if a consumer is parked and there is none yet. */
  begin(): void {
    if (this.#isWaiting || this.#limit.pending || !this.#canWake) return;
    this.#isWaiting = true;
    void this.#waitOnce().finally(() => {
      this.#isWaiting = false;
      this.begin();
    });
  }

  /** Remembers what the queue said about later: when a delayed job is due, for how long a limit holds. */
  remember({ nextDue, limitedForMs }: QueueStatus): void {
    if (this.#isClosed) return;
    const nowMs = this.#deps.clock.now();
    if (limitedForMs > 0) this.#limit.set('limit', Math.min(limitedForMs, LONGEST_LIMITED_MS));
    else this.#limit.clear();
    // What a fetch saw before a job was delayed may be read after that job's wake signal.
    const isOutdated = nowMs - this.#signalledAtMs < LONGEST_POLL_MS;
    if (nextDue) this.#expect(nextDue, isOutdated);
    else if (!isOutdated) this.#nextDue.clear();
  }

  /** To be called when a consumer has polled, whatever it found. */
  polled(consumer: ConsumerRef | undefined): void {
    if (this.#polling?.consumer === consumer) this.#polling?.end();
  }

  /** To be called when a consumer that was woken has left without a poll: its signal is used up, and the next one polls instead. */
  passedOver(consumer: ConsumerRef): void {
    this.pollUnasked();
    this.polled(consumer);
  }

  /** Has one consumer poll without a wake signal, as soon as one is parked. */
  pollUnasked(): void {
    this.#owesAPoll = true;
    if (this.#canWake) this.#wakeOne();
  }

  /**
   * To be called when this process gives a job back, for so long, that others can handle and it cannot: until then it comes a little late
   * to what is due. All that know of a job wake in the same moment, and which asks first is a matter of chance, or of habit: a worker was
   * seen to be quicker than its newer neighbour for twenty seconds.
   */
  standBack(forMs: number): void {
    const untilMs = this.#deps.clock.now() + forMs + LATE_MS;
    this.#standsBackUntilMs = Math.max(this.#standsBackUntilMs, untilMs);
  }

  /** Begins no further wait; the one that goes on ends by itself. */
  hold(): void {
    this.#isHeld = true;
  }

  resume(): void {
    this.#isHeld = false;
    this.#polling?.end();
    if (this.#owesAPoll) this.pollUnasked();
    this.begin();
  }

  /**
   * Holds for good. What is known of work and of the next delayed job is passed on to the queue, for no other process may know; a server
   * that does not answer is not waited for.
   */
  async close(): Promise<void> {
    this.hold();
    this.#isClosed = true;
    this.#polling?.end();
    const signals: WakeSignal[] = [];
    if (this.#nextDue.pending) signals.push({ kind: 'due', due: this.#nextDue.pending });
    if (this.#owesAPoll || this.#limit.pending) signals.push({ kind: 'ready' });
    this.#nextDue.clear();
    this.#limit.clear();
    if (signals.length > 0)
      await Promise.race([Promise.all(signals.map((signal) => this.#passOn(signal))), this.#sleep(LONGEST_POLL_MS)]);
  }

  async #waitOnce(): Promise<void> {
    const { queue, longestWaitMs, onActivity } = this.#deps;
    if (this.#owesAPoll) return this.#pollOnce();
    try {
      const signal = await queue.waitForWork(longestWaitMs);
      if (signal.kind === 'ready') onActivity();
      if (!this.#canWake) await queue.passOn(signal);
      else if (signal.kind === 'due') this.#receiveDue(signal.due);
      else await this.#pollOnce();
    } catch {
      // The signal may have been on its way.
      this.#owesAPoll = true;
      await this.#sleep(PAUSE_AFTER_FAULT_MS);
    }
  }

  /** The signal may be passed on by a process that knew no sooner job. */
  #receiveDue(due: DueTime): void {
    this.#signalledAtMs = this.#deps.clock.now();
    this.#expect(due, true);
  }

  #expect(due: DueTime, unlessSooner: boolean): void {
    const known = this.#nextDue.pending;
    const isSooner = known !== undefined && known.atMs < due.atMs;
    if (unlessSooner && isSooner) return;
    const isStandingBack = this.#deps.clock.now() < this.#standsBackUntilMs;
    this.#nextDue.set(due, Math.max(due.inMs, 0) + (isStandingBack ? LATE_MS : 0));
  }

  /** With no consumer here to poll, the signal goes on to others of the fleet: it may have come to this process alone. */
  #answerDue(due: DueTime): void {
    if (this.#isHeld) this.#owesAPoll = true;
    else if (this.#canWake) this.#wakeOne();
    else void this.#passOn({ kind: 'due', due });
  }

  #passOn(signal: WakeSignal): Promise<void> {
    return this.#deps.queue.passOn(signal).catch(() => undefined);
  }

  get #canWake(): boolean {
    return !this.#isHeld && !this.#deps.parking.isEmpty;
  }

  #wakeOne(): void {
    this.#owesAPoll = false;
    this.#deps.parking.wake(1);
  }

  /** Resolves when the consumer that is woken has polled, or is taken for gone. */
  #pollOnce(): Promise<void> {
    const consumer = this.#deps.parking.next;
    if (consumer === undefined) return Promise.resolve();
    const polled = new Promise<void>((resolve) => {
      const timer = this.#deps.clock.setTimeout(() => this.polled(consumer), LONGEST_POLL_MS);
      const end = () => {
        this.#polling = undefined;
        this.#deps.clock.clearTimeout(timer);
        resolve();
      };
      this.#polling = { consumer, end };
    });
    // Last: one that fails as it wakes has left before this returns.
    this.#wakeOne();
    return polled;
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.#deps.clock.setTimeout(resolve, ms));
  }
}

/** The connection comes back by itself; asking it more often only burns the processor. */
const PAUSE_AFTER_FAULT_MS = 300;
/** A poll is answered within milliseconds, or its batch fails. A consumer that leaves without one must not keep the others from work. */
const LONGEST_POLL_MS = 1_000;
/** An operator may raise a limit, or take it away, while workers wait for its end. */
const LONGEST_LIMITED_MS = 1_000;
/** Some round trips to the server, and an event loop that is behind: another program's may be, on a busy machine. */
const LATE_MS = 100;

/** The parked consumers, the one that has been idle longest first. */
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

  /** Returns whether the consumer was parked. */
  leave(consumer: ConsumerRef): boolean {
    return this.#parked.delete(consumer);
  }

  /** The consumer that is woken next. */
  get next(): ConsumerRef | undefined {
    return this.#parked.keys().next().value;
  }

  /** Wakes at most `count` of them. */
  wake(count: number): void {
    for (const consumer of [...this.#parked.keys()].slice(0, count)) {
      this.#parked.delete(consumer);
      consumer.send({ type: 'work.ready' });
    }
  }
}

/** A timer with something to remember: what it is set for. */
class Alarm<What> {
  readonly #clock: EngineClock;
  readonly #ring: (what: What) => void;
  #pending: { readonly what: What; readonly timer: unknown } | undefined;

  constructor(clock: EngineClock, ring: (what: What) => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  /** What it is set for; undefined when it is not. */
  get pending(): What | undefined {
    return this.#pending?.what;
  }

  /**
   * Rings in so many milliseconds, at once for none or less. What it was set for before is forgotten. A time that is weeks away rings
   * early: the consumer that it wakes polls, and the answer sets it anew.
   */
  set(what: What, inMs: number): void {
    this.clear();
    const ring = () => {
      this.#pending = undefined;
      this.#ring(what);
    };
    this.#pending = { what, timer: this.#clock.setTimeout(ring, Math.min(Math.max(inMs, 0), LONGEST_TIMER_MS)) };
  }

  clear(): void {
    if (this.#pending) this.#clock.clearTimeout(this.#pending.timer);
    this.#pending = undefined;
  }
}

/** Node takes a longer timer for one of a millisecond. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
