// Counts what happens on one chart while somebody watches: every step, and how long the state before it had lasted.
import type { TransitionCount } from '@acktor/core/engine';

/** Where somebody stands on a chart, and since when, in milliseconds since the epoch. */
export interface Standing {
  readonly state: string;
  readonly sinceMs: number;
}

/** Where somebody stands whose steps are followed; `restSinceMs` says since when it rests, if it does. */
export interface FollowedStanding extends Standing {
  readonly restSinceMs: number | undefined;
}

/** Whose steps are counted. */
export interface TransitionCounterDeps {
  readonly machineId: string;
  readonly queue: string;
  readonly now: () => number;
  /** Which states are rest: who goes from one to another rests on. Default: none. */
  readonly isRest?: (state: string) => boolean;
}

/** The actors of one chart, each with its standing. `Who` is the actor. */
export class TransitionCounter<Who extends object> {
  readonly #of: Pick<TransitionCounterDeps, 'machineId' | 'queue'>;
  readonly #now: () => number;
  readonly #isRest: (state: string) => boolean;
  readonly #places = new Map<Who, Place>();
  #changed: Who[] = [];
  readonly #counts = new Map<string, Map<string, Way>>();

  constructor({ machineId, queue, now, isRest = () => false }: TransitionCounterDeps) {
    this.#of = { machineId, queue };
    this.#now = now;
    this.#isRest = isRest;
  }

  /** Begins to follow an actor that stands there already, or anew. Counts no step. */
  follow(who: Who, { state, sinceMs }: Standing): void {
    const before = this.#places.get(who);
    const restSinceMs = this.#isRest(state) ? (before?.restSinceMs ?? sinceMs) : undefined;
    const place = { state, sinceMs, restSinceMs, isChanged: before?.isChanged ?? false };
    this.#places.set(who, place);
    this.#mark(who, place);
  }

  /** All who are followed. */
  all(): readonly Who[] {
    return [...this.#places.keys()];
  }

  /** As it is now; it moves with the actor. */
  standing(who: Who): FollowedStanding | undefined {
    return this.#places.get(who);
  }

  forget(who: Who): void {
    this.#places.delete(who);
    this.#changed = this.#changed.filter((one) => one !== who);
  }

  /** The actor has taken an event, and stands in this state now, which may be the one before. */
  stepped(who: Who, state: string): void {
    const place = this.#places.get(who);
    if (place === undefined) return this.follow(who, { state, sinceMs: this.#now() });
    if (place.state === state) return;
    const sinceMs = this.#now();
    this.#count(place, state, sinceMs);
    // In place: a busy process takes tens of thousands of steps a second.
    place.state = state;
    place.sinceMs = sinceMs;
    place.restSinceMs = this.#isRest(state) ? (place.restSinceMs ?? sinceMs) : undefined;
    this.#mark(who, place);
  }

  /** Drops what was counted; all count as changed. */
  restart(): void {
    this.#counts.clear();
    for (const [who, place] of this.#places) this.#mark(who, place);
  }

  /** Who stands elsewhere than when this was asked last, and what happened since. */
  take(): { readonly changed: readonly Who[]; readonly steps: readonly TransitionCount[] } {
    const taken = { changed: this.#changed, steps: [...this.#steps()] };
    for (const place of this.#places.values()) place.isChanged = false;
    this.#changed = [];
    this.#counts.clear();
    return taken;
  }

  #mark(who: Who, place: Place): void {
    if (place.isChanged) return;
    place.isChanged = true;
    this.#changed.push(who);
  }

  #count(before: Standing, to: string, atMs: number): void {
    const ways = this.#counts.get(before.state) ?? new Map<string, Way>();
    if (ways.size === 0) this.#counts.set(before.state, ways);
    const way = ways.get(to);
    const dwellMs = atMs - before.sinceMs;
    if (way === undefined) return void ways.set(to, { count: 1, dwellMs });
    way.count += 1;
    way.dwellMs += dwellMs;
  }

  *#steps(): Iterable<TransitionCount> {
    for (const [from, ways] of this.#counts)
      for (const [to, { count, dwellMs }] of ways) yield { ...this.#of, from, to, count, dwellMsTotal: dwellMs };
  }
}

interface Place {
  state: string;
  sinceMs: number;
  restSinceMs: number | undefined;
  isChanged: boolean;
}

interface Way {
  count: number;
  dwellMs: number;
}
