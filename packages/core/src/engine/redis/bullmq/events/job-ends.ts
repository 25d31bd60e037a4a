// How waiting producers learn the ends of their jobs: from the event stream of the queue, and from the jobs themselves.
import { ClosedError, ServerRefusalError } from '../../../broker-errors.js';
import type { JobEnd } from '../../../broker.js';
import type { ConnectionGuard } from '../../connection/connection-guard.js';
import { onAbort } from '../../../../guarded.js';
import type { ScriptClient } from '../../connection/redis-script.js';
import type { QueueKeys } from '../queue-keys.js';
import type { EventStream, StreamEntry } from './event-stream.js';

/** What the ends of one queue are read with. */
export interface JobEndsDeps {
  readonly keys: QueueKeys;
  /** Looks jobs up. */
  readonly guard: ConnectionGuard;
  /** Followed from the first wait on. */
  readonly stream: EventStream;
}

/**
 * The ends of one queue's jobs.
 *
 * The stream names the job, and its end is read from the job itself, for an id may be used again. A job is looked up when a wait begins, when the
 * stream names it, and every few seconds: the stream is trimmed, so a slow reader can miss a name. Of one whose id is new the stream's word is enough.
 */
export class JobEnds {
  readonly #deps: JobEndsDeps;
  readonly #waiting = new Map<string, Set<Waiter>>();
  #following: Promise<void> | undefined;
  #recheck: NodeJS.Timeout | undefined;

  constructor(deps: JobEndsDeps) {
    this.#deps = deps;
  }

  /**
   * Resolves with the job's end, at once when it is over. Rejects with the signal's reason, with ClosedError at `close()`, and with
   * ConnectionLostError or BrokerUnreachableError when following cannot begin.
   */
  of(jobId: string, signal: AbortSignal): Promise<JobEnd> {
    return this.#wait(jobId, { signal, isNew: false }).end;
  }

  /**
   * As {@link of}, for a job that is sent when this has resolved, under an id that the queue has never had. What the stream says of it is its end, so
   * that no look-up stands between: neither when the wait begins nor when it ends.
   */
  async expect(jobId: string, signal: AbortSignal): Promise<() => Promise<JobEnd>> {
    const { waiter, end } = this.#wait(jobId, { signal, isNew: true });
    // It may be given up before anyone asks for the end.
    end.catch(() => undefined);
    await Promise.race([this.#follow(), end]);
    return () => {
      waiter.isSent = true;
      return end;
    };
  }

  #wait(jobId: string, { signal, isNew }: { readonly signal: AbortSignal; readonly isNew: boolean }) {
    const waiter: Waiter = { settle: () => undefined, fail: () => undefined, isNew, isSent: !isNew };
    const end = new Promise<JobEnd>((resolve, reject) => {
      signal.throwIfAborted();
      const stopListening = onAbort(signal, () => waiter.fail(signal.reason as Error));
      const stop = () => {
        this.#forget(jobId, waiter);
        stopListening();
      };
      waiter.settle = (found) => {
        stop();
        resolve(found);
      };
      waiter.fail = (error) => {
        stop();
        reject(error);
      };
      this.#addWaiter(jobId, waiter);
      this.#follow().then(() => isNew || this.#lookUpQuietly(jobId), waiter.fail);
    });
    return { waiter, end };
  }

  /** Stops following. Waits that are left reject with ClosedError. May be called twice. */
  async close(): Promise<void> {
    clearInterval(this.#recheck);
    for (const { fail } of [...this.#waiting.values()].flatMap((waiters) => [...waiters]))
      fail(new ClosedError('broker'));
    await this.#following?.catch(() => undefined);
    clearInterval(this.#recheck);
  }

  #addWaiter(jobId: string, waiter: Waiter): void {
    const waiters = this.#waiting.get(jobId) ?? new Set();
    this.#waiting.set(jobId, waiters.add(waiter));
  }

  #forget(jobId: string, waiter: Waiter): void {
    const waiters = this.#waiting.get(jobId);
    waiters?.delete(waiter);
    if (waiters?.size === 0) this.#waiting.delete(jobId);
  }

  #follow(): Promise<void> {
    this.#following ??= this.#startFollowing().catch((error: unknown) => {
      this.#following = undefined;
      throw error;
    });
    return this.#following;
  }

