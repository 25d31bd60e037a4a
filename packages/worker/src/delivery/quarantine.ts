// Keeps suspects apart: of the jobs that may have ended their workers, a process begins one at a time.
import { onAbort, type LeasedJob, type Trials, systemClock, type EngineClock } from '@acktor/core/engine';

/** What decides whether, and how, a delivery is admitted. */
export interface Admission {
  /** Aborts when its handler is to let go. */
  readonly signal: AbortSignal;
  /** How many ends of its workers poison a suspect; from 2. */
  readonly poisonLimit: number;
}

/**
 * The gate before the handlers of a process, for all its queues.
 *
 * A suspect whose handler runs is on trial until its settlement is answered: what it left behind may end the process meanwhile. At its last
 * chance it is tried alone, so that nothing else can be what ends the process: it waits until the other handlers have ended, and new
 * deliveries wait until it has ended. Both waits are bounded; after that it is tried beside others, and the delivery limit decides.
 */
export class Quarantine {
  /** Called, and awaited, before the trials of this process change: its supervisor must know them when the process ends. */
  onTrials: (trials: Trials) => Promise<void> = () => Promise.resolve();
  readonly #clock: EngineClock;
  readonly #holdings = new Set<Holding>();
  readonly #trials = new Map<LeasedJob, Trial>();
  /** Not admitted yet. */
  readonly #waiting = new Set<LeasedJob>();
  readonly #whenOpen: (() => void)[] = [];
  /** The trial that keeps others from beginning. */
  #latest: LeasedJob | undefined;
  #isClosed = false;
  #running = 0;
  #onChange: () => void = () => undefined;

  constructor(clock: EngineClock = systemClock) {
    this.#clock = clock;
  }

  /** Whether every delivery must be admitted, and not suspects alone. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Adds what a channel holds. Returns a function that removes it. */
  add(holding: Holding): () => void {
    this.#holdings.add(holding);
    return () => {
      this.#holdings.delete(holding);
      this.#onChange();
    };
  }

  /** To be called for each handler that begins. */
  begun(): void {
    this.#running += 1;
  }

  /** To be called for each handler that has ended. */
  ended(): void {
    this.#running -= 1;
    if (this.#isClosed) this.#onChange();
  }

  /** To be called for a delivery that is no longer held. */
  released(job: LeasedJob): void {
    if (this.#isClosed) this.#onChange();
    const trial = this.#trials.size === 0 ? undefined : this.#trials.get(job);
    if (!trial) return;
    trial.isHeld = false;
    this.#endIfOver(job, trial);
  }

  /** To be called when the handler of a suspect that was admitted has ended. */
  tried(job: LeasedJob): void {
    const trial = this.#trials.get(job);
    if (!trial) return;
    trial.isRunning = false;
    this.#endIfOver(job, trial);
  }

  /**
   * Resolves with true when the handler may begin; {@link tried} is to be called when a suspect's has ended. Resolves with false when a
   * suspect is to come back later, or the signal has aborted.
   */
  async admit(job: LeasedJob, { signal, poisonLimit }: Admission): Promise<boolean> {
    const { suspicions } = job.record;
    if (suspicions === 0) return this.#pass(job, signal);
    if (this.#latest) return false;
    this.#latest = job;
    const isAlone = suspicions >= poisonLimit - 1 && (await this.#clear(job, signal));
    if (signal.aborted) {
      this.#makeRoom(job);
      return false;
    }
    const timer = this.#clock.setTimeout(() => void this.#goBesideOthers(job), TRIAL_MS);
    this.#trials.set(job, { isAlone, isHeld: true, isRunning: true, timer });
    await this.#report();
    return true;
  }

  async #pass(job: LeasedJob, signal: AbortSignal): Promise<boolean> {
    this.#waiting.add(job);
    // It was held before it waited: a suspect that is to be alone may have counted it.
    this.#onChange();
    const stop = onAbort(signal, () => this.#wakeAll());
    while (this.#isClosed && !signal.aborted) await new Promise<void>((resolve) => this.#whenOpen.push(resolve));
    stop();
    this.#waiting.delete(job);
    return !signal.aborted;
  }

  /** Admits no other delivery, and resolves with whether the suspect is alone: not when that takes too long, or the signal aborts. */
  async #clear(suspect: LeasedJob, signal: AbortSignal): Promise<boolean> {
    this.#isClosed = true;
    let isGivenUp = signal.aborted;
    const giveUp = () => {
      isGivenUp = true;
      this.#onChange();
    };
    const timer = this.#clock.setTimeout(giveUp, CLEAR_WITHIN_MS);
    const stop = onAbort(signal, giveUp);
    while (!isGivenUp && this.#hasOthersThan(suspect)) await new Promise<void>((resolve) => (this.#onChange = resolve));
    this.#clock.clearTimeout(timer);
    stop();
    if (isGivenUp) this.#open();
    return !isGivenUp;
  }

  #hasOthersThan(suspect: LeasedJob): boolean {
    if (this.#running > 0) return true;
    return [...this.#holdings].some((held) => held().some((job) => job !== suspect && !this.#waiting.has(job)));
  }

  /** After {@link TRIAL_MS} other deliveries no longer wait for a trial. */
  async #goBesideOthers(job: LeasedJob): Promise<void> {
    const trial = this.#trials.get(job);
    if (!trial) return;
    trial.isAlone = false;
    await this.#report();
    this.#makeRoom(job);
  }

  #endIfOver(job: LeasedJob, { isHeld, isRunning, timer }: Trial): void {
    if (isHeld || isRunning) return;
    this.#clock.clearTimeout(timer);
    this.#trials.delete(job);
    void this.#report();
    this.#makeRoom(job);
  }

  #makeRoom(job: LeasedJob): void {
    if (this.#latest !== job) return;
    this.#latest = undefined;
    this.#open();
  }

  #open(): void {
    this.#isClosed = false;
    this.#wakeAll();
  }

  #wakeAll(): void {
    for (const wake of this.#whenOpen.splice(0)) wake();
  }

  #report(): Promise<void> {
    const suspects = [...this.#trials.keys()].map(({ record }) => ({ queue: record.queue, jobId: record.id }));
    return this.onTrials({ suspects, isAlone: [...this.#trials.values()].some(({ isAlone }) => isAlone) });
  }
}

/** What is held: by a channel, under leases. */
export type Holding = () => readonly LeasedJob[];

/** A suspect that was admitted. */
interface Trial {
  isAlone: boolean;
  isHeld: boolean;
  isRunning: boolean;
  readonly timer: unknown;
}

/** One for the process, however many workers it has: it ends as a whole. */
export const quarantineOfThisProcess = new Quarantine();

/** How long the handlers that run may take to end before a suspect is tried beside them. */
const CLEAR_WITHIN_MS = 30_000;
/** How long a trial keeps others from beginning. */
const TRIAL_MS = 60_000;
