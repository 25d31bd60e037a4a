// Cancels that are heard on a control channel, and what the store says of them: whoever may publish can say anything.
import type { ConnectionGuard } from '../../connection/connection-guard.js';
import { ConnectionLostError } from '../../../broker-errors.js';
import type { CancelRequest } from '../../../liveness.js';
import type { QueueKeys } from '../queue-keys.js';
import { readControlMessage, type ControlMessage } from './control-channel.js';

/** A queue on whose control channel somebody listens. */
export interface ControlledQueue {
  readonly queue: string;
  readonly keys: Pick<QueueKeys, 'prefix' | 'control'>;
}

export interface HeardCancelsDeps {
  readonly queues: readonly ControlledQueue[];
  readonly guard: ConnectionGuard;
  readonly onCancel: (request: CancelRequest) => void;
  /** Called for each message that is dropped. */
  readonly onDropped: () => void;
}

/** Passes on the cancels of jobs that are cancelled in the store, too, and no others. */
export class HeardCancels {
  readonly #deps: HeardCancelsDeps;
  #checks = 0;

  constructor(deps: HeardCancelsDeps) {
    this.#deps = deps;
  }

  /** A message of any channel. Never throws. */
  hear(channel: string, text: string): void {
    const of = this.#deps.queues.find(({ keys }) => keys.control === channel);
    if (of === undefined) return;
    const message = readControlMessage(text);
    if (message === undefined || this.#checks >= MOST_CHECKS) return this.#deps.onDropped();
    this.#checks += 1;
    void this.#check(of, message).finally(() => (this.#checks -= 1));
  }

  /** Never rejects. */
  async #check({ queue, keys }: ControlledQueue, { cancel: jobId, fence }: ControlMessage): Promise<void> {
    const { onCancel, onDropped } = this.#deps;
    const why = await this.#storedWhy(keys.prefix + jobId).catch(() => undefined);
    if (why === undefined) onDropped();
    else onCancel({ queue, jobId, why, fence });
  }

  /** Why the job at this key is cancelled; undefined when it is not, or when there is none. */
  async #storedWhy(key: string): Promise<string | undefined> {
    const ask = () => this.#deps.guard.run((client) => client.hmget(key, 'name', 'cancel'));
    const [name, why] = await ask().catch((error: unknown) => this.#askAgain(error, ask));
    return typeof name === 'string' && typeof why === 'string' ? why : undefined;
  }

  /** The connection that asks is not the one that heard, and may be away for a moment. */
  async #askAgain<Answer>(error: unknown, ask: () => Promise<Answer>): Promise<Answer> {
    if (!(error instanceof ConnectionLostError)) throw error;
    await this.#deps.guard.whole(AbortSignal.timeout(PATIENCE_MS));
    return ask();
  }
}

/** How many are looked up at a time: cancels are rare, and a flood of forged ones must not fill the memory. */
const MOST_CHECKS = 1_000;
const PATIENCE_MS = 15_000;
