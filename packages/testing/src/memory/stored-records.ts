// The records beside the jobs of a queue, in memory.
import {
  StaleRecordError,
  type EngineClock,
  type ListedRecord,
  type RecordCount,
  type RecordRange,
  type RecordStore,
  type RecordWrite,
  type StoredRecord,
} from '@acktor/core/engine';

interface KeptRecord extends StoredRecord {
  /** Since when it has each of its labels. */
  readonly since: ReadonlyMap<string, number>;
}

/** The {@link RecordStore} in memory. */
export class StoredRecords implements RecordStore {
  readonly #clock: Pick<EngineClock, 'now'>;
  readonly #stores = new Map<string, Map<string, KeptRecord>>();

  constructor(clock: Pick<EngineClock, 'now'>) {
    this.#clock = clock;
  }

  /** Why it cannot be written now; undefined where it can. */
  refusalOf({ store, id, expected }: RecordWrite): StaleRecordError | undefined {
    return this.#turnOf(this.#stores.get(store)?.get(id)) === expected ? undefined : new StaleRecordError();
  }

  write({ store, id, expected, value, labels, keptMs }: RecordWrite): void {
    const nowMs = this.#clock.now();
    const records = this.#stores.get(store) ?? new Map<string, KeptRecord>();
    this.#stores.set(store, records);
    const before = records.get(id);
    const since = new Map(labels.map((label) => [label, before?.since.get(label) ?? nowMs]));
    const keptUntilMs = keptMs === undefined ? undefined : nowMs + keptMs;
    // In the order in which they were written.
    records.delete(id);
    records.set(id, { value, turn: expected + 1, labels, changedAtMs: nowMs, keptUntilMs, since });
    if (keptMs !== undefined) sweep(records, nowMs);
  }

  read(store: string, id: string): Promise<StoredRecord | undefined> {
    const found = this.#stores.get(store)?.get(id);
    if (found === undefined) return Promise.resolve(undefined);
    const { value, turn, labels, changedAtMs, keptUntilMs } = found;
    return Promise.resolve({ value, turn, labels, changedAtMs, keptUntilMs });
  }

  stores(): Promise<readonly string[]> {
    return Promise.resolve([...this.#stores.keys()]);
  }

  count(store: string): Promise<{ readonly total: number; readonly labels: readonly RecordCount[] }> {
    const counts = new Map<string, number>();
    const records = this.#stores.get(store) ?? new Map<string, KeptRecord>();
    for (const { labels } of records.values())
      for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
    return Promise.resolve({ total: records.size, labels: [...counts].map(([label, count]) => ({ label, count })) });
  }

  list(store: string, { label, offset, limit }: RecordRange): Promise<readonly ListedRecord[]> {
    const listed: ListedRecord[] = [];
    for (const [id, { changedAtMs, since }] of this.#stores.get(store) ?? []) {
      const sinceMs = label === undefined ? changedAtMs : since.get(label);
      if (sinceMs !== undefined) listed.push({ id, sinceMs });
    }
    return Promise.resolve(listed.toSorted((one, other) => one.sinceMs - other.sinceMs).slice(offset, offset + limit));
  }

  #turnOf(record: KeptRecord | undefined): number {
    if (record === undefined) return 0;
    const { turn, keptUntilMs = Infinity } = record;
    return keptUntilMs <= this.#clock.now() ? 0 : turn;
  }
}

/** Removes what is kept no longer. */
function sweep(records: Map<string, KeptRecord>, nowMs: number): void {
  for (const [id, { keptUntilMs = Infinity }] of records) if (keptUntilMs <= nowMs) records.delete(id);
}
