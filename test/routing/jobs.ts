// Exchanges and jobs that tests bind: orders of three regions, mailed, booked and counted.
import { accepts, exchange, job } from '@acktor/core';
import { z } from 'zod';

const order = z.object({ orderId: z.string() });

export const orders = exchange('orders', { type: 'topic', data: order });
export const everything = exchange('everything', { type: 'fanout', data: order });
export const byRegion = exchange('by-region', { type: 'direct', data: order, keys: z.enum(['eu', 'us']) });
export const byHeaders = exchange('by-headers', { type: 'headers', data: order });

export const book = job('book', { queue: 'books', data: order, result: z.object({ page: z.int() }) });
export const tally = job('tally', { queue: 'tallies', data: order });
/** Of the same queue as the first. */
export const audit = job('audit', { queue: 'books', data: order });
/** Takes another payload, and says how it comes of an order. */
export const mail = accepts(
  job('mail', { queue: 'mails', data: z.object({ to: z.string() }) }),
  orders,
  ({ orderId }) => ({
    to: `${orderId}@example.com`,
  }),
);

/** What goes to all subscribers. */
export const logs = exchange('logs', { type: 'fanout', data: z.object({ text: z.string() }) });
