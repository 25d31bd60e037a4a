// Compiled, never run: each line below compiles, or fails to where it says so, or `tsc -b` fails.
import { accepts, bind, exchange, job, type Producer, type Receipt } from '@acktor/core';
import { handle } from '@acktor/worker';
import { z } from 'zod';

const order = z.object({ orderId: z.string(), cents: z.int() });
const orders = exchange('orders', {
  type: 'topic',
  data: order,
  keys: z.templateLiteral(['order.', z.enum(['eu', 'us']), '.created']),
});
const byRegion = exchange('by-region', { type: 'direct', data: order, keys: z.enum(['eu', 'us']) });
const everything = exchange('everything', { type: 'fanout', data: order });
const reports = exchange('reports', { type: 'headers', data: order });

const book = job('book', { queue: 'books', data: order, result: z.object({ page: z.int() }) });
const tally = job('tally', { queue: 'tallies', data: z.object({ cents: z.number() }) });
const mail = job('mail', { queue: 'mails', data: z.object({ to: z.string() }) });

// A job that takes the exchange's payload, or less of it, is bound as the exchange's type has it.
bind(orders, book, 'order.#');
bind(orders, tally, 'order.*.created');
bind(byRegion, book, 'eu');
bind(everything, book);
bind(reports, book, { match: 'any', headers: { format: 'pdf', urgent: true } });
bind(orders, everything, '#');

// @ts-expect-error it takes another payload
bind(orders, mail, 'order.#');
// @ts-expect-error so does this exchange
bind(orders, exchange('words', { type: 'fanout', data: z.string() }), '#');
// @ts-expect-error a topic is bound by a pattern
bind(orders, book);
// @ts-expect-error a fanout by nothing
bind(everything, book, 'eu');
// @ts-expect-error none of its keys
bind(byRegion, book, 'asia');
// @ts-expect-error headers are texts, or true
bind(reports, book, { headers: { pages: 5 } });

// With a mapping it is bound all the same, from that exchange alone, and its handler gets its own payload.
const mapped = accepts(mail, orders, ({ orderId }) => ({ to: orderId }));
bind(orders, mapped, '#');
// @ts-expect-error there is no mapping from this one
bind(everything, mapped);
// @ts-expect-error the mapping makes no payload of the job
accepts(mail, orders, ({ cents }) => ({ to: cents }));
handle(mapped, async ({ data, published }) => void [data.to, published?.routingKey]);

// An alternate takes what is published, too.
const words = exchange('words', { type: 'fanout', data: z.string() });
const anything = exchange('anything', { type: 'fanout', data: z.unknown() });
exchange('with-alternate', { type: 'direct', data: order, alternate: anything });
// @ts-expect-error it does not
exchange('with-other', { type: 'direct', data: order, alternate: words });

export async function publish(producer: Producer): Promise<Receipt<typeof book> | undefined> {
  await producer.publish(everything, 'any key', { orderId: 'o-1', cents: 5 }, { mandatory: true });
  // @ts-expect-error none of the keys
  await producer.publish(orders, 'order.asia.created', { orderId: 'o-1', cents: 5 });
  // @ts-expect-error cents are missing
  await producer.publish(orders, 'order.eu.created', { orderId: 'o-1' });
  // @ts-expect-error a copy in each of several queues stands for no other
  await producer.publish(everything, '', { orderId: 'o-1', cents: 5 }, { dedup: { key: 'k' } });
  const sent = await producer.publish(orders, 'order.eu.created', { orderId: 'o-1', cents: 5 });
  const result = await sent.receiptOf(book)?.result();
  result?.page.toFixed();
  return sent.receiptOf(book);
}
