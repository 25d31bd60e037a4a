// Reads BullMQ's event stream of one queue, on one connection for all readers.
import { setTimeout as sleep } from 'node:timers/promises';
import { ClosedError } from '../../../broker-errors.js';
import type { EventGap } from '../../../broker.js';
import type { ConnectionGuard } from '../../connection/connection-guard.js';

/** One entry: its id, `milliseconds-number`, and its fields and values in turn. */
export type StreamEntry = readonly [id: string, fields: readonly string[]];

/** A reader of the stream. */
export interface StreamReader {
  /**
   * Called with the next entries when every reader has resolved: a reader that cannot keep up has a gap, and no growing memory. One that rejects
   * is called with the same entries again.
   */
  onEntries(entries: readonly StreamEntry[]): Promise<void> | void;
  onGap?(gap: EventGap): void;
}

export interface EventStreamDeps {
  readonly key: string;
  /** Opens the connection for reading, when the first reader comes. Given up when the signal aborts. */
  readonly openClient: (signal: AbortSignal) => Promise<ConnectionGuard>;
}

/**
 * The stream of one queue, from its end on, while it has readers. When the connection breaks, reading goes on after the last entry that was
 * read; entries that the server has forgotten meanwhile are a gap.
 */
export class EventStream {
  readonly #deps: EventStreamDeps;
  readonly #readers = new Set<StreamReader>();
  readonly #closing = new AbortController();
  #client: Promise<ConnectionGuard> | undefined;
  #beginning: Promise<void> | undefined;
  #reading: Promise<void> | undefined;
  #last = START;

  constructor(deps: EventStreamDeps) {
    this.#deps = deps;
  }

  /**
   * Resolves with an unsubscribe function when every entry from now on will be read.
   * @throws ConnectionLostError, BrokerUnreachableError; ClosedError at `close()`.
   */
  async follow(reader: StreamReader): Promise<() => void> {
    this.#readers.add(reader);
    const beginning = (this.#beginning ??= this.#begin());
    try {
      await beginning;
      return () => void this.#readers.delete(reader);
    } catch (error) {
      this.#readers.delete(reader);
      // Unless another has begun anew meanwhile.
      if (this.#beginning === beginning) this.#beginning = undefined;
      throw this.#closing.signal.aborted ? new ClosedError('broker') : error;
    }
  }

  /** Hangs up, without waiting for readers. May be called twice. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#readers.clear();
    const opened = await this.#client?.catch(() => undefined);
    opened?.hangUp();
  }

  async #begin(): Promise<void> {
    this.#closing.signal.throwIfAborted();
    const client = await this.#open();
    await this.#reading;
    this.#closing.signal.throwIfAborted();
    this.#last = (await client.run((redis) => redis.xrevrange(this.#deps.key, '+', '-', 'COUNT', 1)))[0]?.[0] ?? START;
    this.#reading = this.#read(client);
  }

  #open(): Promise<ConnectionGuard> {
    this.#client ??= this.#deps.openClient(this.#closing.signal).catch((error: unknown) => {
      this.#client = undefined;
      throw error;
    });
    return this.#client;
  }

  async #read(client: ConnectionGuard): Promise<void> {
    let isSure = true;
    while (!this.#closing.signal.aborted && this.#readers.size > 0) {
      try {
        if (!isSure) await this.#findGap(client);
        isSure = true;
        await this.#readOn(client);
      } catch {
        isSure = false;
        await this.#pause();
      }
    }
    // The next reader begins at the end again.
    this.#beginning = undefined;
  }

  async #readOn(client: ConnectionGuard): Promise<void> {
    const { key } = this.#deps;
    const after = this.#last;
    const read = await client.run((redis) =>
      redis.xread('COUNT', MOST_ENTRIES, 'BLOCK', READ_MS, 'STREAMS', key, after),
    );
    const entries: readonly StreamEntry[] = read?.[0]?.[1] ?? [];
    if (entries.length === 0) return;
    // Where entries after the last were trimmed, far more than this are left.
    if (entries.length === MOST_ENTRIES && after !== START) this.#reportTrimmed(after, await this.#oldest(client));
    await Promise.all([...this.#readers].map((reader) => this.#give(reader, entries)));
    this.#last = entries.at(-1)?.[0] ?? after;
  }

  /** Gives a reader that rejects the same entries again, until it resolves or stops: it has not read them, and nothing says that they are missing. */
  async #give(reader: StreamReader, entries: readonly StreamEntry[]): Promise<void> {
    while (this.#readers.has(reader)) {
      try {
        return await reader.onEntries(entries);
      } catch {
        await this.#pause();
      }
    }
  }

  /** After a break: whether the server still has what came after the last entry. */
  async #findGap(client: ConnectionGuard): Promise<void> {
    const { key } = this.#deps;
    const last = this.#last;
    const ends = [this.#oldest(client), client.run((redis) => redis.xrevrange(key, '+', '-', 'COUNT', 1))] as const;
    const [oldest, [newest]] = await Promise.all(ends);
    const newestId = newest?.[0] ?? START;
    if (isAfter(last, newestId)) {
      // A server that lost its data, or a replica that had not got them: its ids begin below ours, and none of them would be read.
      this.#last = newestId;
      this.#report({
        reason: 'replaced',
        afterMs: Math.min(msOf(last), msOf(newestId) || msOf(last)),
        untilMs: Date.now(),
      });
    } else if (last !== START) this.#reportTrimmed(last, oldest);
    else if ((await client.run((redis) => redis.xlen(key))) >= KEPT_ENTRIES) this.#reportTrimmed(last, oldest);
  }

  async #oldest(client: ConnectionGuard): Promise<string | undefined> {
    // XREAD, not XRANGE: every user that may follow the stream may run it.
    const read = await client.run((redis) => redis.xread('COUNT', 1, 'STREAMS', this.#deps.key, START));
    return read?.[0]?.[1]?.[0]?.[0];
  }

  #reportTrimmed(last: string, oldest: string | undefined): void {
    if (oldest !== undefined && isAfter(oldest, last))
      this.#report({ reason: 'trimmed', afterMs: msOf(last), untilMs: msOf(oldest) });
  }

  #report(gap: EventGap): void {
    for (const reader of this.#readers) reader.onGap?.(gap);
  }

  async #pause(): Promise<void> {
    await sleep(PAUSE_AFTER_FAULT_MS, undefined, { signal: this.#closing.signal }).catch(() => undefined);
  }
}

/** When an entry was written, by the server's clock. */
export function msOf(id: string): number {
  return Number(id.slice(0, id.indexOf('-')));
}

function isAfter(one: string, other: string): boolean {
  if (msOf(one) !== msOf(other)) return msOf(one) > msOf(other);
  return Number(one.slice(one.indexOf('-') + 1)) > Number(other.slice(other.indexOf('-') + 1));
}

/** Before all entries. */
const START = '0-0';
/** Of at most some ten KB each, as a rule: a result or a progress is in its entry. */
const MOST_ENTRIES = 500;
/** What BullMQ's scripts keep at least, unless a queue says otherwise (6.7). */
const KEPT_ENTRIES = 10_000;
const READ_MS = 5_000;
const PAUSE_AFTER_FAULT_MS = 300;
