// The connections that carry calls: one where all keys lie on one server, in a cluster one for each queue.
import type { ConnectionGuard } from './connection-guard.js';

export interface LinesDeps {
  /** Begins the connection to the server that has the key. A call waits for one that was just begun. */
  readonly open: (key: string) => ConnectionGuard;
  /** Whether each queue has a connection of its own, because its server may be another one than its neighbour's. */
  readonly areSpread: boolean;
}

/** Told when a connection breaks, and when it is whole again; of the queue, if it carries that one's calls alone. */
export type LineListener = (state: 'away' | 'back', queue: string | undefined) => void;

/** Begun when they are first called on, and closed together. */
export class Lines {
  readonly #deps: LinesDeps;
  readonly #lines = new Map<string, ConnectionGuard>();
  readonly #listeners = new Set<LineListener>();

  constructor(deps: LinesDeps) {
    this.#deps = deps;
  }

  /** The connection for the calls of a queue, or of whatever else has a key of its own. */
  to(name: string, key: string): ConnectionGuard {
    const { areSpread } = this.#deps;
    const line = this.#lines.get(areSpread ? name : ALL) ?? this.#begin(name, key);
    this.#lines.set(areSpread ? name : ALL, line);
    return line;
  }

  /** Returns an unsubscribe function. */
  onChange(listener: LineListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Tells nobody any more: what breaks from now on is broken on purpose. */
  silence(): void {
    this.#listeners.clear();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#lines.values()].map((line) => line.farewell()));
  }

  #begin(name: string, key: string): ConnectionGuard {
    const { open, areSpread } = this.#deps;
    const guard = open(key);
    guard.onChange((state) => {
      for (const tell of this.#listeners) tell(state, areSpread ? name : undefined);
    });
    return guard;
  }
}

const ALL = '';
