// The jobs that a handler sends with the ack of its delivery.
import { OptionsError, type AnyJob, type PayloadInput, type SendWithAckOptions } from '@acktor/core';
import type { LeasedJob, QueuedSend, WorkQueue } from '@acktor/core/engine';
import {
  encodePayload,
  JobIds,
  outgoingJob,
  requireContract,
  sendWithAckOptions,
  sentMeta,
  traceOfSend,
} from '@acktor/core/internal';
import { DeliveryEndedError, SendLimitError } from '../errors.js';
import type { DeliveryLimits } from './delivery.js';

/** What the sends of one delivery go by. */
export interface SendsWithAckDeps {
  readonly leased: LeasedJob;
  readonly queue: Pick<WorkQueue, 'requireSendTo'>;
  readonly limits: DeliveryLimits;
}

/** Gathers them until the handler has returned. */
export class SendsWithAck {
  readonly #deps: SendsWithAckDeps;
  readonly #sends: Promise<QueuedSend>[] = [];
  #bytes = 0;
  #isOver = false;

  constructor(deps: SendsWithAckDeps) {
    this.#deps = deps;
  }

  /** Returns the id of the job. @throws as `delivery.sendWithAck` says. */
  add<J extends AnyJob>(job: J, data: PayloadInput<J>, given: SendWithAckOptions = {}): string {
    const { leased, queue, limits } = this.#deps;
    if (this.#isOver) throw new DeliveryEndedError(leased.record.id);
    requireContract(job, 'sendWithAck');
    requireNoConfirm(given);
    const options = sendWithAckOptions.check(given);
    const id = ids.of(options);
    queue.requireSendTo(job.queue);
    this.#require('maxSendsWithAck', this.#sends.length + 1);
    const encoded = encodePayload(job, data, limits);
    const meta = sentMeta(options.meta);
    const trace = traceOfSend({ queue: job.queue, name: job.name, id });
    const queued = (payload: string): QueuedSend => {
      this.#require('maxSendsWithAckBytes', this.#bytes + Buffer.byteLength(payload));
      this.#bytes += Buffer.byteLength(payload);
      return { queue: job.queue, job: outgoingJob(job, { id, payload, trace, meta, options }) };
    };
    this.#sends.push(encoded instanceof Promise ? handled(encoded.then(queued)) : Promise.resolve(queued(encoded)));
    return id;
  }

  /** Takes jobs that are made already, beyond any number. */
  forward(sends: readonly QueuedSend[]): void {
    for (const send of sends) this.#sends.push(Promise.resolve(send));
  }

  /** Returns them, once all payloads are validated: nothing is added any more. Rejects with why one was refused. */
  close(): Promise<readonly QueuedSend[]> {
    this.#isOver = true;
    return Promise.all(this.#sends);
  }

  #require(option: 'maxSendsWithAck' | 'maxSendsWithAckBytes', got: number): void {
    const { leased, limits } = this.#deps;
    if (got > limits[option]) throw new SendLimitError(leased.record.id, option, { most: limits[option], got });
  }
}

/** For the ids that handlers do not choose. */
const ids = new JobIds();

/** The ack is what it waits for: an option that did nothing would be taken for one that did. */
function requireNoConfirm(given: object): void {
  if (!('confirm' in given) || given.confirm === undefined) return;
  const message =
    'expected no confirm for a job that is sent with an ack (send it with a producer to wait for a disk or replicas)';
  throw new OptionsError([{ option: 'confirm', message }]);
}

/** Its payload is refused when the delivery is about to be acked, not by an unhandled rejection before. */
function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
