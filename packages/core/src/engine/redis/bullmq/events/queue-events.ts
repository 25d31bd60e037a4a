// Turns the entries of BullMQ's event stream into events: of which job, and what happened.
import { setTimeout as sleep } from 'node:timers/promises';
import { readHistory } from '../../../../dead-letters/dead-letter.js';
import type { JobEventKind, QueueEvent, QueueWatcher } from '../../../broker.js';
import type { ConnectionGuard } from '../../connection/connection-guard.js';
import { ServerRefusalError } from '../../../broker-errors.js';
import type { QueueKeys } from '../queue-keys.js';
import { msOf, type EventStream, type StreamEntry } from './event-stream.js';

export interface QueueEventsDeps {
  readonly keys: QueueKeys;
  readonly stream: EventStream;
  /** Looks jobs up: an entry has no more than their ids. */
  readonly guard: ConnectionGuard;
}

/** The events of one queue. */
export class QueueEvents {
  readonly #deps: QueueEventsDeps;
  readonly #names = new Map<string, string>();
  readonly #closing = new AbortController();

  constructor(deps: QueueEventsDeps) {
    this.#deps = deps;
  }

  /** Resolves with an unsubscribe function when the watcher will get every event from now on. */
  async follow(watcher: QueueWatcher): Promise<() => void> {
    let isStopped = false;
    const stop = await this.#deps.stream.follow({
      onEntries: async (entries) => {
        for (const event of await this.#read(entries, watcher)) if (!isStopped) watcher.onEvent(event);
      },
      onGap: (gap) => {
        if (!isStopped) watcher.onGap(gap);
      },
    });
    return () => {
      isStopped = true;
      stop();
    };
  }

  /** Ends look-ups. May be called twice. */
  close(): void {
    this.#closing.abort();
  }

  async #read(entries: readonly StreamEntry[], watcher: QueueWatcher): Promise<readonly QueueEvent[]> {
    const { of } = watcher;
    const all = entries.map(readEntry).filter((entry) => entry !== undefined);
    for (const { jobId, name } of all) if (name !== undefined) this.#remember(jobId, name);
    const meant = 'jobId' in of ? all.filter(({ jobId }) => jobId === of.jobId) : all;
    const wanted = meant.filter(({ kinds }) => kinds.some((kind) => watcher.kinds.has(kind)));
    const lookedUp = await this.#lookUp(wanted.filter((entry) => this.#mustLookUp(entry, watcher)));
    const events: QueueEvent[] = [];
    for (const entry of wanted) {
      const { jobId, atMs } = entry;
      const name = 'jobId' in of ? undefined : this.#names.get(jobId);
      if ('jobName' in of && name === undefined) watcher.onGap({ reason: 'unnamed', afterMs: atMs, untilMs: atMs });
      if ('jobName' in of && name !== of.jobName) continue;
      const event = eventOf(entry, lookedUp.get(jobId));
      if (event && watcher.kinds.has(event.kind)) events.push(event);
    }
    return events;
  }

  #mustLookUp({ jobId, kinds }: EventEntry, { of }: QueueWatcher): boolean {
    return kinds.length > 1 || ('jobName' in of && !this.#names.has(jobId));
  }

  /** Tries again while the server is away: reading waits then in any case. */
  async #lookUp(entries: readonly EventEntry[]): Promise<ReadonlyMap<string, LookedUp>> {
    const found = new Map<string, LookedUp>();
    const ids = [...new Set(entries.map(({ jobId }) => jobId))];
    while (!this.#closing.signal.aborted && ids.length > 0) {
      try {
        const jobs = await Promise.all(ids.map((id) => this.#job(id)));
        ids.forEach((id, i) => {
          const job = jobs[i];
          if (job === undefined) return;
          found.set(id, job);
          if (job.name !== undefined) this.#remember(id, job.name);
        });
        return found;
      } catch {
        await sleep(PAUSE_AFTER_FAULT_MS, undefined, { signal: this.#closing.signal }).catch(() => undefined);
      }
    }
    return found;
  }

  async #job(id: string): Promise<LookedUp | undefined> {
    const { guard, keys } = this.#deps;
    try {
      const fields = await guard.run((client) =>
        client.hmget(keys.prefix + id, 'name', 'history', 'failedReason', 'atm'),
      );
      const [name, history, failedReason, attemptsMade] = fields.map((field) => field ?? undefined);
      return { name, history, failedReason, attemptsMade: Number(attemptsMade ?? 0) };
    } catch (error) {
      if (isForGood(error)) return undefined;
      throw error;
    }
  }

  #remember(id: string, name: string): void {
    this.#names.set(id, name);
    if (this.#names.size <= MOST_NAMES) return;
    const [oldest] = this.#names.keys();
    if (oldest !== undefined) this.#names.delete(oldest);
  }
}

/** What an entry says by itself: the job, and what may have happened to it. */
interface EventEntry {
  readonly jobId: string;
  readonly atMs: number;
  /** More than one where only the job's history says which. */
  readonly kinds: readonly JobEventKind[];
  readonly fields: ReadonlyMap<string, string>;
  /** Only where a job is added. */
  readonly name: string | undefined;
}

interface LookedUp {
  readonly name: string | undefined;
  readonly history: string | undefined;
  readonly failedReason: string | undefined;
  readonly attemptsMade: number;
}

/** Ids of any client may be the rest of a key that is no hash. A server that is busy or loading says so, and answers later. */
function isForGood(error: unknown): boolean {
  if (!(error instanceof ServerRefusalError)) return false;
  return error.about !== 'server' || error.reply.startsWith('WRONGTYPE');
}

function readEntry([id, list]: StreamEntry): EventEntry | undefined {
  const fields = new Map<string, string>();
  for (let i = 0; i + 1 < list.length; i += 2) fields.set(list[i] ?? '', list[i + 1] ?? '');
  const jobId = fields.get('jobId');
  const kinds = kindsOf(fields);
  if (jobId === undefined || kinds.length === 0) return undefined;
  return { jobId, atMs: msOf(id), kinds, fields, name: kinds[0] === 'sent' ? fields.get('name') : undefined };
}

/** BullMQ's words (6.7). Both a retry and a requeue make an active job wait; the entry of a delay does not say what was before. */
function kindsOf(fields: ReadonlyMap<string, string>): readonly JobEventKind[] {
  const event = fields.get('event') ?? '';
  if (event === 'waiting') return fields.get('prev') === 'active' ? WAITS_AGAIN : NONE;
  // A parent that is added waits for its children from the beginning.
  if (event === 'waiting-children') return fields.get('prev') === 'active' ? WAITS_FOR_CHILDREN : NONE;
  return KINDS.get(event) ?? NONE;
}

const NONE: readonly JobEventKind[] = [];
const WAITS_AGAIN: readonly JobEventKind[] = ['retried', 'requeued'];
const WAITS_FOR_CHILDREN: readonly JobEventKind[] = ['requeued'];
const KINDS: ReadonlyMap<string, readonly JobEventKind[]> = new Map([
  ['added', ['sent']],
  ['active', ['started']],
  ['progress', ['progress']],
  ['completed', ['acked']],
  ['failed', ['dead']],
  ['delayed', WAITS_AGAIN],
  ['stalled', ['lost']],
  ['removed', ['removed']],
]);

function eventOf({ jobId, atMs, kinds, fields }: EventEntry, job: LookedUp | undefined): QueueEvent | undefined {
  const event = { jobId, atMs };
  const [kind] = kinds;
  switch (kind) {
    case 'progress':
      return { ...event, kind, progress: fields.get('data') ?? 'null' };
    case 'acked':
      return { ...event, kind, result: fields.get('returnvalue') ?? 'null' };
    case 'dead':
      return { ...event, kind, reason: fields.get('failedReason') ?? 'no reason was kept' };
    case 'retried':
    case 'requeued':
      return waitsAgain({ jobId, atMs, isDelayed: fields.get('event') === 'delayed' }, job);
    case undefined:
      return undefined;
    default:
      return { ...event, kind };
  }
}

interface WaitingAgain {
  readonly jobId: string;
  readonly atMs: number;
  readonly isDelayed: boolean;
}

/** What the job's history has of that moment: both are written in one script. */
function waitsAgain({ jobId, atMs, isDelayed }: WaitingAgain, job: LookedUp | undefined): QueueEvent | undefined {
  const near = readHistory(job?.history).filter(({ endedAtMs }) => Math.abs(endedAtMs - atMs) <= SAME_MOMENT_MS);
  const attempt = near.toSorted((one, other) => Math.abs(one.endedAtMs - atMs) - Math.abs(other.endedAtMs - atMs))[0];
  const { end, reason } = attempt ?? {};
  if (end === 'threw' || end === 'rejected') return { jobId, atMs, kind: 'retried', reason };
  if (end === 'requeued') return { jobId, atMs, kind: 'requeued', reason };
  // Its lease was lost, or its worker died: an entry of its own says so.
  if (end !== undefined) return undefined;
  // A plain BullMQ worker keeps no history; a job that is sent with a delay has none yet.
  if (job?.failedReason !== undefined && job.attemptsMade > 0)
    return { jobId, atMs, kind: 'retried', reason: job.failedReason };
  return isDelayed ? undefined : { jobId, atMs, kind: 'requeued', reason: undefined };
}

/** The server's clock is read once for a script; the entry's id may be of the next millisecond, and of a long call's a later one. */
const SAME_MOMENT_MS = 100;
const MOST_NAMES = 10_000;
const PAUSE_AFTER_FAULT_MS = 300;
