// What a producer holds after sending: the job's id, and the way to its result.
import type { Broker } from '../engine/broker.js';
import type { SendOutcome } from '../engine/sending.js';
import type { AnyJob, ResultOf } from '../contract/job.js';
import type { JsonLimits } from '../contract/json.js';
import { decodeResult } from '../contract/payload.js';
import { DeadLetteredError, JobGoneError, ResultTimeoutError } from './producer-errors.js';
import { onAbort } from '../on-abort.js';
import { progressValues } from './progress-values.js';
import { resultOptions, type ResultOptions } from './producer-options.js';

/** What was sent, and under which id. */
export interface ReceiptDeps<J extends AnyJob> {
  readonly job: J;
  readonly id: string;
  readonly outcome: SendOutcome;
  readonly broker: Broker;
  /** How large and how deep a result may be. */
  readonly limits: JsonLimits;
}

/** The proof that a job was accepted. */
export class Receipt<J extends AnyJob> {
  /** The job's id: the one that was given, or one of Acktor's. */
  readonly id: string;
  /** The contract it was sent under. */
  readonly job: J;
  /** Whether the queue held a job of this id already, so that nothing was added. */
  readonly isDuplicate: boolean;
  readonly #broker: Broker;
  readonly #limits: JsonLimits;

  constructor({ job, id, outcome, broker, limits }: ReceiptDeps<J>) {
    this.job = job;
    this.id = id;
    this.isDuplicate = outcome === 'duplicate';
    this.#broker = broker;
    this.#limits = limits;
  }

  /**
   * Resolves with what the handler returned, once it was acked. May be called as often as you like.
   *
   * @throws OptionsError: nothing was waited for.
   * @throws DeadLetteredError when the job ended in the dead letters.
   * @throws JobGoneError when the queue knows the job no more: it was cancelled or purged, or its result is forgotten.
   * @throws ResultTimeoutError after `timeoutMs`; the job goes on.
   * @throws ClosedError when the producer is closed first; ConnectionLostError, BrokerUnreachableError when the server is away as
   * the waiting begins.
   * @throws ResultError when what is stored is off the contract's schema.
   */
  async result(options: ResultOptions = {}): Promise<ResultOf<J>> {
    const { timeoutMs, signal } = resultOptions.check(options);
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
    const end = await this.#broker.ended(this.job.queue, this.id, limit);
    if (end.kind === 'deadLettered') throw new DeadLetteredError(this.id, this.job.name, end.reason);
    if (end.kind === 'gone') throw new JobGoneError(this.id, this.job.name);
    return decodeResult(this.job, end.result, this.#limits);
  }

  #startTimer(patience: AbortController, timeoutMs: number): NodeJS.Timeout {
    const giveUp = () => patience.abort(new ResultTimeoutError(this.id, this.job.name, timeoutMs));
    return setTimeout(giveUp, timeoutMs).unref();
  }
}
