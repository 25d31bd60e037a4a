// The connections that carry calls: one where all keys lie on one server, in a cluster one for each queue.
import { setTimeout as sleep } from 'node:timers/promises';
import { ConnectionGuard } from './connection-guard.js';
import { hangUp } from './connection.js';
import type { ScriptClient } from './redis-script.js';

export interface LinesParts {
  /** Begins the connection to the server that has the key; it neither keeps nor resends commands. */
  readonly open: (key: string) => ScriptClient;
  /** Whether each queue has a connection of its own, because its server may be another one than its neighbour's. */
  readonly areSpread: boolean;
  /** How long a call waits for a connection that was just begun, in milliseconds. */
  readonly openTimeoutMs: number;
}

/** Told when a connection breaks, and when it is whole again; of the queue, if it carries that one's calls alone. */
export type LineListener = (state: 'away' | 'back', queue: string | undefined) => void;

/** Begun when they are first called on, and closed together. */
export class Lines {
  readonly #parts: LinesParts;
  readonly #lines = new Map<string, Line>();
  readonly #listeners = new Set<LineListener>();

  constructor(parts: LinesParts) {
    this.#parts = parts;
  }

  /** The connection for the calls of a queue, or of whatever else has a key of its own. */
  to(name: string, key: string): ConnectionGuard {
    const { areSpread } = this.#parts;
    const line = this.#lines.get(areSpread ? name : ALL) ?? this.#begin(name, key);
    this.#lines.set(areSpread ? name : ALL, line);
    return line.guard;
  }

  /** Answers how to stop that. */
  onChange(listener: LineListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Tells nobody any more: what breaks from now on is broken on purpose. */
  silence(): void {
    this.#listeners.clear();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#lines.values()].map(({ client }) => farewell(client)));
  }

  #begin(name: string, key: string): Line {
    const { open, areSpread, openTimeoutMs } = this.#parts;
    const client = open(key);
    const guard = new ConnectionGuard(client, openTimeoutMs);
    guard.onChange((state) => {
      for (const tell of this.#listeners) tell(state, areSpread ? name : undefined);
    });
    return { client, guard };
  }
}

interface Line {
  readonly client: ScriptClient;
  readonly guard: ConnectionGuard;
}

const ALL = '';

/**
 * Says goodbye when the server listens, and hangs up when it does not: QUIT would wait for its return. A connection whose other end is
 * gone without a word looks as if it listened.
 */
async function farewell(client: ScriptClient): Promise<void> {
  if (client.status === 'ready') {
    const quit = client.quit().catch(() => undefined);
    await Promise.race([quit, sleep(GOODBYE_WITHIN_MS, undefined, { ref: false })]);
  }
  hangUp(client);
}

const GOODBYE_WITHIN_MS = 1_000;
