// Sends a stream of jobs with a bounded number in flight.
import type { AnyJob, PayloadInput } from '../contract/job.js';
import { AcktorError, OptionsError } from '../errors.js';
import { errorReason } from '../foreign-text/error-text.js';
import { describe } from '../options/option-fault.js';
import type { SendOptions } from './producer-options.js';
import type { Receipt } from './receipt.js';

/** What {@link Producer.sendBulk} takes besides the payloads. */
export interface BulkOptions<J extends AnyJob> {
  /** The options of each job, drawn from its payload: `each: (order) => ({ id: order.orderId })`. */
  readonly each?: (data: PayloadInput<J>) => SendOptions;
  /** Called with how many were accepted so far, each time some more were. */
  readonly onProgress?: (sent: number) => void;
}

/** How a bulk ended. */
export interface BulkSummary {
  /** How many jobs the server has, duplicates included. */
  readonly sent: number;
  /** How many of them it had before. */
  readonly duplicates: number;
}

/** A bulk stopped at a job that could not be sent. `sent` jobs before it, in their order, were accepted. */
export class BulkSendError extends AcktorError {
  readonly code = 'ACKTOR_BULK_SEND';

  constructor(
    readonly sent: number,
    cause: unknown,
  ) {
    super(`the bulk stopped after ${sent} jobs were accepted: ${errorReason(cause)}`, { cause });
  }
}

/** @throws OptionsError for what no loop can go through. */
export function requireIterable(payloads: unknown): void {
  const isIterable =
    payloads !== undefined &&
    payloads !== null &&
    (typeof Reflect.get(Object(payloads), Symbol.iterator) === 'function' ||
      typeof Reflect.get(Object(payloads), Symbol.asyncIterator) === 'function');
  if (isIterable) return;
  const message = `expected payloads to be an array or an (async) iterable, got ${describe(payloads)}`;
  throw new OptionsError([{ option: 'payloads', message }]);
}

type SendOne<J extends AnyJob> = (data: PayloadInput<J>, options: SendOptions | undefined) => Promise<Receipt<J>>;

/** Sends every payload in order. @throws BulkSendError at the first failure, once what was in flight is answered. */
export async function sendInBulk<J extends AnyJob>(
  send: SendOne<J>,
  payloads: Iterable<PayloadInput<J>> | AsyncIterable<PayloadInput<J>>,
  { each, onProgress }: BulkOptions<J>,
): Promise<BulkSummary> {
  const inFlight: Promise<Receipt<J>>[] = [];
  const tally = { sent: 0, duplicates: 0 };
  const settleOldest = async () => {
    const receipt = await inFlight[0];
    void inFlight.shift();
    tally.sent += 1;
    if (receipt?.isDuplicate) tally.duplicates += 1;
    onProgress?.(tally.sent);
  };
  try {
    for await (const data of payloads) {
      const sending = send(data, each?.(data));
      // A later job may fail before its turn comes; unhandled until then, its rejection would end the process.
      sending.catch(() => undefined);
      inFlight.push(sending);
      if (inFlight.length >= MOST_IN_FLIGHT) await settleOldest();
    }
    while (inFlight.length > 0) await settleOldest();
    return tally;
  } catch (error) {
    // When the source failed, what was drawn from it before is still accepted, up to the first that is not.
    const outcomes = await Promise.allSettled(inFlight);
    const firstFailed = outcomes.findIndex(({ status }) => status === 'rejected');
    tally.sent += firstFailed < 0 ? outcomes.length : firstFailed;
    throw new BulkSendError(tally.sent, error);
  }
}

/** Some batches' worth: enough that the server and this process work at the same time. */
const MOST_IN_FLIGHT = 500;
