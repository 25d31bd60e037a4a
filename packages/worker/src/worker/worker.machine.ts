// The life of a worker: it runs until it is told to stop, drains, and requeues what does not finish in time.
import { assign, setup } from 'xstate';
import type { WorkerContext, WorkerEvent, WorkerInput } from './worker-protocol.js';

/** The worker's chart. What it does to its crews is given with `.provide()`. */
export const workerMachine = setup({
  types: {
    context: {} as WorkerContext,
    events: {} as WorkerEvent,
    input: {} as WorkerInput,
  },
  actions: {
    drainCrews: () => undefined,
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
      entry: 'drainCrews',
      on: { 'crews.stopped': 'closing' },
      after: { drainTime: 'requeueing' },
    },
    requeueing: {
      description: 'The time for finishing is over: what is still held goes back to its queue.',
      entry: ['rememberUnfinished', 'endGrace'],
      on: { 'crews.stopped': 'closing' },
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
