// Contracts that tests send and handle: small, quick to fail, one queue each unless said.
import { job } from '@acktor/core';
import { z } from 'zod';

const soon = { type: 'fixed', delayMs: 0 } as const;

/** A job with a result. */
export const note = job('note', {
  queue: 'notes',
  data: z.object({ text: z.string() }),
  result: z.object({ length: z.int() }),
  attempts: 3,
  backoff: soon,
});

/** A job of the same queue whose handlers return nothing. */
export const ping = job('ping', { queue: 'notes', data: z.object({ n: z.int() }), attempts: 2, backoff: soon });

/** A job of another queue. */
export const call = job('call', { queue: 'calls', data: z.object({ number: z.string() }), backoff: soon });

/** A job that may take a tenth of a second, once. */
export const hurried = job('hurried', {
  queue: 'notes',
  data: z.object({}),
  attempts: 1,
  deadlineMs: 100,
});

/** A job that leaves everything as it is by default. */
export const plain = job('plain', { queue: 'notes', data: z.object({}) });
