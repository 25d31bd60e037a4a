// The receipt of a sent job: its id, its result and its progress. And why there may be no result.
import { setTimeout as pause } from 'node:timers/promises';
import type { Broker, JobEnd, SendOutcome } from '../engine/broker.js';
import type { JobPlace } from '../operator/queue-admin.js';
import type { AnyJob, ResultOf } from '../contract/job.js';
import type { JsonLimits } from '../contract/json.js';
import { decodeResult } from '../contract/payload.js';
import { onAbort, steadyNowMs } from '../guarded.js';
import { progressValues } from './progress-values.js';
import { resultOptions, type ResultOptions } from './producer-options.js';
import { AcktorError } from '../errors.js';

/** What was sent, and under which id. */
export interface ReceiptDeps<J extends AnyJob> {
  readonly job: J;
  readonly id: string;
  readonly outcome: SendOutcome;
  readonly broker: Broker;
  /** How large and how deep a result may be. */
  readonly limits: JsonLimits;
  /** Given where the queue may have the job later: until then, by {@link steadyNowMs}, one that is not there is waited for. */
  readonly awaitedUntilMs?: number | undefined;
}

/** The proof that a job was accepted. */
export class Receipt<J extends AnyJob> {
  /** The job's id: the one that was given, or one of Acktor's; where another job stands for it by `dedup`, the id of that. */
  readonly id: string;
  /** The contract it was sent under. */
  readonly job: J;
  /** Whether the queue held a job of this id already, or one of the same `dedup` key that stands for it, so that nothing was added. */
  readonly isDuplicate: boolean;
  /**
   * Where that job was then: `acked`, `deadLettered`, `waiting`, …, or `forgotten` where its `dedup` key has outlived it; undefined when this one
   * was added.
   */
  readonly duplicateOf: JobPlace | 'forgotten' | undefined;
  readonly #broker: Broker;
  readonly #limits: JsonLimits;
  readonly #awaitedUntilMs: number;

  constructor({ job, id, outcome, broker, limits, awaitedUntilMs = 0 }: ReceiptDeps<J>) {
    this.#awaitedUntilMs = awaitedUntilMs;
    this.job = job;
    this.id = outcome === 'accepted' ? id : (outcome.standIn ?? id);
    this.duplicateOf = outcome === 'accepted' ? undefined : outcome.duplicateOf;
    this.isDuplicate = this.duplicateOf !== undefined;
    this.#broker = broker;
    this.#limits = limits;
  }

  /**
   * Resolves with what the handler returned, once it was acked. May be called as often as you like.
   *
   * @throws OptionsError: nothing was waited for.
   * @throws DeadLetteredError when the job ended in the dead letters.
   * @throws JobGoneError when the queue knows the job no more: it was cancelled or purged, a later send has replaced it (`debounce`), or its
   * result is forgotten.
   * @throws ResultTimeoutError after `timeoutMs`; the job goes on.
   * @throws ClosedError when the producer is closed first; ConnectionLostError, BrokerUnreachableError when the server is away as
   * the waiting begins.
   * @throws ResultError when what is stored is off the contract's schema.
   */
  async result(options?: ResultOptions): Promise<ResultOf<J>> {
    const { timeoutMs, signal } = options ? resultOptions.check(options) : NO_OPTIONS;
    signal?.throwIfAborted();
    const patience = new AbortController();
    const timer = timeoutMs === undefined ? undefined : this.#startTimer(patience, timeoutMs);
    const stopListening = signal && onAbort(signal, () => patience.abort(signal.reason));
    try {
      return await this.#resultWithin(patience.signal);
    } finally {
      stopListening?.();
      clearTimeout(timer);
    }
  }

