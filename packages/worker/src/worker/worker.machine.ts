// The life of a worker: it runs until a stop is requested, drains, and requeues what does not finish in time.
import { assign, setup } from 'xstate';

/** What a worker's chart starts with. */
export interface WorkerInput {
  /** How long handlers may finish after a stop, in milliseconds. */
  readonly drainMs: number;
  /** How long to wait, after that, for the server to take back what they held. */
  readonly requeueMs: number;
}

export interface WorkerContext extends WorkerInput {
  /** Whether every handler finished in time. */
  readonly isClean: boolean;
}

export type WorkerEvent =
  { readonly type: 'stop.requested' } | { readonly type: 'pools.stopped' } | { readonly type: 'closed' };

/** The worker's chart. What it does to its pools is given with `.provide()`. */
export const workerMachine = setup({
  types: {
    context: {} as WorkerContext,
    events: {} as WorkerEvent,
    input: {} as WorkerInput,
  },
  actions: {
    drainPools: () => undefined,
    endGrace: () => undefined,
    closeAll: () => undefined,
    rememberUnfinished: assign({ isClean: false }),
  },
  delays: {
    drainTime: ({ context }) => context.drainMs,
    requeueTime: ({ context }) => context.requeueMs,
  },
}).createMachine({
  id: 'worker',
  context: ({ input }) => ({ ...input, isClean: true }),
  initial: 'running',
  states: {
    running: {
      description: 'Its consumers fetch and handle.',
      on: { 'stop.requested': 'draining' },
    },
    draining: {
      description: 'Nothing more is fetched; handlers finish what they hold.',
      entry: 'drainPools',
      on: { 'pools.stopped': 'closing' },
      after: { drainTime: 'requeueing' },
    },
    requeueing: {
      description: 'The time for finishing is over: what is still held goes back to its queue.',
      entry: ['rememberUnfinished', 'endGrace'],
      on: { 'pools.stopped': 'closing' },
      // Redis may be away. What is not given back now comes back when its lease expires.
      after: { requeueTime: 'closing' },
    },
    closing: {
      description: 'Hangs up.',
      entry: 'closeAll',
      on: { closed: 'stopped' },
    },
    stopped: { type: 'final', description: 'Holds nothing and has no connection.' },
  },
});
