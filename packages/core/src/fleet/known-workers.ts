// What a watch knows of each worker process: which frame comes next, and when it was last seen.

/** What to do with a frame. */
export type FrameVerdict = 'next' | 'gap' | 'waiting';

export class KnownWorkers {
  readonly #known = new Map<string, Known>();
  #askedAllAtMs = 0;

  get ids(): readonly string[] {
    return [...this.#known].filter(([, { hasReported }]) => hasReported).map(([id]) => id);
  }

  /** Takes a report; frames after that number follow. Returns false for a report that is older than what is known. */
  reported(workerId: string, sequence: number, nowMs: number): boolean {
    const known = this.#known.get(workerId);
    if (known?.hasReported && known.askedAtMs === 0 && sequence < known.sequence) return false;
    if (known === undefined && !this.#hasRoom()) return false;
    this.#known.set(workerId, { sequence, lastSeenAtMs: nowMs, timesMissing: 0, askedAtMs: 0, hasReported: true });
    return true;
  }

  /** Whether the frame is the next one. On a `gap`, ask for a report; until it comes, or is late, frames are `waiting`. */
  received(workerId: string, sequence: number, nowMs: number): FrameVerdict {
    const known = this.#known.get(workerId) ?? { ...STRANGER, askedAtMs: this.#askedAllAtMs };
    if (!this.#known.has(workerId) && !this.#hasRoom()) return 'waiting';
    this.#known.set(workerId, known);
    known.lastSeenAtMs = nowMs;
    known.timesMissing = 0;
    if (known.askedAtMs === 0 && sequence === known.sequence + 1) {
      known.sequence = sequence;
      return 'next';
    }
    if (nowMs - known.askedAtMs < ASK_AGAIN_MS) return 'waiting';
    known.askedAtMs = nowMs;
    return 'gap';
  }

  /** Returns whether it was known. */
  forget(workerId: string): boolean {
    const wasKnown = this.#known.get(workerId)?.hasReported === true;
    this.#known.delete(workerId);
    return wasKnown;
  }

  /** Notes that the server sees no connection of these. Returns those that are missing for the second time: the first may be a reconnect. */
  missed(workerIds: readonly string[]): readonly string[] {
    for (const [id, known] of this.#known) known.timesMissing = workerIds.includes(id) ? known.timesMissing + 1 : 0;
    return this.ids.filter((id) => (this.#known.get(id)?.timesMissing ?? 0) >= 2);
  }

  /** Those that were silent for so long, though they publish twice a second while they are watched. */
  silentFor(ms: number, nowMs: number): readonly string[] {
    return this.ids.filter((id) => nowMs - (this.#known.get(id)?.lastSeenAtMs ?? nowMs) > ms);
  }

  /** Frames of processes that do not exist can be forged without end: processes that never reported are dropped first. */
  #hasRoom(): boolean {
    if (this.#known.size < MOST_KNOWN) return true;
    for (const [id, { hasReported }] of this.#known) if (!hasReported) this.#known.delete(id);
    return this.#known.size < MOST_KNOWN;
  }

  /** Notes that all were asked for reports: at the beginning, or after a break. */
  askedAll(nowMs: number): void {
    this.#askedAllAtMs = nowMs;
    for (const known of this.#known.values())
      Object.assign(known, { sequence: STRANGER.sequence, lastSeenAtMs: nowMs, timesMissing: 0, askedAtMs: nowMs });
  }
}

interface Known {
  sequence: number;
  lastSeenAtMs: number;
  timesMissing: number;
  /** When a report was asked for, in milliseconds since the epoch; 0 when none is awaited. */
  askedAtMs: number;
  hasReported: boolean;
}

const STRANGER: Known = { sequence: -1, lastSeenAtMs: 0, timesMissing: 0, askedAtMs: 0, hasReported: false };

const ASK_AGAIN_MS = 1_000;
const MOST_KNOWN = 10_000;
