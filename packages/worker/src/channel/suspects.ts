// Settlements that a server may have refused a whole call for: asked for alone from then on, so that no other waits for them.
import { ServerRefusalError, UnwritableCallError } from '@acktor/core';
import type { LeasedJob } from '@acktor/core/engine';
import { HEAVIEST_CALL } from './call-line.js';
import type { Wish } from './wishes.js';

/**
 * Tells a fault of one request from one of the server.
 *
 * A call may be refused because of one thing in it: a text that is too long for the server or for something before it, say. Which one, nobody
 * says; so each settlement of the call goes alone the next time, and one that is refused alone is guilty.
 */
export class Suspects {
  readonly #jobs = new WeakSet<LeasedJob>();
  /** Asked first: nearly always there has never been one, and each settlement asks. */
  #hasSuspects = false;

  /** What a wish weighs in a call: the text of its result, which is all of it that can be long. A suspect goes alone. */
  weightOf({ settle }: Wish): number {
    if (settle === undefined) return 0;
    if (this.#hasSuspects && this.#jobs.has(settle.job)) return HEAVIEST_CALL + 1;
    return settle.settlement.kind === 'ack' ? settle.settlement.result.length : 0;
  }

  /** Notes the failure of a call. Answers whether its only wish is a settlement that had been refused before, and is now refused alone. */
  judge(wishes: readonly Wish[], error: unknown): boolean {
    if (!isOfTheCall(error)) return false;
    const [first] = wishes;
    if (wishes.length === 1 && first?.settle && this.#jobs.has(first.settle.job)) return true;
    this.#hasSuspects = true;
    for (const { settle } of wishes) if (settle) this.#jobs.add(settle.job);
    return false;
  }
}

/** Whether a call may have been refused for what is in it. */
function isOfTheCall(error: unknown): boolean {
  if (error instanceof UnwritableCallError) return true;
  return error instanceof ServerRefusalError && error.about === 'call';
}
