// The life of a supervisor: it keeps as many workers as wanted, replaces them one by one on request, and drains them.
import { and, assign, raise, setup } from 'xstate';
import type {
  Numbers,
  ProcessEnd,
  SupervisorContext,
  SupervisorEvent,
  SupervisorFailure,
  SupervisorInput,
} from './supervisor-protocol.js';

/** The supervisor's chart. What it does to its worker processes is given with `.provide()`. */
export const supervisorMachine = setup({
  types: {
    context: {} as SupervisorContext,
    events: {} as SupervisorEvent,
    input: {} as SupervisorInput,
  },
  guards: {
    isLastToStart: ({ context, event }) => context.roster.withRunning(numberIn(event)).isComplete,
    neverRan: ({ event }) => event.type === 'worker.ended' && !event.end.hasRun,
    isTooOften: ({ context, event }) => !isByJob(event) && intensityAfter(context, event).isTooHigh,
    leavesAGap: ({ context, event }) => context.roster.without(numberIn(event)).hasGap,
    isSuccessor: ({ context, event }) => numberIn(event) === context.successor,
    hasOneTooMany: ({ context }) => context.roster.hasOneTooMany,
    hasOldLeft: ({ context }) => context.roster.hasOld,
    hasRetired: ({ context, event }) => context.roster.isLeaving(numberIn(event)),
    endedBadly: ({ event }) => event.type === 'worker.ended' && event.end.exitCode !== 0,
    hasNoWorkers: ({ context }) => context.roster.isEmpty,
  },
  actions: {
    startWorkers: (_order, _to: Numbers) => undefined,
    drainWorkers: (_order, _to: Numbers) => undefined,
    killWorkers: () => undefined,
    reportNoSuccessor: () => undefined,
    closeAll: () => undefined,
    planRestart: assign(({ context }) => ({ roster: context.roster.withRestartDue() })),
    beginRestart: assign(({ context }) => ({ roster: context.roster.withRestartBegun() })),
    addSuccessor: assign(({ context }) => ({
      roster: context.roster.withNext(),
      successor: context.roster.newest + 1,
    })),
    noteRunning: assign(({ context, event }) => ({ roster: context.roster.withRunning(numberIn(event)) })),
    forgetWorker: assign(({ context, event }) => ({ roster: context.roster.without(numberIn(event)) })),
    countExit: assign(({ context, event }) => afterEnd(context, event)),
    markAllOld: assign(({ context }) => ({ roster: context.roster.withAllOld() })),
    markNoneOld: assign(({ context }) => ({ roster: context.roster.withNoneOld() })),
    retireOldest: assign(({ context }) => ({ roster: context.roster.withOldestLeaving() })),
    dismissAll: assign(({ context }) => ({ roster: context.roster.withAllLeaving() })),
    failToStart: assign(({ context, event }) => failed('notStarted', context, event)),
    failForExits: assign(({ context }) => ({
      failure: context.failure ?? { kind: 'tooManyExits' as const, ends: context.lastEnds },
    })),
    failForEnd: assign(({ context, event }) => failed('uncleanEnd', context, event)),
    failAtOnce: assign(({ context }) => ({ failure: context.failure ?? ({ kind: 'endedAtOnce' } as const) })),
  },
  delays: {
    backoff: ({ context }) => context.pace.backoffMs,
  },
}).createMachine({
  id: 'supervisor',
  context: ({ input }) => ({ ...input, successor: undefined, failure: undefined, lastEnds: [] }),
  initial: 'supervising',
  states: {
    supervising: {
      description: 'A worker that ends unasked is replaced, alone.',
      initial: 'starting',
      on: {
        'worker.running': { actions: 'noteRunning' },
        'worker.ended': [
          { guard: 'isTooOften', target: 'draining', actions: ['forgetWorker', 'countExit', 'failForExits'] },
          {
            guard: 'leavesAGap',
            actions: ['forgetWorker', 'countExit', 'planRestart', raise({ type: 'restart.due' }, { delay: 'backoff' })],
          },
          // A successor is on its way already.
          { actions: ['forgetWorker', 'countExit'] },
        ],
        'restart.due': {
          actions: ['beginRestart', { type: 'startWorkers', params: ({ context }) => newest(context) }],
        },
        'replace.requested': { actions: 'markAllOld' },
        'stop.requested': 'draining',
      },
      states: {
        starting: {
          description: 'The first workers come up; if one cannot, the others could not, either.',
          entry: { type: 'startWorkers', params: ({ context }) => all(context) },
          on: {
            'worker.running': { guard: 'isLastToStart', target: 'keeping', actions: 'noteRunning' },
            'worker.ended': {
              guard: 'neverRan',
              target: '#supervisor.draining',
              actions: ['forgetWorker', 'failToStart'],
            },
          },
        },
        keeping: {
          description: 'As many workers as wanted run, or are about to.',
          on: { 'replace.requested': { target: 'succeeding', actions: 'markAllOld' } },
        },
        succeeding: {
          description: 'A successor comes up before an old worker is told to drain.',
          entry: ['addSuccessor', { type: 'startWorkers', params: ({ context }) => newest(context) }],
          on: {
            'worker.running': [
              { guard: and(['isSuccessor', 'hasOneTooMany']), target: 'retiring', actions: 'noteRunning' },
              // The old one ended by itself meanwhile.
              {
                guard: and(['isSuccessor', 'hasOldLeft']),
                target: 'succeeding',
                reenter: true,
                actions: 'noteRunning',
              },
              { guard: 'isSuccessor', target: 'keeping', actions: 'noteRunning' },
            ],
            // What cannot start must not take the place of what runs.
            'worker.ended': {
              guard: 'isSuccessor',
              target: 'keeping',
              actions: ['forgetWorker', 'markNoneOld', 'reportNoSuccessor'],
            },
          },
        },
        retiring: {
          description: 'The old worker whose successor runs drains.',
          entry: ['retireOldest', { type: 'drainWorkers', params: ({ context }) => leaving(context) }],
          on: {
            'worker.ended': [
              { guard: and(['hasRetired', 'hasOldLeft']), target: 'succeeding', actions: 'forgetWorker' },
              { guard: 'hasRetired', target: 'keeping', actions: 'forgetWorker' },
            ],
          },
        },
      },
    },
    draining: {
      description: 'Every worker finishes what it holds, and ends.',
      entry: ['dismissAll', { type: 'drainWorkers', params: ({ context }) => all(context) }],
      on: {
        'worker.ended': [{ guard: 'endedBadly', actions: ['forgetWorker', 'failForEnd'] }, { actions: 'forgetWorker' }],
        'end.requested': 'killing',
      },
      always: { guard: 'hasNoWorkers', target: 'closing' },
    },
    killing: {
      description: 'Every worker is ended by force.',
      entry: ['failAtOnce', 'killWorkers'],
      on: { 'worker.ended': { actions: 'forgetWorker' } },
      always: { guard: 'hasNoWorkers', target: 'closing' },
    },
    closing: {
      description: 'Hangs up.',
      entry: 'closeAll',
      on: { closed: 'stopped' },
    },
    stopped: { type: 'final', description: 'Has no worker and no connection.' },
  },
});

