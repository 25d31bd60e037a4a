// An account that has each of its changes checked by a job, for tests in which workers are killed.
import { job } from '@acktor/core';
import { actor, run } from '@acktor/actors';
import { assign, setup } from 'xstate';
import { z } from 'zod';

export const check = job('check', {
  queue: 'checks',
  data: z.object({ n: z.number() }),
  result: z.object({ n: z.number() }),
});

/** How many it has. */
export const CHANGES = 120;

interface Account {
  readonly seen: readonly number[];
  readonly checked: readonly number[];
}

export const account = actor('account', {
  machine: setup({
    types: { context: {} as Account, events: {} as { readonly type: 'add'; readonly n: number } },
    actors: { check: run(check) },
    guards: {
      areAllChecked: ({ context }) => context.checked.length === CHANGES,
      isBehind: ({ context }) => context.seen.length > context.checked.length,
    },
  }).createMachine({
    id: 'account',
    context: { seen: [], checked: [] },
    on: { add: { actions: assign({ seen: ({ context, event }) => [...context.seen, event.n] }) } },
    initial: 'idle',
    states: {
      idle: {
        always: [
          { guard: 'areAllChecked', target: 'over' },
          { guard: 'isBehind', target: 'checking' },
        ],
      },
      checking: {
        invoke: {
          src: 'check',
          input: ({ context }) => ({ n: context.seen[context.checked.length] ?? 0 }),
          onDone: {
            target: 'idle',
            actions: assign({ checked: ({ context, event }) => [...context.checked, event.output.n] }),
          },
        },
      },
      over: { type: 'final' },
    },
  }),
  queue: 'accounts',
  events: { add: z.object({ n: z.number() }) },
});