  /**
   * What the job's handlers give to `delivery.progress`: what is kept already, then each value as it comes. Ends when the job ends, however
   * it does: `result()` says how. Of what a slow loop has not taken, the newest hundred values are kept. Receipts of a producer share one
   * connection for each queue. May be read as often as you like, and left at any value.
   *
   * @throws OptionsError at once.
   * @throws as `result()` does while reading: ResultTimeoutError after `timeoutMs`, the signal's reason, ClosedError when the producer is
   * closed first; ConnectionLostError, BrokerUnreachableError when the server is away as the reading begins.
   * @example
   * for await (const progress of receipt.progress()) console.log(progress);
   */
  progress(options: ResultOptions = {}): AsyncIterable<unknown> {
    return this.#progressWithin(resultOptions.check(options));
  }

  async *#progressWithin({ timeoutMs, signal }: ReturnType<typeof resultOptions.check>): AsyncGenerator<unknown, void> {
    signal?.throwIfAborted();
    const patience = new AbortController();
    const timer = timeoutMs === undefined ? undefined : this.#startTimer(patience, timeoutMs);
    const stopListening = signal && onAbort(signal, () => patience.abort(signal.reason));
    const { queue } = this.job;
    try {
      yield* progressValues({ broker: this.#broker, queue, id: this.id, signal: patience.signal });
    } finally {
      stopListening?.();
      clearTimeout(timer);
      patience.abort(new Error('the progress is not read any more'));
    }
  }

  async #resultWithin(limit: AbortSignal): Promise<ResultOf<J>> {
    let end = await this.#broker.ended(this.job.queue, this.id, limit);
    while (end.kind === 'gone' && steadyNowMs() < this.#awaitedUntilMs) {
      await pause(LOOKED_FOR_EVERY_MS, undefined, { signal: limit }).catch(() => limit.throwIfAborted());
      end = await this.#broker.ended(this.job.queue, this.id, limit);
    }
    return resultOf(this.job, this.id, { end, limits: this.#limits });
  }

  #startTimer(patience: AbortController, timeoutMs: number): NodeJS.Timeout {
    const giveUp = () => patience.abort(new ResultTimeoutError(this.id, this.job.name, timeoutMs));
    return setTimeout(giveUp, timeoutMs).unref();
  }
}

/** What a job's end is for who waits for its result. @throws DeadLetteredError, JobGoneError, ResultError. */
export async function resultOf<J extends AnyJob>(
  job: J,
  id: string,
  { end, limits }: { readonly end: JobEnd; readonly limits: JsonLimits },
): Promise<ResultOf<J>> {
  if (end.kind === 'deadLettered') throw new DeadLetteredError(id, job.name, end.reason);
  if (end.kind === 'gone') throw new JobGoneError(id, job.name);
  return decodeResult(job, end.result, limits);
}

const LOOKED_FOR_EVERY_MS = 20;

/** Checked once: most waits are given no options. */
const NO_OPTIONS = resultOptions.check();

/** The job was dead-lettered, so there is no result. */
export class DeadLetteredError extends AcktorError {
  readonly code = 'ACKTOR_DEAD_LETTERED';

  constructor(
    readonly jobId: string,
    readonly jobName: string,
    readonly reason: string,
  ) {
    super(`job ${jobName} ${jobId} was dead-lettered: ${reason}`);
  }
}

/** The queue knows no such job: it was cancelled or purged, a later send has replaced it, or it ended so long ago that its result is forgotten. */
export class JobGoneError extends AcktorError {
  readonly code = 'ACKTOR_JOB_GONE';

  constructor(
    readonly jobId: string,
    readonly jobName: string,
  ) {
    super(
      `expected job ${jobName} ${jobId} in its queue, found none: it was cancelled or purged, a later send has replaced it, or its result is forgotten (see ackedAgeSeconds)`,
    );
  }
}

/** No result within the time given. The job is untouched and may still end either way. */
export class ResultTimeoutError extends AcktorError {
  readonly code = 'ACKTOR_RESULT_TIMEOUT';

  constructor(
    readonly jobId: string,
    readonly jobName: string,
    readonly timeoutMs: number,
  ) {
    super(
      `expected job ${jobName} ${jobId} to end within ${timeoutMs} ms, and it has not: see that a worker handles its queue, or wait longer`,
    );
  }
}
