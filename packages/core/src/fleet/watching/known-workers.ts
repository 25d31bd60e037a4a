// What a watch knows of each worker process: which frame comes next, and when it was heard last.

/** What to do with a frame. */
export type FrameVerdict = 'next' | 'gap' | 'waiting';

export class KnownWorkers {
  readonly #known = new Map<string, Known>();
  #askedAllAtMs = 0;

  get ids(): readonly string[] {
    return [...this.#known].filter(([, { hasReported }]) => hasReported).map(([id]) => id);
  }

  /** The process stands as this report says; frames after that number follow. False for one that is older than what is known. */
  reported(workerId: string, sequence: number, nowMs: number): boolean {
    const known = this.#known.get(workerId);
    if (known?.hasReported && known.askedAtMs === 0 && sequence < known.sequence) return false;
    if (known === undefined && !this.#hasRoom()) return false;
    this.#known.set(workerId, { sequence, heardAtMs: nowMs, timesMissing: 0, askedAtMs: 0, hasReported: true });
    return true;
  }

  /** Whether the frame is the next one. With a `gap` a report is to be asked for; until it comes, or is late, frames are `waiting`. */
  heard(workerId: string, sequence: number, nowMs: number): FrameVerdict {
    const known = this.#known.get(workerId) ?? { ...STRANGER, askedAtMs: this.#askedAllAtMs };
    if (!this.#known.has(workerId) && !this.#hasRoom()) return 'waiting';
    this.#known.set(workerId, known);
    known.heardAtMs = nowMs;
    known.timesMissing = 0;
    if (known.askedAtMs === 0 && sequence === known.sequence + 1) {
      known.sequence = sequence;
      return 'next';
    }
    if (nowMs - known.askedAtMs < ASK_AGAIN_MS) return 'waiting';
    known.askedAtMs = nowMs;
    return 'gap';
  }

  /** Answers whether it was known. */
  forget(workerId: string): boolean {
    const wasKnown = this.#known.get(workerId)?.hasReported === true;
    this.#known.delete(workerId);
    return wasKnown;
  }

  /** The server sees no connection of these. Answers who is missed for the second time: the first may be a reconnect. */
  missed(workerIds: readonly string[]): readonly string[] {
    for (const [id, known] of this.#known) known.timesMissing = workerIds.includes(id) ? known.timesMissing + 1 : 0;
    return this.ids.filter((id) => (this.#known.get(id)?.timesMissing ?? 0) >= 2);
  }

  /** Those that have said nothing for so long, though they say something twice a second while they are watched. */
  silentFor(ms: number, nowMs: number): readonly string[] {
    return this.ids.filter((id) => nowMs - (this.#known.get(id)?.heardAtMs ?? nowMs) > ms);
  }

  /** Frames of processes that do not exist can be forged without end: those who never reported give way. */
  #hasRoom(): boolean {
    if (this.#known.size < MOST_KNOWN) return true;
    for (const [id, { hasReported }] of this.#known) if (!hasReported) this.#known.delete(id);
    return this.#known.size < MOST_KNOWN;
  }

  /** Reports are asked of all: from the beginning, or because nobody could be heard until now. */
  askedAll(nowMs: number): void {
    this.#askedAllAtMs = nowMs;
    for (const known of this.#known.values())
      Object.assign(known, { sequence: STRANGER.sequence, heardAtMs: nowMs, timesMissing: 0, askedAtMs: nowMs });
  }
}

interface Known {
  sequence: number;
  heardAtMs: number;
  timesMissing: number;
  /** When a report was asked for, in milliseconds since the epoch; 0 when none is awaited. */
  askedAtMs: number;
  hasReported: boolean;
}

const STRANGER: Known = { sequence: -1, heardAtMs: 0, timesMissing: 0, askedAtMs: 0, hasReported: false };

const ASK_AGAIN_MS = 1_000;
const MOST_KNOWN = 10_000;
