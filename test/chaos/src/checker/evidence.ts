// What the checker judges by: the ledger, and what the server holds at the end.
import type { LedgerEntry } from './ledger.js';

export interface Evidence {
  readonly entries: readonly LedgerEntry[];
  readonly census: Census;
  /** Jobs that are meant to end as dead letters, by their number; default none. */
  readonly mayDeadLetter?: (order: number) => boolean;
  /** When deliveries must start oldest first; default never, as with several consumers. */
  readonly ordered?: readonly Span[];
}

/** From one moment to another, both included. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The queue as it stands when all should be over. */
export interface Census {
  /** By job id; a job that the server does not know is not in it. */
  readonly jobs: ReadonlyMap<string, JobState>;
  readonly active: number;
  /** Whatever waits: now, later, or by priority. */
  readonly waiting: number;
}

/** Where a job stands. `fence` is the one that its handler returned. */
export type JobState =
  | { readonly kind: 'acked'; readonly fence: number }
  | { readonly kind: 'deadLettered'; readonly reason: string }
  | { readonly kind: 'unfinished' };

/** Something that must not be. `goal` stands for a scenario's own figure. */
export interface Violation {
  readonly invariant: Invariant;
  readonly what: string;
}

export type Invariant = 'L' | 'H' | 'D' | 'O' | 'E' | 'goal';

/** Those of one kind of happening. */
export function entriesOf<What extends LedgerEntry['what']>({ entries }: Pick<Evidence, 'entries'>, what: What) {
  return entries.filter((entry): entry is Extract<LedgerEntry, { readonly what: What }> => entry.what === what);
}