function numberIn(event: SupervisorEvent): number {
  return 'number' in event ? event.number : 0;
}

function isByJob(event: SupervisorEvent): boolean {
  return event.type === 'worker.ended' && event.end.isByJob;
}

/** An end that a job is suspected of says nothing of the workers: the job is poisoned before they are given up. */
function intensityAfter({ intensity }: SupervisorContext, event: SupervisorEvent) {
  return event.type === 'worker.ended' && !isByJob(event) ? intensity.with(event.atMs) : intensity;
}

function afterEnd(context: SupervisorContext, event: SupervisorEvent) {
  if (event.type !== 'worker.ended') return {};
  const { pace, lastEnds } = context;
  const ends: readonly ProcessEnd[] = event.end.isByJob ? lastEnds : [...lastEnds, event.end].slice(-MOST_ENDS);
  return { intensity: intensityAfter(context, event), pace: pace.with(event.atMs), lastEnds: ends };
}

/** The first failure is the one to report; what fails after it may be its consequence. */
function failed(kind: WorkerFailure, { failure }: SupervisorContext, event: SupervisorEvent) {
  return { failure: failure ?? (event.type === 'worker.ended' ? { kind, end: event.end } : undefined) };
}

type WorkerFailure = Exclude<SupervisorFailure['kind'], 'endedAtOnce' | 'tooManyExits'>;

/** How many ends a failure lists. */
const MOST_ENDS = 8;

const newest = ({ roster }: SupervisorContext): Numbers => ({ numbers: [roster.newest] });
const leaving = ({ roster }: SupervisorContext): Numbers => ({ numbers: roster.numbers('leaving') });
const all = ({ roster }: SupervisorContext): Numbers => ({ numbers: roster.numbers() });
