// Remote procedure calls: a job is sent, and its end is waited for on the stream that the ack writes to.
import type { AnyJob, PayloadInput, ResultOf } from '../contract/job.js';
import type { JsonLimits } from '../contract/json.js';
import type { Broker } from '../engine/broker.js';
import { AcktorError } from '../errors.js';
import { onAbort, within } from '../guarded.js';
import type { JobIds } from './outgoing-job.js';
import { callOptions, type CallOptions } from './call-options.js';
import { resultOf, type Receipt } from './receipt.js';
import type { Sender } from './sender.js';

/** What calls are made with. */
export interface CallDeps {
  readonly broker: Broker;
  readonly ids: JobIds;
  readonly sender: Sender;
  readonly limits: JsonLimits;
  /** Keeps the producer open until what it is given has ended. */
  readonly track: <T>(answer: Promise<T>) => Promise<T>;
}

/** One call. */
export interface JobCall<J extends AnyJob> {
  readonly job: J;
  readonly data: PayloadInput<J>;
  readonly options: CallOptions;
}

/** @see Producer.call */
export async function callJob<J extends AnyJob>(
  deps: CallDeps,
  { job, data, options }: JobCall<J>,
): Promise<ResultOf<J>> {
  const checked = callOptions.check(options);
  const { timeoutMs, signal, whenLate, ...sending } = checked;
  signal?.throwIfAborted();
  const { broker, sender, track, limits } = deps;
  const id = deps.ids.of(checked);
  const patience = new AbortController();
  const limit = patience.signal;
  const late = () => patience.abort(new CallTimeoutError({ jobId: id, jobName: job.name, timeoutMs, whenLate }));
  const timer = setTimeout(late, timeoutMs).unref();
  const stopListening = signal && onAbort(signal, () => patience.abort(signal.reason));
  let sent: Promise<Receipt<J>> | undefined;
  try {
    // Of an id that the caller gives, the queue may have had a job before, whose end would be taken for this one's.
    const endOfNew = sending.id === undefined ? await within(broker.expectEnd(job.queue, id, limit), limit) : undefined;
    // The answer is what it waits for.
    sent = track(sender.send(job, data, { ...sending, id, confirm: 'accepted' }));
    await within(sent, limit);
    const end = await (endOfNew?.() ?? broker.ended(job.queue, id, limit));
    return await resultOf(job, id, { end, limits });
  } catch (error) {
    if (sent !== undefined && limit.aborted && whenLate === 'cancel') void track(cancelLate(deps, sent));
    throw error;
  } finally {
    stopListening?.();
    clearTimeout(timer);
    patience.abort(new Error('the call has ended'));
  }
}

/** One that stands for an earlier call under the same id is left to that. A cancel that fails leaves the job to itself. */
async function cancelLate({ broker }: CallDeps, sent: Promise<Receipt<AnyJob>>): Promise<void> {
  try {
    const { id, job, isDuplicate } = await sent;
    if (!isDuplicate) await broker.cancel(job.queue, id, 'its caller waits for it no more');
  } catch {
    // It was not sent, or the server is away.
  }
}

/** A call that was not answered in time. The job may or may not have been begun, and what it answers later is dropped. */
export class CallTimeoutError extends AcktorError {
  readonly code = 'ACKTOR_CALL_TIMEOUT';
  readonly jobId: string;
  readonly jobName: string;
  readonly timeoutMs: number;
  /** What becomes of the job. */
  readonly whenLate: 'cancel' | 'goOn';

  constructor(late: Pick<CallTimeoutError, 'jobId' | 'jobName' | 'timeoutMs' | 'whenLate'>) {
    const { jobId, jobName, timeoutMs, whenLate } = late;
    const then = whenLate === 'cancel' ? 'it is cancelled' : 'it goes on';
    super(
      `expected an answer of job ${jobName} ${jobId} within ${timeoutMs} ms, got none, and ${then}: see that a worker handles its queue, or wait longer`,
    );
    this.jobId = jobId;
    this.jobName = jobName;
    this.timeoutMs = timeoutMs;
    this.whenLate = whenLate;
  }
}
