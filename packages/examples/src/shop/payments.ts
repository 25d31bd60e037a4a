// The payment service as the shop's workers call it, and the handlers that do.
import { handle, reject, type AnyHandler } from '@acktor/worker';
import { z } from 'zod';
import { chargeCard, refundCharge, shipParcel } from './order.js';

/** What takes and gives back money. */
export interface Payments {
  /** Resolves with a receipt, or with why it is refused for good. Rejects where it is not known whether it was done: it can be asked again. */
  charge(payment: { readonly orderId: string; readonly cents: number }, signal: AbortSignal): Promise<Charged>;
  /** Resolves with how much was given back. */
  refund(payment: { readonly orderId: string }, signal: AbortSignal): Promise<{ readonly cents: number }>;
}

export type Charged = { readonly receipt: string } | { readonly refusal: string };

/** The handlers of all jobs that an order invokes. */
export function shopHandlers(payments: Payments): readonly AnyHandler[] {
  return [
    handle(chargeCard, async ({ data, signal }) => {
      const charged = await payments.charge(data, signal);
      return 'receipt' in charged ? charged : reject({ deadLetter: charged.refusal });
    }),
    handle(refundCharge, ({ data, signal }) => payments.refund(data, signal)),
    handle(shipParcel, ({ data }) => ({ parcel: `p-${data.orderId}` })),
  ];
}

/** The payment service at that address. */
export function paymentsAt(url: string): Payments {
  return {
    async charge({ orderId, cents }, signal) {
      const { status, body } = await post(`${url}/charges`, { orderId, cents }, signal);
      return status === 201 ? { receipt: body.receipt ?? '' } : { refusal: body.error ?? '' };
    },
    async refund({ orderId }, signal) {
      const { body } = await post(`${url}/refunds`, { orderId }, signal);
      return { cents: body.cents ?? 0 };
    },
  };
}

const answer = z.object({
  receipt: z.string().optional(),
  cents: z.number().optional(),
  error: z.string().optional(),
});

/** The order's id is the key: a request that is made again is the same one, whichever worker makes it. */
async function post(url: string, body: { readonly orderId: string; readonly cents?: number }, signal: AbortSignal) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'idempotency-key': `${url} ${body.orderId}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]),
  });
  const { status } = response;
  if (status >= 500) throw new Error(`the payment service answers ${status}`);
  return { status, body: answer.parse(await response.json()) };
}

const PATIENCE_MS = 5_000;
