// The jobs of a shop: contracts for pictures of a busy fleet.
import { job } from '@acktor/core';
import { z } from 'zod';

/** How long a handler works, in milliseconds, and what it fails with. */
const task = z.object({ orderId: z.string(), ms: z.number(), fails: z.string().optional() });

const soon = { type: 'fixed', delayMs: 400 } as const;

export const chargeCard = job('charge-card', {
  queue: 'payments',
  data: task,
  result: z.object({ receipt: z.string() }),
  attempts: 2,
  backoff: soon,
});
export const sendMail = job('send-mail', { queue: 'mail', data: task, attempts: 2, backoff: soon });
export const scanFile = job('scan-file', { queue: 'scan', data: task, attempts: 3, backoff: soon });
export const classify = job('classify', { queue: 'classify', data: task, attempts: 2, backoff: soon });

export type Task = z.infer<typeof task>;
