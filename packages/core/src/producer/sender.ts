// One job on its way from a program to its queue: its options and payload checked, and sent with the others of the same turn.
import type { AnyJob, PayloadInput } from '../contract/job.js';
import type { JsonLimits } from '../contract/json.js';
import { sentMeta } from '../contract/meta.js';
import { encodePayload } from '../contract/payload.js';
import type { Broker, Confirm } from '../engine/broker.js';
import { traceSend } from '../tracing.js';
import { outgoingJob, type JobIds } from './outgoing-job.js';
import { sendOptions, type SendOptions } from './producer-options.js';
import { Receipt } from './receipt.js';
import { SendBatcher } from './send-batcher.js';

/** What jobs are sent with. */
export interface SenderDeps {
  readonly broker: Broker;
  readonly ids: JobIds;
  readonly options: JsonLimits & {
    readonly confirm: Confirm;
    readonly sendTimeoutMs: number;
    readonly confirmTimeoutMs: number;
  };
}

/** Sends jobs, to whichever queues. */
export class Sender {
  readonly #deps: SenderDeps;
  readonly #batchers = new Map<string, SendBatcher>();

  constructor(deps: SenderDeps) {
    this.#deps = deps;
  }

  /** @see Producer.send */
  async send<J extends AnyJob>(job: J, data: PayloadInput<J>, options?: SendOptions): Promise<Receipt<J>> {
    const { broker, ids, options: limits } = this.#deps;
    const checked = options ? sendOptions.check(options) : NO_OPTIONS;
    const { confirm = limits.confirm } = checked;
    broker.requireConfirm(confirm);
    const id = ids.of(checked);
    const meta = checked.meta && sentMeta(checked.meta);
    const payload = await encodePayload(job, data, limits);
    const { queue, name, maxLength } = job;
    const batcher = this.#batcherOf(queue, confirm);
    const outcome = await traceSend({ queue, name, id }, (trace) =>
      batcher.send(outgoingJob(job, { id, payload, trace, meta, options: checked, maxLength })),
    );
    return new Receipt({ job, id, outcome, broker, limits });
  }

  #batcherOf(queue: string, confirm: Confirm): SendBatcher {
    // No queue's name holds a space.
    const key = confirm === 'accepted' ? queue : `${queue} ${JSON.stringify(confirm)}`;
    const batcher = this.#batchers.get(key) ?? this.#openBatcher(queue, confirm);
    this.#batchers.set(key, batcher);
    return batcher;
  }

  #openBatcher(queue: string, confirm: Confirm): SendBatcher {
    const { broker, options } = this.#deps;
    const { sendTimeoutMs, confirmTimeoutMs } = options;
    const demand = confirm === 'accepted' ? undefined : { confirm, timeoutMs: confirmTimeoutMs };
    return new SendBatcher({ broker, queue, timeoutMs: sendTimeoutMs, demand });
  }
}

/** Checked once: most sends say nothing besides the payload. */
const NO_OPTIONS = sendOptions.check();
