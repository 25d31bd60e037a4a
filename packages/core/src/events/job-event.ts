// The events that a listener gets.
import { decodeResult } from '../contract/payload.js';
import type { AnyJob, ResultOf } from '../contract/job.js';
import type { Meta } from '../contract/meta.js';
import type { JsonLimits } from '../contract/json.js';
import type { EventGap, QueueEvent } from '../engine/broker.js';

/** What happens to the jobs of a contract, by name. */
export interface JobEventMap<J extends AnyJob = AnyJob> {
  readonly sent: JobEvent;
  /** A worker holds it, and its handler is about to run: once for each delivery. */
  readonly started: JobEvent;
  readonly progress: JobProgressed;
  readonly acked: JobAcked<J>;
  /** An attempt failed, and the job waits for the next. */
  readonly retried: JobWaitsAgain;
  /** It waits again, and no attempt was counted. */
  readonly requeued: JobWaitsAgain;
  /** Its worker died, or its lease was lost, and it was given back. */
  readonly lost: JobEvent;
  /** It is a dead letter. */
  readonly dead: JobDied;
  /** It was cancelled while it waited, or purged. */
  readonly removed: JobEvent;
  /** Events may be missing. */
  readonly gap: EventsGap;
}

export type JobEventName = keyof JobEventMap;

/** Called with each event of its name, in their order; not awaited. */
export type JobListener<J extends AnyJob, Name extends JobEventName> = (event: JobEventMap<J>[Name]) => unknown;

/** Of which job, and when: by the server's clock. */
export interface JobEvent {
  readonly id: string;
  readonly jobName: string;
  readonly queue: string;
  readonly at: Date;
  /**
   * Reads the headers of the job; none of a job that is gone. Costs a call: an event brings none. @throws ConnectionLostError, as a rejection.
   */
  readonly meta: () => Promise<Meta>;
}

export interface JobProgressed extends JobEvent {
  /** What the handler gave to `delivery.progress`. */
  readonly progress: unknown;
}

export interface JobAcked<J extends AnyJob = AnyJob> extends JobEvent {
  /** Reads what the handler returned. @throws ResultError, as a rejection, when it is off the contract's schema. */
  readonly result: () => Promise<ResultOf<J>>;
}

export interface JobWaitsAgain extends JobEvent {
  /** Why; undefined where no reason was given. */
  readonly reason: string | undefined;
}

export interface JobDied extends JobEvent {
  readonly reason: string;
}

/**
 * What happened between these times may be missing. `trimmed`: the server keeps the newest events only, and this program was away, or too
 * slow. `replaced`: the server's data are gone, or others. `unnamed`: a job was removed before its name could be read.
 */
export interface EventsGap {
  readonly queue: string;
  readonly reason: EventGap['reason'];
  readonly after: Date;
  readonly until: Date;
}

/** What an event reads when it is asked. */
export interface JobEventDeps {
  readonly limits: JsonLimits;
  readonly meta: () => Promise<Meta>;
}

/** The event as a listener of the contract is given it. */
export function jobEventOf(event: QueueEvent, job: AnyJob, { limits, meta }: JobEventDeps): JobEventMap[JobEventName] {
  const of = { id: event.jobId, jobName: job.name, queue: job.queue, at: new Date(event.atMs), meta };
  switch (event.kind) {
    case 'progress':
      return { ...of, progress: readProgress(event.progress) };
    case 'acked': {
      const { result: text } = event;
      return { ...of, result: async () => decodeResult(job, text, limits) };
    }
    case 'retried':
    case 'requeued':
    case 'dead':
      return { ...of, reason: event.reason };
    default:
      return of;
  }
}

/** Text that is no JSON, from another client, is returned as it is. */
export function readProgress(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
