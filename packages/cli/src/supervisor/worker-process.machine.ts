// The life of one worker process under its supervisor, from its start until nothing is left of what it held.
import { assign, setup } from 'xstate';
import type { WorkerProcessContext, WorkerProcessEvent, WorkerProcessInput } from './worker-process-protocol.js';

/** The chart of a worker process. What it does to the process is given with `.provide()`. */
export const workerProcessMachine = setup({
  types: {
    context: {} as WorkerProcessContext,
    events: {} as WorkerProcessEvent,
    input: {} as WorkerProcessInput,
  },
  actions: {
    startProcess: () => undefined,
    orderDrain: () => undefined,
    killProcess: () => undefined,
    giveBackJobs: () => undefined,
    reportRunning: () => undefined,
    reportEnd: () => undefined,
    rememberWorker: assign(({ event }) => (event.type === 'process.running' ? { worker: nameIn(event) } : {})),
    rememberFailure: assign(({ event }) => (event.type === 'process.failed' ? { failure: event.failure } : {})),
    rememberExit: assign(({ event }) => (event.type === 'process.exited' ? { exit: event.exit } : {})),
    rememberTrials: assign(({ event }) => (event.type === 'process.tries' ? { trials: event.trials } : {})),
    rememberHang: assign(({ event }) => (event.type === 'process.hangs' ? hangOf(event.forMs) : {})),
    rememberDone: assign({ isDone: true }),
    rememberHeld: assign(({ event }) => (event.type === 'jobs.returned' ? { held: event.held } : {})),
    rememberSlowStart: assign(({ context }) => ({ failure: tooSlow('come up', context.startMs) })),
    rememberSlowEnd: assign(({ context }) => ({ failure: tooSlow('end after it was told to drain', context.endMs) })),
  },
  delays: {
    startTime: ({ context }) => context.startMs,
    endTime: ({ context }) => context.endMs,
    giveBackTime: ({ context }) => context.giveBackMs,
  },
}).createMachine({
  id: 'workerProcess',
  context: ({ input }) => ({
    ...input,
    worker: undefined,
    failure: undefined,
    exit: undefined,
    trials: { suspects: [], isAlone: false },
    isDone: false,
    hungForMs: undefined,
    held: { returned: [], suspected: [] },
  }),
  initial: 'starting',
  on: {
    'process.running': { actions: 'rememberWorker' },
    'process.failed': { actions: 'rememberFailure' },
    'process.tries': { actions: 'rememberTrials' },
    'process.done': { actions: 'rememberDone' },
    'process.exited': { target: '.releasing', actions: 'rememberExit' },
  },
  states: {
    starting: {
      description: 'Loads its handlers and connects.',
      entry: 'startProcess',
      on: {
        'process.running': { target: 'running', actions: ['rememberWorker', 'reportRunning'] },
        'drain.requested': 'draining',
        'kill.requested': 'killing',
      },
      after: { startTime: { target: 'killing', actions: 'rememberSlowStart' } },
    },
    running: {
      description: 'Its consumers fetch and handle.',
      on: {
        'drain.requested': 'draining',
        'kill.requested': 'killing',
        'process.hangs': { target: 'killing', actions: 'rememberHang' },
      },
    },
    draining: {
      description: 'Finishes what it holds, and ends.',
      entry: 'orderDrain',
      on: {
        'kill.requested': 'killing',
        'process.hangs': { target: 'killing', actions: 'rememberHang' },
      },
      after: { endTime: { target: 'killing', actions: 'rememberSlowEnd' } },
    },
    killing: {
      description: 'Is ended by force.',
      entry: 'killProcess',
    },
    releasing: {
      description: 'The process is gone; what it held goes back to its queues at once.',
      entry: 'giveBackJobs',
      on: { 'jobs.returned': { target: 'ended', actions: 'rememberHeld' } },
      // Redis may be away. What is not given back now comes back when its lease expires.
      after: { giveBackTime: 'ended' },
    },
    ended: { type: 'final', description: 'Nothing is left of it.', entry: 'reportEnd' },
  },
});

function nameIn({ workerId, queues }: Extract<WorkerProcessEvent, { type: 'process.running' }>) {
  return { workerId, queues };
}

function hangOf(forMs: number) {
  const message = `its main thread was blocked for ${forMs} ms, longer than hangMs, and it was killed`;
  return { hungForMs: forMs, failure: { code: undefined, message } };
}

function tooSlow(what: string, withinMs: number) {
  return { code: undefined, message: `it did not ${what} within ${withinMs} ms, and was killed` };
}