  async #startFollowing(): Promise<void> {
    await this.#deps.stream.follow({ onEntries: (entries) => entries.forEach((entry) => this.#receive(entry)) });
    this.#recheck = setInterval(() => this.#lookUpAll(), RECHECK_MS);
    this.#recheck.unref();
  }

  #receive([, fields]: StreamEntry): void {
    const event = fieldIn(fields, 'event');
    const jobId = fieldIn(fields, 'jobId');
    if (jobId === undefined || !this.#waiting.has(jobId)) return;
    const end = event === undefined ? undefined : endIn(event, fields);
    if (end) for (const waiter of this.#waiting.get(jobId) ?? []) if (waiter.isNew) waiter.settle(end);
    if (end || event === 'removed') this.#lookUpQuietly(jobId);
  }

  #lookUpAll(): void {
    for (const jobId of this.#waiting.keys()) this.#lookUpQuietly(jobId);
  }

  /** A look-up that fails is made again at the next recheck. */
  #lookUpQuietly(jobId: string): void {
    if ([...(this.#waiting.get(jobId) ?? NOBODY)].some(({ isSent }) => isSent))
      this.#lookUp(jobId).catch(() => undefined);
  }

  async #lookUp(jobId: string): Promise<void> {
    const { guard, keys } = this.#deps;
    const fields = ['timestamp', 'returnvalue', 'failedReason', 'finishedOn'] as const;
    const read = (client: ScriptClient) => client.hmget(keys.prefix + jobId, ...fields);
    // Without the time of its send it is no job, but another key: a list, or the hash of a scheduler.
    const [sentAt, result, reason, finishedOn] = await guard.run(read).catch(nothingThere);
    if (typeof sentAt !== 'string') return this.#settle(jobId, { kind: 'gone' });
    if (typeof finishedOn !== 'string') return;
    const deadLettered = { kind: 'deadLettered', reason: reason ?? NO_REASON } as const;
    this.#settle(jobId, typeof result === 'string' ? { kind: 'acked', result } : deadLettered);
  }

  #settle(jobId: string, end: JobEnd): void {
    for (const { settle, isSent } of this.#waiting.get(jobId) ?? []) if (isSent) settle(end);
  }
}

/** What an entry says of its job's end; undefined for none. Of an earlier job of the same id it may be, too. */
function endIn(event: string, fields: readonly string[]): JobEnd | undefined {
  if (event === 'completed') return { kind: 'acked', result: fieldIn(fields, 'returnvalue') ?? 'null' };
  if (event === 'failed') return { kind: 'deadLettered', reason: fieldIn(fields, 'failedReason') ?? NO_REASON };
  return undefined;
}

/** Names and values take turns, and a value may be what a name is. */
function fieldIn(fields: readonly string[], name: string): string | undefined {
  for (let at = 0; at + 1 < fields.length; at += 2) if (fields[at] === name) return fields[at + 1];
  return undefined;
}

/** Ids of any client may be the rest of a key that is no hash. */
function nothingThere(error: unknown): readonly null[] {
  if (error instanceof ServerRefusalError && error.reply.startsWith('WRONGTYPE')) return [];
  throw error;
}

/** A wait for the end of one job. */
interface Waiter {
  settle: (end: JobEnd) => void;
  fail: (error: Error) => void;
  /** Whether its queue has never had a job of this id before, so that what the stream says of one is said of this. */
  readonly isNew: boolean;
  /** Whether the job is there unless it is gone. */
  isSent: boolean;
}

const NOBODY: ReadonlySet<Waiter> = new Set();
const NO_REASON = 'no reason was kept';

const RECHECK_MS = 5_000;
