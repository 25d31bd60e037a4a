// An order to catch one call, or its reply, on its way.
import type { Call } from './call.js';

/** What to wait for. */
export interface Interception {
  readonly matches: (call: Call) => boolean;
  /** Whether the call is caught before the server sees it, or the reply after the server ran it. */
  readonly part: 'call' | 'reply';
  /** Which of those that match, from 1. Default the first. */
  readonly nth?: number;
}

/** Something caught: neither it nor anything behind it on the connection goes on until it is decided. */
export interface Caught {
  readonly call: Call;
  /** Lets it pass after all. */
  release(): void;
  /** Lets it vanish and breaks the connection, as when it dies at that moment. */
  drop(): void;
}

/** Waits for its call among all connections. */
export class Trap {
  readonly caught: Promise<Caught>;
  readonly part: 'call' | 'reply';
  readonly #matches: (call: Call) => boolean;
  #resolve: (caught: Caught) => void = () => undefined;
  #missing: number;

  constructor({ matches, part, nth = 1 }: Interception) {
    this.part = part;
    this.#matches = matches;
    this.#missing = nth;
    this.caught = new Promise((resolve) => (this.#resolve = resolve));
  }

  /** Whether this very call is the one. */
  takes(call: Call): boolean {
    if (this.#missing === 0 || !this.#matches(call)) return false;
    this.#missing -= 1;
    return this.#missing === 0;
  }

  /** Waits for the next call that matches, after one that was taken and that the server did not run. */
  waitForNext(): void {
    this.#missing = 1;
  }

  spring(caught: Caught): void {
    this.#resolve(caught);
  }
}
