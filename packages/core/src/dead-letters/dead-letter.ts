// A job that was given up, with all that is known of why.
import type { DeadRecord } from '../engine/dead-letter-store.js';
import { lastStack } from './last-stack.js';
import { readHistory, type PastAttempt } from './past-attempt.js';

/** One dead letter. */
export interface DeadLetter {
  readonly id: string;
  readonly jobName: string;
  readonly queue: string;
  /** The payload as it was sent: JSON text. `decodePayload(job, letter.payload, { ...defaultJsonLimits, version })` reads it. */
  readonly payload: string;
  /** The version of the payload. */
  readonly version: number;
  /** Why it was given up. */
  readonly reason: string;
  /** The stack of the last error; undefined when there was none. */
  readonly stack: string | undefined;
  readonly sentAt: Date;
  readonly deadAt: Date;
  /** How often it was delivered and rejected since it was sent, or redriven last. */
  readonly attemptsMade: number;
  /** How often it was delivered in all. */
  readonly deliveries: number;
  /** How often a delivery lost its lease since it was sent, or redriven last. */
  readonly leasesLost: number;
  readonly priority: number;
  /** How often it was redriven before. */
  readonly redrives: number;
  /** Its last attempts, oldest first, at most 50. */
  readonly history: readonly PastAttempt[];
}

export function deadLetterOf(queue: string, record: DeadRecord): DeadLetter {
  const { stacks, history, sentAtMs, deadAtMs, ...rest } = record;
  return {
    ...rest,
    queue,
    stack: lastStack(stacks),
    sentAt: new Date(sentAtMs),
    deadAt: new Date(deadAtMs),
    history: readHistory(history),
  };
}
