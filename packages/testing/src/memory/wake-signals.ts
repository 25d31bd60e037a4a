// The wake signals of a queue in memory: each wakes one waiting consumer, for there may be work.
import { onAbort, type EngineClock, type WakeSignal } from '@acktor/core/engine';

interface Waiter {
  readonly wake: (wakeSignal: WakeSignal) => void;
}

/** The wake signals of one queue that are not taken yet, and the waiters, the first one first. */
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

  /** A job will be due then. Of several, the soonest is signalled. */
  due(atMs: number): void {
    this.#dueAtMs = Math.min(atMs, this.#dueAtMs ?? Infinity);
    this.#hand();
  }

  /**
   * Resolves with the next wake signal, or with `timeout` after so long of the machine's time; rejects with the reason of `signal`. No wake signal
   * is lost here: a waiter need not poll, and does not while virtual time passes.
   */
  wait(timeoutMs: number, signal: AbortSignal): Promise<WakeSignal> {
    if (signal.aborted) return Promise.reject(signal.reason as Error);
    return new Promise((resolve, reject) => {
      const end = () => {
        this.#waiters.delete(waiter);
        clearTimeout(timer);
        stopListening();
      };
      const wake = (wakeSignal: WakeSignal) => {
        end();
        resolve(wakeSignal);
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
      const wakeSignal = this.#take();
      if (wakeSignal === undefined) return;
      waiter.wake(wakeSignal);
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
