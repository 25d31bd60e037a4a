// Groups in memory: of each key, which jobs have their turn, and which wait for it.
import type { KeyState, LimitChange, RateLimit } from '@acktor/core/engine';
import type { StoredJob } from './stored-job.js';

/** The groups of one queue. An idle key is nowhere. */
export class StoredGroups {
  readonly #groups = new Map<string, StoredGroup>();
  readonly #paused = new Set<string>();
  /** What operators have set, by key; under undefined what holds for keys that have none of their own. */
  readonly #turns = new Map<string | undefined, number>();
  readonly #rates = new Map<string | undefined, RateLimit>();
  /** When the bucket of a key with a rate is full again. */
  readonly #fullAtMs = new Map<string, number>();
  /** All that wait for a turn, in the order in which they came. */
  readonly held = new Set<StoredJob>();

  /** Returns whether the job has its turn, and otherwise holds it. A job without a key always has. */
  enter(job: StoredJob): boolean {
    const key = job.sent.group?.key;
    if (key === undefined) return true;
    const group = this.#groups.get(key) ?? { turns: new Set(), line: [] };
    this.#groups.set(key, group);
    if (group.turns.has(job)) return true;
    if (group.line.length === 0 && group.turns.size < this.#turnsFor(job)) {
      group.turns.add(job);
      return true;
    }
    group.line.push(job);
    this.held.add(job);
    return false;
  }

  /** Takes the job out of its group. Returns those that have their turn from now on. */
  leave(job: StoredJob): readonly StoredJob[] {
    const key = job.sent.group?.key;
    const group = key === undefined ? undefined : this.#groups.get(key);
    if (key === undefined || group === undefined) return [];
    if (!group.turns.delete(job)) {
      group.line = group.line.filter((each) => each !== job);
      this.held.delete(job);
    }
    return this.#admit(key, group);
  }

  /** In how many milliseconds a job begins that has just got its turn; takes a token of its key's bucket. */
  beginsInMs({ sent: { group } }: StoredJob, nowMs: number): number {
    const rate = group && (this.#rates.get(group.key) ?? this.#rates.get(undefined));
    if (group === undefined || rate === undefined) return 0;
    const eachMs = rate.durationMs / rate.max;
    for (const [key, fullAtMs] of this.#fullAtMs) if (fullAtMs <= nowMs) this.#fullAtMs.delete(key);
    const fullAtMs = Math.max(this.#fullAtMs.get(group.key) ?? 0, nowMs);
    this.#fullAtMs.set(group.key, fullAtMs + eachMs);
    return Math.max(0, Math.ceil(fullAtMs - (rate.max - 1) * eachMs - nowMs));
  }

  /** Whether the job, which is delayed, waits for a token: it has no delay of its own, until it is delivered. */
  waitsForRate({ sent: { group }, deliveries }: StoredJob): boolean {
    return group !== undefined && deliveries === 0 && (this.#rates.has(group.key) || this.#rates.has(undefined));
  }

  /** Sets what operators set. Returns those that have their turn from now on. */
  limit(key: string | undefined, { concurrency, rate }: LimitChange): readonly StoredJob[] {
    change(this.#turns, key, concurrency);
    change(this.#rates, key, rate);
    return this.#admitAll(key);
  }

  pause(key: string): void {
    this.#paused.add(key);
  }

  resume(key: string): readonly StoredJob[] {
    this.#paused.delete(key);
    return this.#admitAll(key);
  }

  /** Those of a key that wait for a turn, and those that have theirs and wait in the queue. */
  waitingOf(key: string): Readonly<Record<'line' | 'turns', readonly StoredJob[]>> {
    const { turns = [], line = [] } = this.#groups.get(key) ?? {};
    return { line: [...line], turns: [...turns].filter(({ place }) => place === 'waiting') };
  }

  states(): readonly KeyState[] {
    const keys = new Set([...this.#groups.keys(), ...this.#paused, ...this.#turns.keys(), ...this.#rates.keys()]);
    return [...keys].flatMap((key) => {
      if (key === undefined) return [];
      const { turns, line } = this.#groups.get(key) ?? { turns: new Set(), line: [] };
      const isPaused = this.#paused.has(key);
      const [concurrency, rate] = [this.#turns.get(key), this.#rates.get(key)];
      return [{ key, held: line.length, turns: turns.size, isPaused, concurrency, rate }];
    });
  }

  #admitAll(key: string | undefined): readonly StoredJob[] {
    const groups = [...this.#groups].filter(([each]) => key === undefined || each === key);
    return groups.flatMap(([each, group]) => this.#admit(each, group));
  }

  #admit(key: string, { turns, line }: StoredGroup): readonly StoredJob[] {
    const admitted: StoredJob[] = [];
    for (let [next] = line; next !== undefined && turns.size < this.#turnsFor(next); [next] = line) {
      line.shift();
      this.held.delete(next);
      turns.add(next);
      admitted.push(next);
    }
    if (turns.size + line.length === 0) this.#groups.delete(key);
    return admitted;
  }

  #turnsFor({ sent: { group } }: StoredJob): number {
    if (group === undefined || this.#paused.has(group.key)) return 0;
    return this.#turns.get(group.key) ?? this.#turns.get(undefined) ?? group.concurrency;
  }
}

function change<Value>(
  all: Map<string | undefined, Value>,
  key: string | undefined,
  value: Value | null | undefined,
): void {
  if (value === null) all.delete(key);
  else if (value !== undefined) all.set(key, value);
}

interface StoredGroup {
  readonly turns: Set<StoredJob>;
  line: StoredJob[];
}
