// Gathers the jobs that are sent in the same turn of the event loop, and sends them together.
import type { Broker, ConfirmDemand, SendAnswer, SendDuplicate, SendOutcome, SendRefusal } from '../engine/broker.js';
import type { OutgoingJob } from '../engine/work-queue.js';
import {
  ConfirmShortfallError,
  ConnectionLostError,
  QueueFullError,
  SendRefusedError,
  SendUnconfirmedError,
  ServerRefusalError,
  UnwritableCallError,
} from '../engine/broker-errors.js';

/** What the sends of one queue go through. */
export interface SendBatcherDeps {
  readonly broker: Pick<Broker, 'send' | 'connected'>;
  readonly queue: string;
  /** How long a call may take, resends included and the wait for its confirmation left out. */
  readonly timeoutMs: number;
  /** What the sends wait for besides the server's own word. */
  readonly demand: ConfirmDemand | undefined;
}

/**
 * Sends of one queue. Each resolves with its own outcome, in the order in which they were asked for. When the connection
 * breaks before the answer, the same jobs are sent again under the same ids, until time is over.
 */
export class SendBatcher {
  readonly #deps: SendBatcherDeps;
  #pending: PendingSend[] = [];

  constructor(deps: SendBatcherDeps) {
    this.#deps = deps;
  }

  /** @throws QueueFullError, SendRefusedError, SendUnconfirmedError, ConfirmShortfallError. */
  send(job: OutgoingJob): Promise<SendOutcome> {
    return new Promise((resolve, reject) => {
      if (this.#pending.length === 0) setImmediate(() => this.#flush());
      this.#pending.push({ job, resolve, reject });
    });
  }

  #flush(): void {
    const pending = this.#pending;
    this.#pending = [];
    for (let from = 0; from < pending.length;) {
      const to = endOfCall(pending, from);
      void this.#call(pending.slice(from, to));
      from = to;
    }
  }

  async #call(sends: readonly PendingSend[]): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const timeOver = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error('the time was over')), this.#longestMs);
    });
    try {
      const outcomes = await this.#sendUntilAnswered(sends, timeOver);
      sends.forEach((send, i) => settle(send, outcomes[i] ?? NO_ANSWER, this.#deps.queue));
    } catch (error) {
      for (const { job, reject } of sends) reject(this.#failure(job, error));
    } finally {
      clearTimeout(timer);
    }
  }

  async #sendUntilAnswered(sends: readonly PendingSend[], timeOver: Promise<never>): Promise<readonly SendAnswer[]> {
    const { broker, queue, demand } = this.#deps;
    const jobs = sends.map(({ job }) => job);
    for (let isResend = false; ; isResend = true) {
      try {
        const outcomes = await Promise.race([broker.send(queue, jobs, demand), timeOver]);
        // What a resend finds in the queue is what the first call left there.
        return isResend ? outcomes.map((outcome) => (isOwn(outcome) ? 'accepted' : outcome)) : outcomes;
      } catch (error) {
        if (!(error instanceof ConnectionLostError)) throw error;
      }
      const connected = broker.connected(queue, demand?.confirm ?? 'accepted', abortedBy(timeOver));
      await Promise.race([connected, timeOver]);
    }
  }

  /** A call may have to let the wait of the round before it pass, and then its own. */
  get #longestMs(): number {
    return this.#deps.timeoutMs + 2 * (this.#deps.demand?.timeoutMs ?? 0);
  }

  #failure(job: OutgoingJob, cause: unknown): Error {
    if (cause instanceof UnwritableCallError) return new SendRefusedError(job.id, cause.message, { cause });
    if (cause instanceof ServerRefusalError) return new SendRefusedError(job.id, cause.reply, { cause });
    return new SendUnconfirmedError(job.id, this.#longestMs, { cause });
  }
}

interface PendingSend {
  readonly job: OutgoingJob;
  readonly resolve: (outcome: SendOutcome) => void;
  readonly reject: (error: unknown) => void;
}

/** Some 17 µs of the server's time a job at most (BullMQ 6.7's `addJob`): a call stays under 2 ms, so that others get a turn. */
const JOBS_PER_CALL = 100;

/**
 * The most payload text in one call. A longer payload goes in a call of its own, so that what a server refuses for its size is refused
 * alone.
 */
const UNITS_PER_CALL = 1_048_576;

function endOfCall(pending: readonly PendingSend[], from: number): number {
  let units = 0;
  let to = from;
  for (; to < pending.length && to - from < JOBS_PER_CALL; to += 1) {
    units += pending[to]?.job.payload.length ?? 0;
    if (units > UNITS_PER_CALL && to > from) break;
  }
  return to;
}

const NO_ANSWER: SendRefusal = { refused: 'the server gave no answer for this job' };

/** What a repeat of a send finds of itself. */
function isOwn(answer: SendAnswer): boolean {
  return isDuplicate(answer) && answer.standIn === undefined;
}

function isDuplicate(answer: SendAnswer): answer is SendDuplicate {
  return typeof answer === 'object' && 'duplicateOf' in answer;
}

function settle({ job, resolve, reject }: PendingSend, answer: SendAnswer, queue: string): void {
  if (typeof answer === 'string' || isDuplicate(answer)) resolve(answer);
  else if ('shortfall' in answer) reject(new ConfirmShortfallError(job.id, answer.shortfall));
  else if (answer.full)
    reject(new QueueFullError({ jobId: job.id, queue, most: job.maxLength?.jobs ?? 0, ...answer.full }));
  else reject(new SendRefusedError(job.id, answer.refused));
}

/** Made for a call that must be sent again alone: a signal costs more than all else that a call needs here. */
function abortedBy(timeOver: Promise<never>): AbortSignal {
  const giveUp = new AbortController();
  timeOver.catch((reason: unknown) => giveUp.abort(reason));
  return giveUp.signal;
}
