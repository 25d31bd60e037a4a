// An order, as most tests of actors have it: charged, shipped, given up when its parcel does not arrive.
import { job } from '@acktor/core';
import { actor, run, sends } from '@acktor/actors';
import { assign, setup } from 'xstate';
import { z } from 'zod';

export const chargeCard = job('charge-card', {
  queue: 'payments',
  data: z.object({ cents: z.int() }),
  result: z.object({ receipt: z.string() }),
  attempts: 1,
});
export const sendMail = job('send-mail', { queue: 'mails', data: z.object({ text: z.string() }) });

interface OrderContext {
  readonly cents: number;
  readonly receipt?: string;
  readonly notes: readonly string[];
}

/** What its action `note` was run with. */
export const noted: { readonly text: string; readonly id: string }[] = [];

export const orderMachine = setup({
  types: {
    context: {} as OrderContext,
    input: {} as { readonly cents: number },
    output: {} as { readonly receipt: string | undefined },
    events: {} as
      | { readonly type: 'cancel'; readonly why: string }
      | { readonly type: 'arrived' }
      | { readonly type: 'note'; readonly text: string },
  },
  actors: { charge: run(chargeCard) },
  actions: {
    mail: sends(sendMail, ({ context }: { readonly context: OrderContext }) => ({ text: `${context.receipt}` })),
    note: (args, { text }: { readonly text: string }) => {
      noted.push({ text, id: (args as unknown as { readonly id: string }).id });
    },
    keep: assign({
      notes: ({ context, event }) => (event.type === 'note' ? [...context.notes, event.text] : context.notes),
    }),
  },
}).createMachine({
  id: 'order',
  initial: 'charging',
  context: ({ input }) => ({ cents: input.cents, notes: [] }),
  on: { note: { actions: 'keep' } },
  states: {
    charging: {
      invoke: {
        src: 'charge',
        id: 'charge',
        input: ({ context }) => ({ cents: context.cents }),
        onDone: { target: 'shipping', actions: assign({ receipt: ({ event }) => event.output.receipt }) },
        onError: 'refused',
      },
      on: { cancel: 'cancelled' },
    },
    shipping: {
      entry: ['mail', { type: 'note', params: { text: 'ship it' } }],
      after: { 60_000: 'lost' },
      on: { arrived: 'arrived' },
    },
    arrived: { type: 'final' },
    lost: { type: 'final' },
    refused: { type: 'final' },
    cancelled: { type: 'final' },
  },
  output: ({ context }) => ({ receipt: context.receipt }),
});

export const orderContract = {
  queue: 'orders',
  input: z.object({ cents: z.int() }),
  events: { cancel: z.object({ why: z.string() }), arrived: z.object({}), note: z.object({ text: z.string() }) },
  attempts: 2,
  backoff: { type: 'fixed', delayMs: 10, jitter: 0 },
} as const;

export const order = actor('order', { ...orderContract, machine: orderMachine });
