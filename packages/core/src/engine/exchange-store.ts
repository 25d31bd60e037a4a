// The port to the exchanges of a namespace: where they and their bindings are kept, and what is published by them.
import type { Confirm, ConfirmDemand, ConfirmShortfall, SendOutcome, SendRefusal } from './send-answers.js';
import type { OutgoingJob } from './work-queue.js';

/** Exchanges and bindings as they are kept: texts that engines do not read, under names of one version. */
export interface StoredExchanges {
  /** Another after each change; '0' where nothing was ever changed. */
  readonly version: string;
  readonly entries: ReadonlyMap<string, string>;
}

/** A change of what is kept, made of one version of it. */
export interface ExchangesChange {
  readonly version: string;
  readonly put: readonly (readonly [name: string, text: string])[];
  readonly remove: readonly string[];
}

/** One payload for several queues, routed by one version of what is kept. */
export interface PublishCall {
  readonly version: string;
  /** Each under an id of its own in its queue, and with the same payload. None where nothing matched. */
  readonly jobs: readonly { readonly queue: string; readonly job: OutgoingJob }[];
  /** Whether a call before may have added them, whose answer was lost: then the jobs that are there count, whatever was changed since. */
  readonly isRepeat: boolean;
}

/**
 * `stale`: what is kept has another version, and nothing was added. A refusal: a queue takes no job, given by its place among the jobs, and nothing
 * was added to any. Else what became of each; the confirmation that was asked for may lack.
 */
export type PublishAnswer =
  | 'stale'
  | { readonly at: number; readonly refusal: SendRefusal }
  | {
      readonly outcomes: readonly SendOutcome[];
      readonly shortfall?: ConfirmShortfall | undefined;
      /** Whether the queues have the jobs later. */
      readonly isLater?: boolean;
    };

/** The exchanges of a namespace. */
export interface ExchangeStore {
  /** @throws ConnectionLostError, ServerRefusalError. */
  read(): Promise<StoredExchanges>;

  /**
   * Changes what is kept, in one step, unless it has another version.
   * @throws ConnectionLostError: it may have been changed. ServerRefusalError: it was not.
   */
  change(change: ExchangesChange): Promise<'changed' | 'stale'>;

  /**
   * Adds the jobs of a call to all their queues or to none, in one step. Where the queues lie on several servers, they are kept on one of them in
   * that step, and added from there, later: how many wait in a queue is not looked at then, and the outcome of each is `accepted`.
   * @throws ConnectionLostError: they may have been added; the same call as a repeat is safe. ServerRefusalError: they were not.
   * @throws ConfirmUnsupportedError when the server cannot meet the demand: nothing was added.
   */
  publish(call: PublishCall, demand?: ConfirmDemand): Promise<PublishAnswer>;

  /** Keeps a temporary queue for so long from now, by the server's clock. */
  hold(queue: string, leaseMs: number): Promise<void>;

  /** Those of the queues that nothing keeps any more. */
  unheld(queues: readonly string[]): Promise<readonly string[]>;

  /** Removes a queue, its name and all that is in it; nothing may publish to it any more. May be repeated, and has to be after a crash midway. */
  drop(queue: string): Promise<void>;

  /** Resolves when the connection that carries such calls is up, at once if it is. Rejects with the signal's reason. */
  connected(confirm: Confirm, signal: AbortSignal): Promise<void>;
}

/** What the names of queues begin with that live as long as their subscribers. */
export const TEMPORARY = 'acktor-subscriber-';
