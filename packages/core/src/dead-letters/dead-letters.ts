// The dead letters of a job or a queue: reading, redriving and purging them.
import type { AnyJob } from '../contract/job.js';
import { defaultJsonLimits, writeJson, type JsonLimits } from '../contract/json.js';
import { encodePayload } from '../contract/payload.js';
import type { DeadLetterStore, DeadRecord, DeadSummary, Death } from '../engine/dead-letter-store.js';
import { PayloadError } from '../errors.js';
import { deadLetterOf, type DeadLetter } from './dead-letter.js';
import {
  deadLetterBulkOptions,
  deadLetterFilter,
  deadLetterListOptions,
  matches,
  redriveOptions,
  type DeadLetterBulkOptions,
  type DeadLetterFilter,
  type DeadLetterListOptions,
  type RedriveOptions,
} from './dead-letter-options.js';

/** What the dead letters are read from. */
export interface DeadLettersDeps {
  readonly queue: string;
  readonly store: DeadLetterStore;
  /** Leaves every other job's letters alone; undefined for the whole queue. */
  readonly jobName: string | undefined;
  /** Whose schema another payload is checked by. */
  readonly job?: AnyJob | undefined;
  /** Of another payload. */
  readonly limits?: JsonLimits;
}

/** How many letters a filter means, and why they died: the most frequent reasons first, at most 100 of them. */
export interface DeadLetterPreview {
  readonly count: number;
  readonly reasons: readonly { readonly reason: string; readonly count: number }[];
}

/** The result of a bulk operation. `missed` letters matched, but another caller was faster. */
export interface DeadLetterBulkSummary {
  readonly touched: number;
  readonly missed: number;
}

/**
 * The dead letters of one job or queue, as {@link Producer.deadLetters} gives them.
 *
 * Every redrive and purge is atomic: a crash midway leaves each job in the dead letters or where it was to go. Of two at
 * the same time one touches the job, the other misses it. Every method throws ConnectionLostError when the connection breaks
 * before the answer; a bulk may then simply be asked for again, for what it has touched does not match any more.
 *
 * @example
 * const letters = producer.deadLetters(chargeCard);
 * console.log(await letters.preview({ reason: { contains: 'ECONNREFUSED' } }));
 * await letters.redriveAll({ reason: { contains: 'ECONNREFUSED' } });
 */
export class DeadLetters {
  readonly #deps: DeadLettersDeps;

  constructor(deps: DeadLettersDeps) {
    this.#deps = deps;
  }

  /** Lists letters, by default the last that died first. Letters that die during the listing are not in it. @throws OptionsError. */
  list(options: DeadLetterListOptions = {}): AsyncIterable<DeadLetter> {
    const { order, offset, limit = Infinity, ...filter } = deadLetterListOptions.check(options);
    return this.#list(filter, { order, offset, limit });
  }

  /** As `list`, in short: without payloads and histories, which takes a fraction of the time. @throws OptionsError. */
  summaries(options: DeadLetterListOptions = {}): AsyncIterable<DeadSummary> {
    const { order, offset, limit = Infinity, ...filter } = deadLetterListOptions.check(options);
    return this.#summaries(filter, { order, offset, limit });
  }

