// How long a job waits for its next attempt: as its stored options say, or else as its contract does.
import type { AnyJob } from '@acktor/core';
import type { JobRecord } from '@acktor/core/engine';
import {
  backoffDelayMs,
  DEFAULT_BACKOFF,
  errorReason,
  LONGEST_BACKOFF_MS,
  type GuardedLog,
} from '@acktor/core/internal';

/** The attempt that failed. */
export interface FailedAttempt {
  readonly job: AnyJob;
  readonly record: JobRecord;
  /** What the handler threw, or what its signal aborted with. */
  readonly error: unknown;
}

/** The waits of a queue's jobs. What is wrong with one is logged once for each job, and never a wait of none. */
export class RetryWaits {
  readonly #log: GuardedLog;
  readonly #logged = new Set<string>();

  constructor({ log }: { readonly log: GuardedLog }) {
    this.#log = log;
  }

  /** Returns it in whole milliseconds; undefined where the contract's function asks for no further attempt. Never throws. */
  after({ job, record, error }: FailedAttempt): number | undefined {
    const attempt = record.attemptsMade + 1;
    if (record.backoff !== undefined) return backoffDelayMs(record.backoff, attempt);
    const { unknownBackoff: type } = record;
    if (type !== undefined)
      this.#logOnce(
        job,
        { type },
        "jobs are stored with a type of backoff that is not known: the contract's wait holds for them",
      );
    const { backoff } = job;
    if (typeof backoff !== 'function') return backoffDelayMs(backoff, attempt);
    try {
      const waitMs: unknown = backoff(attempt, error);
      if (waitMs === NO_FURTHER_ATTEMPT) return undefined;
      if (typeof waitMs === 'number' && waitMs >= 0) return Math.round(Math.min(waitMs, LONGEST_BACKOFF_MS));
      this.#logOnce(job, { returned: typeof waitMs === 'number' ? waitMs : typeof waitMs }, BAD_WAIT);
      // A rejection that nothing handles would end the process.
      if (waitMs instanceof Promise) waitMs.catch(() => undefined);
    } catch (fault) {
      this.#logOnce(job, { threw: errorReason(fault) }, BAD_WAIT);
    }
    return backoffDelayMs(DEFAULT_BACKOFF, attempt);
  }

  #logOnce({ name: job, queue }: AnyJob, facts: LoggedFacts, message: string): void {
    const what = `${job} ${facts.type ?? ''} ${message}`;
    if (this.#logged.has(what) || this.#logged.size >= MOST_LOGGED) return;
    this.#logged.add(what);
    this.#log.warn({ job, queue, ...facts }, message);
  }
}

interface LoggedFacts {
  readonly type?: string;
  readonly returned?: number | string;
  readonly threw?: string;
}

/** The types come from other clients: a flood of them must not fill the memory. */
const MOST_LOGGED = 1_000;

/** As BullMQ's strategies say it. */
const NO_FURTHER_ATTEMPT = -1;

const BAD_WAIT =
  "expected the contract's backoff to return milliseconds from 0, or -1 for no further attempt: the default wait holds";
