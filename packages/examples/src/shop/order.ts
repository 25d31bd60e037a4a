// An order of the shop: the jobs that it needs, its chart, and the durable actor that it is.
import { actor, run } from '@acktor/actors';
import { job } from '@acktor/core';
import { assign, setup } from 'xstate';
import { z } from 'zod';

const orderId = z.string();
const retries = { attempts: 100, backoff: { type: 'fixed', delayMs: 100 } } as const;

/** Takes the money of an order, once, however often it is run: the payment service knows the order's id. */
export const chargeCard = job('charge-card', {
  queue: 'payments',
  data: z.object({ orderId, cents: z.int().positive() }),
  result: z.object({ receipt: z.string() }),
  ...retries,
});

/** Gives back what was taken for an order, if anything was, and sees to it that nothing is taken later. */
export const refundCharge = job('refund-charge', {
  queue: 'payments',
  data: z.object({ orderId }),
  result: z.object({ cents: z.int() }),
  ...retries,
});

export const shipParcel = job('ship-parcel', {
  queue: 'parcels',
  data: z.object({ orderId }),
  result: z.object({ parcel: z.string() }),
  attempts: 5,
});

/** What is known of an order. */
export interface Order {
  readonly orderId: string;
  readonly cents: number;
  readonly receipt?: string;
  readonly parcel?: string;
  readonly isCancelled: boolean;
}

export const orderMachine = setup({
  types: {
    context: {} as Order,
    input: {} as { readonly orderId: string; readonly cents: number },
    events: {} as { readonly type: 'cancel' } | { readonly type: 'arrived' },
  },
  actors: { charge: run(chargeCard), refund: run(refundCharge), ship: run(shipParcel) },
  actions: { noteCancel: assign({ isCancelled: true }) },
  guards: { isCancelled: ({ context }) => context.isCancelled },
  delays: { parcelIsLate: 3_000 },
}).createMachine({
  id: 'order',
  context: ({ input: { orderId: id, cents } }) => ({ orderId: id, cents, isCancelled: false }),
  initial: 'charging',
  states: {
    // Whether the money was taken is not known before the service has answered: a cancel waits for that.
    charging: {
      invoke: {
        src: 'charge',
        input: ({ context: { orderId: id, cents } }) => ({ orderId: id, cents }),
        onDone: { target: 'charged', actions: assign({ receipt: ({ event }) => event.output.receipt }) },
        onError: 'voiding',
      },
      on: { cancel: { actions: 'noteCancel' } },
    },
    charged: { always: [{ guard: 'isCancelled', target: 'refunding' }, { target: 'shipping' }] },
    shipping: {
      invoke: {
        src: 'ship',
        input: ({ context }) => ({ orderId: context.orderId }),
        onDone: { target: 'underWay', actions: assign({ parcel: ({ event }) => event.output.parcel }) },
        onError: 'refunding',
      },
      on: { cancel: 'refunding' },
    },
    underWay: { after: { parcelIsLate: 'refunding' }, on: { arrived: 'delivered' } },
    refunding: {
      invoke: {
        src: 'refund',
        input: ({ context }) => ({ orderId: context.orderId }),
        onDone: 'refunded',
        onError: 'unsettled',
      },
    },
    // What was refused may still have been taken, by an attempt whose answer was lost.
    voiding: {
      invoke: {
        src: 'refund',
        input: ({ context }) => ({ orderId: context.orderId }),
        onDone: 'refused',
        onError: 'unsettled',
      },
    },
    delivered: { type: 'final' },
    refunded: { type: 'final' },
    refused: { type: 'final' },
    // For a person to look at. The books do not balance as long as there is one.
    unsettled: { type: 'final' },
  },
});

/** What an order is besides its chart. */
export const orderContract = {
  queue: 'orders',
  input: z.object({ orderId, cents: z.int().positive() }),
  events: { cancel: z.object({}), arrived: z.object({}) },
} as const;

export const order = actor('order', { ...orderContract, machine: orderMachine });
