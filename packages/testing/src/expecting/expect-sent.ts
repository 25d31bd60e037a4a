// Whether a job was sent, asked of an engine in memory.
import { isDeepStrictEqual } from 'node:util';
import type { AnyJob, PayloadInput } from '@acktor/core';
import { NotSentError } from '../errors.js';
import type { SentJob } from '../memory/memory-engine.js';

/** What says which jobs were sent: a `MemoryEngine`, or a fake producer. */
export interface Sends {
  sent(job?: AnyJob): readonly SentJob[];
}

/**
 * Returns the last job of this contract that was sent; with data, of those whose payload has at least these fields and values.
 *
 * @throws NotSentError when none was, with what was sent instead.
 * @example
 * const { delayMs } = expectSent(engine, sendMail, { to: 'ann@example.org' });
 */
export function expectSent<J extends AnyJob>(sends: Sends, job: J, data?: Partial<PayloadInput<J>>): SentJob {
  const sent = sends.sent(job);
  const found = sent.filter((one) => data === undefined || hasPart(one.data, data)).at(-1);
  if (found === undefined) throw new NotSentError(job.name, { data, sent: sent.map((one) => one.data) });
  return found;
}

/** Whether a value is the other, or an object with at least its fields. */
export function hasPart(value: unknown, part: unknown): boolean {
  if (!isRecord(value) || !isRecord(part)) return isDeepStrictEqual(value, part);
  return Object.entries(part).every(([key, wanted]) => hasPart(value[key], wanted));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
