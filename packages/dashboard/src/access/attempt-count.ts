// How often something was tried in the last minute, from each address and from all of them.

export interface AttemptBounds {
  readonly mostOfOne: number;
  readonly mostOfAll: number;
  readonly spanMs: number;
}

/** Counts, and says no. Nothing here waits: between the count and the answer no other attempt can come. */
export class AttemptCount {
  readonly #bounds: AttemptBounds;
  /** No more addresses than attempts are allowed in two spans, for an attempt that is refused adds none. */
  readonly #ofOne = new Map<string, Span>();
  #ofAll: Span = { count: 0, endsAtMs: 0 };

  constructor(bounds: AttemptBounds) {
    this.#bounds = bounds;
  }

  /** Counts an attempt, and answers whether it may be made. One that may not is not counted: it uses nobody's up. */
  begin(from: string, nowMs: number): boolean {
    const { mostOfOne, mostOfAll } = this.#bounds;
    this.#forget(nowMs);
    const [one, all] = [this.#ofOne.get(from) ?? this.#begun(nowMs), this.#ofAll];
    if (one.count >= mostOfOne || all.count >= mostOfAll) return false;
    this.#ofOne.set(from, one);
    for (const [span, most] of [
      [one, mostOfOne],
      [all, mostOfAll],
    ] as const)
      this.#count(span, most, nowMs);
    return true;
  }

  /** The attempt was a good one. */
  takeBack(from: string): void {
    for (const span of [this.#ofOne.get(from), this.#ofAll]) if (span !== undefined && span.count > 0) span.count -= 1;
  }

  #count(span: Span, most: number, nowMs: number): void {
    span.count += 1;
    // Whoever has used all up waits for a whole span from then on.
    if (span.count === most) span.endsAtMs = nowMs + this.#bounds.spanMs;
  }

  #forget(nowMs: number): void {
    for (const [from, { endsAtMs }] of this.#ofOne) if (endsAtMs <= nowMs) this.#ofOne.delete(from);
    if (this.#ofAll.endsAtMs <= nowMs) this.#ofAll = this.#begun(nowMs);
  }

  #begun(nowMs: number): Span {
    return { count: 0, endsAtMs: nowMs + this.#bounds.spanMs };
  }
}

interface Span {
  count: number;
  endsAtMs: number;
}
