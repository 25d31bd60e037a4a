// A queue that was never used, and the name that may have been meant.
import { closestMatch } from 'leven';
import { AcktorError } from '../errors.js';
import { quoted } from '../foreign-text/foreign-text.js';

/** The queues that the server has. */
export interface KnownQueues {
  readonly namespace: string;
  /** Without a password. */
  readonly address: string;
  readonly queues: readonly string[];
}

/** A queue that was never used, by no producer, no worker and no plain BullMQ client. Nothing was done. */
export class QueueNotFoundError extends AcktorError {
  readonly code = 'ACKTOR_QUEUE_NOT_FOUND';

  constructor(
    readonly queue: string,
    { namespace, address, queues }: KnownQueues,
  ) {
    super(`expected a queue in the namespace ${namespace} on ${address}, got ${queue} (${advice(queue, queues)})`);
  }
}

function advice(queue: string, known: readonly string[]): string {
  if (known.length === 0) return 'there is none yet: the first job of a queue makes it';
  const near = closestMatch(queue, [...known], { maxDistance: MOST_EDITS });
  if (near !== undefined) return `did you mean ${quoted(near).slice(1, -1)}?`;
  const more = known.length - MOST_LISTED;
  const names = known.slice(0, MOST_LISTED).map((name) => quoted(name).slice(1, -1));
  return `there are ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

const MOST_EDITS = 3;
const MOST_LISTED = 20;
