// How late the timers of the main thread are.
import { monitorEventLoopDelay, type IntervalHistogram } from 'node:perf_hooks';
import type { EventLoopReport } from '@acktor/core/engine';

export type Lag = Omit<EventLoopReport, 'blockedForMs'>;

/**
 * Measures for as long as the process lives. Node's histogram at a resolution of 50 ms costs an idle process 0.8 ms of processor
 * time a second (Node 20, at 10 ms it is 4), so it need not be switched.
 */
export class EventLoopLag {
  readonly #histogram: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  readonly #now: () => number;
  #before: Lag = NONE;
  #beganAtMs: number;

  constructor(now: () => number) {
    this.#now = now;
    this.#beganAtMs = now();
    this.#histogram.enable();
  }

  /** Over the last five to ten seconds: this window and the one before it. To be asked more often than that. */
  read(): Lag {
    const lag = this.#window();
    const read = {
      lagP50Ms: Math.max(lag.lagP50Ms, this.#before.lagP50Ms),
      lagP99Ms: Math.max(lag.lagP99Ms, this.#before.lagP99Ms),
      lagMaxMs: Math.max(lag.lagMaxMs, this.#before.lagMaxMs),
    };
    if (this.#now() - this.#beganAtMs >= WINDOW_MS) this.#turn(lag);
    return read;
  }

  close(): void {
    this.#histogram.disable();
  }

  #turn(lag: Lag): void {
    this.#before = lag;
    this.#beganAtMs = this.#now();
    this.#histogram.reset();
  }

  #window(): Lag {
    if (this.#histogram.count === 0) return NONE;
    const late = (nanoseconds: number) => Math.max(0, Math.round(nanoseconds / 1e5 - RESOLUTION_MS * 10) / 10);
    return {
      lagP50Ms: late(this.#histogram.percentile(50)),
      lagP99Ms: late(this.#histogram.percentile(99)),
      lagMaxMs: late(this.#histogram.max),
    };
  }
}

const NONE: Lag = { lagP50Ms: 0, lagP99Ms: 0, lagMaxMs: 0 };
const RESOLUTION_MS = 50;
const WINDOW_MS = 5_000;
