// One watch on the fleet for all browsers: while any looks, and a little longer. Workers publish nothing for nobody.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fleet, FleetWatcher } from '@acktor/core/engine';

export interface FleetWatchDeps {
  readonly fleet: Pick<Fleet, 'watch'>;
  readonly watcher: FleetWatcher;
  readonly onFailure: (error: unknown) => void;
}

export class FleetWatch {
  readonly #deps: FleetWatchDeps;
  #watching: AbortController | undefined;
  #ending: NodeJS.Timeout | undefined;

  constructor(deps: FleetWatchDeps) {
    this.#deps = deps;
  }

  get isOn(): boolean {
    return this.#watching !== undefined;
  }

  /** Watches, unless it does already. */
  begin(): void {
    clearTimeout(this.#ending);
    if (this.#watching !== undefined) return;
    this.#watching = new AbortController();
    void this.#watch(this.#watching.signal);
  }

  /** Ends the watch unless somebody comes back first: who loads the page anew is away for a moment. */
  endSoon(): void {
    clearTimeout(this.#ending);
    this.#ending = setTimeout(() => this.end(), LINGER_MS);
    this.#ending.unref();
  }

  end(): void {
    clearTimeout(this.#ending);
    this.#watching?.abort();
    this.#watching = undefined;
  }

  async #watch(signal: AbortSignal): Promise<void> {
    const { fleet, watcher } = this.#deps;
    while (!signal.aborted) {
      try {
        await fleet.watch(watcher, signal);
      } catch (error) {
        this.#complain(error, signal);
      }
      await pause(signal);
    }
  }

  #complain(error: unknown, signal: AbortSignal): void {
    if (!signal.aborted) this.#deps.onFailure(error);
  }
}

const LINGER_MS = 10_000;
const RETRY_MS = 1_000;

function pause(signal: AbortSignal): Promise<void> {
  return sleep(RETRY_MS, undefined, { signal }).catch(() => undefined);
}
