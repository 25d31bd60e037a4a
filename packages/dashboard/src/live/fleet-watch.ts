// One watch on the fleet for all browsers: while any is connected, and a little longer. Workers publish only while there is a watch.
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

  /** Begins to watch. Does nothing while it watches already. */
  begin(): void {
    clearTimeout(this.#ending);
    if (this.#watching !== undefined) return;
    this.#watching = new AbortController();
    void this.#watch(this.#watching.signal);
  }

  /** Ends the watch unless it is begun again first: a page that is reloaded is disconnected for a moment. */
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
        this.#report(error, signal);
      }
      await pause(signal);
    }
  }

  #report(error: unknown, signal: AbortSignal): void {
    if (!signal.aborted) this.#deps.onFailure(error);
  }
}

const LINGER_MS = 10_000;
const RETRY_MS = 1_000;

function pause(signal: AbortSignal): Promise<void> {
  return sleep(RETRY_MS, undefined, { signal }).catch(() => undefined);
}
