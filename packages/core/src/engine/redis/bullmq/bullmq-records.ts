// The records of a queue in Redis: `scripts/includes/settled-writes.lua`, which alone writes them, says how they lie there.
import type { ListedRecord, RecordCount, RecordRange, RecordStore, StoredRecord } from '../../record-store.js';
import type { ConnectionGuard } from '../connection/connection-guard.js';
import type { QueueKeys } from './queue-keys.js';
import { CONSTANTS } from './scripts/built-scripts.js';

/** The {@link RecordStore} beside BullMQ's keys of a queue. */
export class BullmqRecords implements RecordStore {
  readonly #base: string;
  readonly #guard: ConnectionGuard;

  constructor({ prefix }: QueueKeys, guard: ConnectionGuard) {
    this.#base = prefix + CONSTANTS.recordsKey;
    this.#guard = guard;
  }

  /** One read. */
  async read(store: string, id: string): Promise<StoredRecord | undefined> {
    const key = `${this.#base}:${store}:${id}`;
    const found = await this.#guard.read((client) => client.hmget(key, ...FIELDS));
    const [turn, value, labels, changedAtMs, until] = found.map((field) => field ?? undefined);
    if (turn === undefined || value === undefined) return undefined;
    return {
      value,
      turn: Number(turn),
      labels: labelsIn(labels),
      changedAtMs: Number(changedAtMs ?? 0),
      keptUntilMs: until === undefined ? undefined : Number(until),
    };
  }

  stores(): Promise<readonly string[]> {
    return this.#guard.read((client) => client.smembers(`${this.#base}-stores`));
  }

  /** A read for each label that the store ever had. */
  async count(store: string): Promise<{ readonly total: number; readonly labels: readonly RecordCount[] }> {
    const index = this.#indexOf(store);
    const labels = await this.#guard.read((client) => client.smembers(`${this.#base}-labels:${store}`));
    const counts = await Promise.all(
      labels.map(async (label) => ({ label, count: await this.#guard.read((c) => c.zcard(`${index}:${label}`)) })),
    );
    const total = await this.#guard.read((client) => client.zcard(index));
    return { total, labels: counts.filter(({ count }) => count > 0) };
  }

  /** One read. */
  async list(store: string, { label, offset, limit }: RecordRange): Promise<readonly ListedRecord[]> {
    const key = label === undefined ? this.#indexOf(store) : `${this.#indexOf(store)}:${label}`;
    const found = await this.#guard.read((client) =>
      client.zrange(key, offset, String(offset + limit - 1), 'WITHSCORES'),
    );
    const records: ListedRecord[] = [];
    for (let at = 0; at < found.length; at += 2) records.push({ id: found[at] ?? '', sinceMs: Number(found[at + 1]) });
    return records;
  }

  #indexOf(store: string): string {
    return `${this.#base}s:${store}`;
  }
}

/** None in what cannot be read: any client may have written it. An empty list is an empty object to the script's JSON. */
function labelsIn(text = '[]'): readonly string[] {
  try {
    const labels: unknown = JSON.parse(text);
    return Array.isArray(labels) ? labels.map(String) : [];
  } catch {
    return [];
  }
}

const FIELDS = ['turn', 'value', 'labels', 'at', 'until'] as const;
