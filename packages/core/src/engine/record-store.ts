// The port to the records of one queue: what is kept beside its jobs, and written together with the end of one.

/**
 * A record that is written in the one step that stores a settlement, unless it was written since it was read: then the settlement is refused
 * with a {@link StaleRecordError}, and nothing has changed.
 */
export interface RecordWrite {
  /** What kind of record it is; without a colon. */
  readonly store: string;
  /** Without a colon. */
  readonly id: string;
  /** How often it had been written when it was read; 0 where there was none. */
  readonly expected: number;
  /** Any text. */
  readonly value: string;
  /** What it is listed and counted by, in place of what it was until now; each without a colon. */
  readonly labels: readonly string[];
  /** How long it is kept from now, in milliseconds; for ever when left out. Once that is over, it counts as none, and is removed some time later. */
  readonly keptMs?: number | undefined;
}

/** A record as it lies in the queue. */
export interface StoredRecord {
  readonly value: string;
  /** How often it was written so far: from 1. */
  readonly turn: number;
  readonly labels: readonly string[];
  /** When it was written last, by the server's clock. */
  readonly changedAtMs: number;
  /** Until when it is kept, by the server's clock; undefined for ever. */
  readonly keptUntilMs: number | undefined;
}

/** How many records of a store have a label. */
export interface RecordCount {
  readonly label: string;
  readonly count: number;
}

/** One of a list of records. */
export interface ListedRecord {
  readonly id: string;
  /** Since when it has the label; without a label, when it was written last. */
  readonly sinceMs: number;
}

/** Which records are listed: the oldest first. */
export interface RecordRange {
  readonly label?: string | undefined;
  /** How many are passed over. */
  readonly offset: number;
  /** How many are wanted; from 1 to 1,000. */
  readonly limit: number;
}

/**
 * The records of one queue. A worker of the queue writes them ({@link RecordWrite}).
 * Every method @throws ConnectionLostError when the connection breaks before the answer.
 */
export interface RecordStore {
  /** Undefined where there is none. One that is kept no longer may still be there. */
  read(store: string, id: string): Promise<StoredRecord | undefined>;

  /** The stores that have records, or had some, in any order. */
  stores(): Promise<readonly string[]>;

  /** How many records a store has in all, and by label; labels that none has are left out. */
  count(store: string): Promise<{ readonly total: number; readonly labels: readonly RecordCount[] }>;

  /** Records of a store, with how long they have had the label. */
  list(store: string, range: RecordRange): Promise<readonly ListedRecord[]>;
}