  /** One letter; undefined when the id is of no dead letter. */
  async get(id: string): Promise<DeadLetter | undefined> {
    const [record] = await this.#deps.store.read([id]);
    if (record === undefined || !this.#isOurs(record)) return undefined;
    return deadLetterOf(this.#deps.queue, record);
  }

  /** The server's time, by which letters died: `since` and `until` are compared with it. */
  async serverTime(): Promise<Date> {
    return new Date(await this.#deps.store.nowMs());
  }

  /** How many letters match. @throws OptionsError. */
  async count(filter: DeadLetterFilter = {}): Promise<number> {
    const isAll = this.#deps.jobName === undefined && Object.keys(filter).length === 0;
    return isAll ? this.#deps.store.count() : (await this.preview(filter)).count;
  }

  /** What a bulk with the same filter would touch. @throws OptionsError. */
  async preview(filter: DeadLetterFilter = {}): Promise<DeadLetterPreview> {
    const counts = new Map<string, number>();
    let count = 0;
    for await (const page of this.#matching(deadLetterFilter.check(filter), 'oldest')) {
      count += page.length;
      for (const { reason } of page) counts.set(reason, (counts.get(reason) ?? 0) + 1);
    }
    const reasons = [...counts].map(([reason, times]) => ({ reason, count: times }));
    return { count, reasons: reasons.toSorted((one, other) => other.count - one.count).slice(0, MOST_REASONS) };
  }

  /**
   * Puts a job back into its queue, behind what waits there or by its priority, with all its attempts before it. Its history and the results
   * of its steps stay. Resolves with false when it is no dead letter (any more).
   *
   * With `data` it gets another payload, in the same step. Those of a contract's dead letters are checked by its schema; by the name of a queue, only
   * that it is JSON. @throws PayloadError, also for a letter of another version than the contract's; OptionsError: nothing was changed.
   */
  async redrive(id: string, options: RedriveOptions = {}): Promise<boolean> {
    const { data } = redriveOptions.check(options);
    return this.#touch(id, async (deaths, record) => {
      const payload = data === undefined ? undefined : await this.#payloadOf(record, data);
      return this.#deps.store.redrive(deaths, payload);
    });
  }

  /** Redrives every letter that matches, the first that died first. @throws OptionsError. */
  redriveAll(options: DeadLetterBulkOptions = {}): Promise<DeadLetterBulkSummary> {
    return this.#touchAll(options, (deaths) => this.#deps.store.redrive(deaths));
  }

  /** Removes a dead letter for good. Resolves with false when it is no dead letter (any more). */
  purge(id: string): Promise<boolean> {
    return this.#touch(id, (deaths) => this.#deps.store.purge(deaths));
  }

  /** Purges every letter that matches. @throws OptionsError. */
  purgeAll(options: DeadLetterBulkOptions = {}): Promise<DeadLetterBulkSummary> {
    return this.#touchAll(options, (deaths) => this.#deps.store.purge(deaths));
  }

  async *#list(filter: DeadLetterFilter, span: ListSpan): AsyncGenerator<DeadLetter> {
    const { store, queue } = this.#deps;
    for await (const page of this.#pages(filter, span)) {
      const records = await store.read(page.map(({ id }) => id));
      for (const record of records) if (record) yield deadLetterOf(queue, record);
    }
  }

  async *#summaries(filter: DeadLetterFilter, span: ListSpan): AsyncGenerator<DeadSummary> {
    for await (const page of this.#pages(filter, span)) yield* page;
  }

  async *#pages(filter: DeadLetterFilter, { order, offset, limit }: ListSpan): AsyncGenerator<readonly DeadSummary[]> {
    let toPass = offset;
    let left = limit;
    for await (const page of this.#matching(filter, order)) {
      const wanted = page.slice(toPass, toPass + left);
      toPass = Math.max(0, toPass - page.length);
      left -= wanted.length;
      yield wanted;
      if (left <= 0) return;
    }
  }

  async *#matching(filter: DeadLetterFilter, order: ListSpan['order']): AsyncGenerator<readonly DeadSummary[]> {
    const sinceMs = filter.since?.getTime() ?? 0;
    const untilMs = filter.until?.getTime() ?? Infinity;
    for await (const page of this.#deps.store.scan({ sinceMs, untilMs, order })) {
      yield page.filter((summary) => this.#isOurs(summary) && matches(summary, filter));
    }
  }

  async #touch(id: string, act: (deaths: readonly Death[], record: DeadRecord) => ReturnType<Act>): Promise<boolean> {
    const [record] = await this.#deps.store.read([id]);
    if (record === undefined || !this.#isOurs(record)) return false;
    return (await act([record], record))[0] ?? false;
  }

  async #payloadOf({ jobName, version }: DeadRecord, data: unknown): Promise<string> {
    const { job, limits = defaultJsonLimits } = this.#deps;
    if (job === undefined) {
      const written = writeJson('data', data, limits);
      if (written.ok) return written.value;
      throw new PayloadError({ job: jobName, ...written });
    }
    if (version === job.version) return encodePayload(job, data as never, limits);
    const message = `expected a letter of version ${job.version}, which the contract describes, got one of ${version} (redrive it as it is: it is upgraded)`;
    throw new PayloadError({ job: jobName, faults: [{ path: 'data', message }] });
  }

  async #touchAll(options: DeadLetterBulkOptions, act: Act): Promise<DeadLetterBulkSummary> {
    const { batchSize, onProgress, ...filter } = deadLetterBulkOptions.check(options);
    const tally = { touched: 0, missed: 0 };
    for await (const page of this.#matching(filter, 'oldest')) {
      for (let from = 0; from < page.length; from += batchSize) {
        const done = await act(page.slice(from, from + batchSize));
        const touched = done.filter(Boolean).length;
        tally.touched += touched;
        tally.missed += done.length - touched;
        onProgress?.(tally.touched);
      }
    }
    return tally;
  }

  #isOurs({ jobName }: DeadSummary): boolean {
    return this.#deps.jobName === undefined || this.#deps.jobName === jobName;
  }
}

const MOST_REASONS = 100;

type Act = (deaths: readonly Death[]) => Promise<readonly boolean[]>;

interface ListSpan {
  readonly order: 'newest' | 'oldest';
  readonly offset: number;
  readonly limit: number;
}
