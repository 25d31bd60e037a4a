// How those who wait for work at a queue in memory learn that there may be some: one sign wakes one of them.
import { onAbort, type EngineClock, type WakeSignal } from '@acktor/core/engine';

interface Waiter {
  readonly wake: (sign: WakeSignal) => void;
}

/** The signs of one queue that nobody has taken yet, and those who wait for one, the first that came first. */
export class WakeSignals {
  readonly #clock: EngineClock;
  readonly #waiters = new Set<Waiter>();
  #isReady = false;
  #dueAtMs: number | undefined;

  constructor(clock: EngineClock) {
    this.#clock = clock;
  }

  /** How many wait. */
  get waiting(): number {
    return this.#waiters.size;
  }

  /** There is work. */
  ready(): void {
    this.#isReady = true;
    this.#hand();
  }

  /** A job will be due then. Of several the soonest is told. */
  due(atMs: number): void {
    this.#dueAtMs = Math.min(atMs, this.#dueAtMs ?? Infinity);
    this.#hand();
  }

  /**
   * Resolves with the next sign, with `timeout` after so long of the machine's time, and rejects with the signal's reason. No sign is lost here:
   * who waits need not look now and then, and does not while virtual time passes.
   */
  wait(timeoutMs: number, signal: AbortSignal): Promise<WakeSignal> {
    if (signal.aborted) return Promise.reject(signal.reason as Error);
    return new Promise((resolve, reject) => {
      const end = () => {
        this.#waiters.delete(waiter);
        clearTimeout(timer);
        stopListening();
      };
      const wake = (sign: WakeSignal) => {
        end();
        resolve(sign);
      };
      const waiter: Waiter = { wake };
      const timer = setTimeout(() => wake({ kind: 'timeout' }), timeoutMs).unref();
      this.#waiters.add(waiter);
      const stopListening = onAbort(signal, () => {
        end();
        reject(signal.reason as Error);
      });
      this.#hand();
    });
  }

  #hand(): void {
    for (const waiter of this.#waiters) {
      const sign = this.#take();
      if (sign === undefined) return;
      waiter.wake(sign);
    }
  }

  #take(): WakeSignal | undefined {
    if (this.#isReady) {
      this.#isReady = false;
      return { kind: 'ready' };
    }
    const atMs = this.#dueAtMs;
    this.#dueAtMs = undefined;
    return atMs === undefined ? undefined : { kind: 'due', due: { atMs, inMs: atMs - this.#clock.now() } };
  }
}
