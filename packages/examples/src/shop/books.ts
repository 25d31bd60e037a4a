// The shop's books beside those of the payment service: of each order, what its end says was to be paid, and what was.
import { z } from 'zod';

/** What the payment service says of itself. */
export const paymentBooks = z.object({
  bookings: z.array(z.object({ orderId: z.string(), kind: z.enum(['charge', 'refund']), cents: z.int() })),
  requests: z.int(),
  failures: z.int(),
});

export type PaymentBooks = z.infer<typeof paymentBooks>;
export type Booking = PaymentBooks['bookings'][number];

/** An order that has ended. */
export interface EndedOrder {
  readonly orderId: string;
  readonly cents: number;
  /** The final state that it has come to. */
  readonly end: string;
}

/** What the comparison has come to. */
export interface Books {
  /** How many orders have come to each end. */
  readonly ends: Readonly<Record<string, number>>;
  readonly takenCents: number;
  readonly givenBackCents: number;
  /** What the delivered orders cost. */
  readonly deliveredCents: number;
  /** What does not fit, order by order. None where the books balance to the cent. */
  readonly faults: readonly string[];
}

/** Compares them order by order: what is too much in one does not make up for what is missing in another. */
export function compareBooks(orders: readonly EndedOrder[], { bookings }: Pick<PaymentBooks, 'bookings'>): Books {
  const sumOf = (kind: Booking['kind'], of = bookings) =>
    of.filter((booking) => booking.kind === kind).reduce((sum, { cents }) => sum + cents, 0);
  const byOrder = grouped(bookings, ({ orderId }) => orderId);
  const faults = orders.flatMap(({ orderId, cents, end }) => {
    const own = byOrder.get(orderId) ?? [];
    const paid = sumOf('charge', own) - sumOf('refund', own);
    byOrder.delete(orderId);
    const due = end === 'delivered' ? cents : 0;
    if (!GOOD_ENDS.has(end)) return [`order ${orderId} is ${end}`];
    return paid === due ? [] : [`order ${orderId} is ${end}: ${euros(due)} were to be paid, ${euros(paid)} were`];
  });
  const strangers = [...byOrder.keys()].map((orderId) => `order ${orderId} was paid for, and the shop has none`);
  const delivered = orders.filter(({ end }) => end === 'delivered');
  return {
    ends: Object.fromEntries([...grouped(orders, ({ end }) => end)].map(([end, of]) => [end, of.length])),
    takenCents: sumOf('charge'),
    givenBackCents: sumOf('refund'),
    deliveredCents: delivered.reduce((sum, { cents }) => sum + cents, 0),
    faults: [...faults, ...strangers],
  };
}

function grouped<T>(all: readonly T[], by: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) groups.set(by(one), [...(groups.get(by(one)) ?? []), one]);
  return groups;
}

const GOOD_ENDS: ReadonlySet<string> = new Set(['delivered', 'refunded', 'refused']);

export function euros(cents: number): string {
  return `${cents < 0 ? '-' : ''}€${(Math.abs(cents) / 100).toFixed(2)}`;
}

/** The comparison for people. The last line is the verdict. */
export function booksText({ ends, takenCents, givenBackCents, deliveredCents, faults }: Books): string {
  const sorted = Object.entries(ends).sort(([one], [other]) => one.localeCompare(other));
  const counted = sorted.map(([end, count]) => `${count} ${end}`);
  const sums = `${euros(takenCents)} were taken, ${euros(givenBackCents)} given back; what was delivered costs ${euros(deliveredCents)}`;
  const [verdict, ...wrong] =
    faults.length === 0
      ? ['The books balance to the cent.']
      : [`The books do not balance: ${faults.length} faults.`, ...faults.slice(0, MOST_SHOWN)];
  return [`Orders: ${counted.join(', ')}`, sums, ...wrong, verdict].join('\n');
}

const MOST_SHOWN = 20;
