// How a cancel reaches the worker that has the job: the control channel, its messages, and the check of each against the store. The script
// `cancel.lua` marks the job and publishes the message.
import { LONGEST_ID } from '../../../contract/names.js';
import { count, MISFIT, optional, readForeignJson, shape, text } from '../../../foreign-text/reader.js';
import { queueKeys, type QueueLocation, type QueueKeys } from './queue-keys.js';
import type { ConnectionGuard } from '../connection/connection-guard.js';
import { ConnectionLostError } from '../../broker-errors.js';
import type { CancelRequest } from '../../liveness.js';

/** A message on a queue's control channel. */
export interface ControlMessage {
  /** The id of the job to let go. */
  readonly cancel: string;
  readonly why: string;
  /** The delivery that was under way when the job was cancelled. Left out by older producers. */
  readonly fence?: number;
}

/** The pub/sub channel to SUBSCRIBE to, one for each queue of each database. */
export function controlChannel(namespace: string, queue: string, place: QueueLocation = {}): string {
  return queueKeys(namespace, queue, place).control;
}

/** Undefined for any other message that a client published there; never throws. */
export function readControlMessage(json: string): ControlMessage | undefined {
  const read = readForeignJson(json, message, MOST_CHARS);
  return read === MISFIT ? undefined : read;
}

const message = shape<ControlMessage>({ cancel: text(LONGEST_ID), why: text(), fence: optional(count) });

/** More than the longest id and reason, written as JSON. */
const MOST_CHARS = 16_384;

/** A queue whose control channel is subscribed to. */
export interface ControlledQueue {
  readonly queue: string;
  readonly keys: Pick<QueueKeys, 'prefix' | 'control'>;
}

export interface CancelListenerDeps {
  readonly queues: readonly ControlledQueue[];
  readonly guard: ConnectionGuard;
  readonly onCancel: (request: CancelRequest) => void;
  /** Called for each message that is dropped. */
  readonly onDropped: () => void;
}

/**
 * Passes on the cancels of jobs that are cancelled in the store, too, and no others: any client that may publish can send anything.
 */
export class CancelListener {
  readonly #deps: CancelListenerDeps;
  #checks = 0;

  constructor(deps: CancelListenerDeps) {
    this.#deps = deps;
  }

  /** Takes a message of any pub/sub channel. Never throws. */
  receive(channel: string, text: string): void {
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

  /** The asking connection is not the subscribing one, and may be away for a moment. */
  async #askAgain<Answer>(error: unknown, ask: () => Promise<Answer>): Promise<Answer> {
    if (!(error instanceof ConnectionLostError)) throw error;
    await this.#deps.guard.whole(AbortSignal.timeout(PATIENCE_MS));
    return ask();
  }
}

/** How many are looked up at a time: cancels are rare, and a flood of forged ones must not fill the memory. */
const MOST_CHECKS = 1_000;
const PATIENCE_MS = 15_000;
