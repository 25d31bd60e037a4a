// Tells waiting producers how their jobs ended, by following BullMQ's event stream of one queue.
import type { ConnectionGuard } from '../../connection/connection-guard.js';
import { onAbort } from '../../../../on-abort.js';
import type { ScriptClient } from '../../connection/redis-script.js';
import type { JobEnd } from '../../../broker.js';
import { ClosedError, ServerRefusalError } from '../../../broker-errors.js';
import type { QueueKeys } from '../queue-keys.js';
import type { EventStream, StreamEntry } from './event-stream.js';

/** What the ends of one queue are read with. */
export interface JobEndsDeps {
  readonly keys: QueueKeys;
  /** For looking a job up. */
  readonly guard: ConnectionGuard;
  /** Read from when somebody waits first. */
  readonly stream: EventStream;
}

/**
 * The ends of one queue's jobs.
 *
 * The stream only says which job to look at; what is told is read from the job itself. A job is looked up when somebody
 * starts to wait, when the stream names it, and every few seconds: the stream is trimmed, so a slow reader can miss a name.
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
    return new Promise<JobEnd>((resolve, reject) => {
      signal.throwIfAborted();
      const stop = () => {
        this.#forget(jobId, waiter);
        stopListening();
      };
      const tell = (end: JobEnd) => {
        stop();
        resolve(end);
      };
      const fail = (error: Error) => {
        stop();
        reject(error);
      };
      const waiter: Waiter = { tell, fail };
      const stopListening = onAbort(signal, () => fail(signal.reason as Error));
      this.#expect(jobId, waiter);
      this.#follow().then(() => this.#lookUpQuietly(jobId), fail);
    });
  }

  /** Stops following. Whoever still waits learns it by a ClosedError. May be called twice. */
  async close(): Promise<void> {
    clearInterval(this.#recheck);
    for (const { fail } of [...this.#waiting.values()].flatMap((waiters) => [...waiters]))
      fail(new ClosedError('broker'));
    await this.#following?.catch(() => undefined);
    clearInterval(this.#recheck);
  }

  #expect(jobId: string, waiter: Waiter): void {
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
    await this.#deps.stream.follow({ onEntries: (entries) => entries.forEach((entry) => this.#hear(entry)) });
    this.#recheck = setInterval(() => this.#lookUpAll(), RECHECK_MS);
    this.#recheck.unref();
  }

  #hear([, fields]: StreamEntry): void {
    const event = fields[fields.indexOf('event') + 1];
    const jobId = fields[fields.indexOf('jobId') + 1];
    const isEnd = event === 'completed' || event === 'failed' || event === 'removed';
    if (isEnd && jobId !== undefined) this.#lookUpQuietly(jobId);
  }

  #lookUpAll(): void {
    for (const jobId of this.#waiting.keys()) this.#lookUpQuietly(jobId);
  }

  /** A look-up that fails is made again at the next recheck. */
  #lookUpQuietly(jobId: string): void {
    if (this.#waiting.has(jobId)) this.#lookUp(jobId).catch(() => undefined);
  }

  async #lookUp(jobId: string): Promise<void> {
    const { guard, keys } = this.#deps;
    const fields = ['timestamp', 'returnvalue', 'failedReason', 'finishedOn'] as const;
    const read = (client: ScriptClient) => client.hmget(keys.prefix + jobId, ...fields);
    // What has not been sent is no job, whatever lies there: a list, or the hash of a scheduler.
    const [sentAt, result, reason, finishedOn] = await guard.run(read).catch(nothingThere);
    if (typeof sentAt !== 'string') return this.#tell(jobId, { kind: 'gone' });
    if (typeof finishedOn !== 'string') return;
    const deadLettered = { kind: 'deadLettered', reason: reason ?? 'no reason was kept' } as const;
    this.#tell(jobId, typeof result === 'string' ? { kind: 'acked', result } : deadLettered);
  }

  #tell(jobId: string, end: JobEnd): void {
    for (const { tell } of this.#waiting.get(jobId) ?? []) tell(end);
  }
}

/** Ids of any client may be the rest of a key that is no hash. */
function nothingThere(error: unknown): readonly null[] {
  if (error instanceof ServerRefusalError && error.reply.startsWith('WRONGTYPE')) return [];
  throw error;
}

/** Somebody who waits for the end of one job. */
interface Waiter {
  readonly tell: (end: JobEnd) => void;
  readonly fail: (error: Error) => void;
}

const RECHECK_MS = 5_000;
