// The life of a consumer: one delivery at a time, from fetching to its end. This chart is the code that runs.
import { assign, fromCallback, sendTo, setup } from 'xstate';
import type {
  AbortReason,
  ConsumerContext,
  ConsumerEvent,
  ConsumerInput,
  RunnerOrder,
  Settlement,
  StuckHandler,
} from './consumer-protocol.js';

// After the delivery is over, one way or another, without a next one in hand.
const goOn = [
  { guard: 'isStopping', target: '#consumer.stopped', actions: ['dropDelivery', 'leaveChannel'] },
  { target: '#consumer.fetching', actions: 'dropDelivery' },
] as const;

// While a handler runs whose delivery is over.
const letGoTransitions = {
  'handler.returned': goOn,
  'handler.rejected': goOn,
  'grace.ended': { target: '#consumer.stopped', actions: 'leaveChannel' },
} as const;

// After a rejection: its handler may have been too late for it, and still run.
const goOnUnlessStuck = [
  { guard: 'isStuck', target: '#consumer.processing.abandoned', actions: 'letHandlerBe' },
  ...goOn,
] as const;

// The same for an ack and a rejection.
const settlingStates = {
  settling: {
    description: 'The end of the delivery is on its way to Redis.',
    entry: 'settle',
    on: { 'settlement.interrupted': 'retrying' },
  },
  retrying: {
    description: 'Redis is away or refuses: the end is kept, and stored when Redis is back.',
    on: { 'connection.restored': 'settling' },
  },
} as const;

/**
 * The consumer's chart.
 *
 * It asks its channel to fetch and to settle, and its runner to run the handler; nothing else does either. The runner is
 * given with `.provide()`, the channel comes as input.
 */
export const consumerMachine = setup({
  types: {
    context: {} as ConsumerContext,
    events: {} as ConsumerEvent,
    input: {} as ConsumerInput,
  },
  actors: {
    // Runs one handler after another for as long as the consumer lives; spawning one per delivery halved the throughput.
    runner: fromCallback<RunnerOrder>(() => undefined),
  },
  guards: {
    isStopping: ({ context }) => context.isStopping,
    isStuck: ({ context }) => context.stuck !== undefined,
    hasNext: ({ event }) => event.type === 'settlement.stored' && event.next !== undefined,
    hasNextThoughStopping: ({ context, event }) =>
      context.isStopping && event.type === 'settlement.stored' && event.next !== undefined,
  },
  actions: {
    park: sendTo(
      ({ context }) => context.channel,
      ({ self }) => ({ type: 'consumer.parked', consumer: self }),
    ),
    askForDelivery: sendTo(
      ({ context }) => context.channel,
      ({ self }) => ({ type: 'delivery.wanted', consumer: self }),
    ),
    settle: sendTo(
      ({ context }) => context.channel,
      ({ context, self }) => ({ type: 'delivery.settled', consumer: self, request: settlementRequest(context) }),
    ),
    releaseDelivery: sendTo(
      ({ context }) => context.channel,
      ({ self }) => ({ type: 'delivery.released', consumer: self }),
    ),
    leaveChannel: sendTo(
      ({ context }) => context.channel,
      ({ self }) => ({ type: 'consumer.left', consumer: self }),
    ),
    startHandler: sendTo('runner', ({ context }) => orderToHandle(context)),
    abortHandler: sendTo('runner', ({ event }) => ({ type: 'abort', reason: abortReason(event) })),
    takeDelivery: assign(({ event }) => ({ delivery: deliveryIn(event), settlement: undefined })),
    dropDelivery: assign({ delivery: undefined, settlement: undefined, stuck: undefined }),
    letHandlerBe: assign({ delivery: undefined, settlement: undefined }),
    rememberStuck: assign(({ context, event }) => ({ stuck: stuckHandler(context, event) })),
    forgetStuck: assign({ stuck: undefined }),
    reportStuck: sendTo(
      ({ context }) => context.channel,
      ({ context, self }) => ({ type: 'consumer.stuck', consumer: self, stuck: stuckIn(context) }),
    ),
    decideEnd: assign(({ event }) => ({ settlement: settlementIn(event) })),
    decideRequeue: assign({ settlement: { kind: 'requeue' } }),
    rememberStop: assign({ isStopping: true }),
  },
}).createMachine({
  id: 'consumer',
  context: ({ input }) => ({
    ...input,
    delivery: undefined,
    settlement: undefined,
    stuck: undefined,
    isStopping: false,
  }),
  invoke: { src: 'runner', id: 'runner' },
  initial: 'idle',
  states: {
    idle: {
      description: 'Waits for work: the channel wakes the consumer that has been idle longest.',
      entry: 'park',
      on: {
        'work.ready': 'fetching',
        'stop.requested': { target: 'stopped', actions: 'leaveChannel' },
      },
    },
    fetching: {
      description: 'Has asked the channel for a delivery; one that arrives after a stop goes back to the queue.',
      entry: 'askForDelivery',
      on: {
        'delivery.received': { target: 'processing', actions: 'takeDelivery' },
        'queue.empty': 'idle',
        'stop.requested': { target: 'stopped', actions: 'leaveChannel' },
      },
    },
    processing: {
      description: 'A handler runs: of the delivery it holds, or of one that is over.',
      initial: 'handling',
      on: {
        'handler.returned': { target: 'acking', actions: 'decideEnd' },
        'handler.rejected': { target: 'rejecting', actions: 'decideEnd' },
        'stop.requested': { actions: 'rememberStop' },
        'grace.ended': { target: 'rejecting', actions: ['rememberStop', 'abortHandler', 'decideRequeue'] },
      },
      states: {
        handling: {
          description: 'The handler works.',
          entry: 'startHandler',
          on: {
            'job.cancelled': 'cancelling',
            'deadline.passed': 'cancelling',
            'lease.lost': 'lost',
          },
        },
        cancelling: {
          description: 'The handler was told to let go, and has not yet.',
          entry: 'abortHandler',
          on: {
            'lease.lost': 'lost',
            'handler.stuck': { target: '#consumer.rejecting', actions: ['decideEnd', 'rememberStuck'] },
          },
        },
        lost: {
          description:
            'The lease is gone: what the handler still does is not settled, and nothing is taken until it ends.',
          entry: ['abortHandler', 'releaseDelivery'],
          on: {
            ...letGoTransitions,
            'handler.stuck': { target: 'abandoned', actions: ['rememberStuck', 'letHandlerBe'] },
          },
        },
        abandoned: {
          description:
            'The delivery is over, and its handler still runs though it was told to let go: nothing is taken until it ends.',
          entry: 'reportStuck',
          on: letGoTransitions,
        },
      },
    },
    acking: {
      description: 'The handler returned: its result is being stored, and the next delivery may come with the answer.',
      initial: 'settling',
      on: {
        'settlement.stored': [
          { guard: 'hasNextThoughStopping', target: 'rejecting', actions: ['takeDelivery', 'decideRequeue'] },
          { guard: 'hasNext', target: 'processing', actions: 'takeDelivery' },
          { guard: 'isStopping', target: 'stopped', actions: ['dropDelivery', 'leaveChannel'] },
          { target: 'idle', actions: 'dropDelivery' },
        ],
        'settlement.refused': goOn,
        'stop.requested': { actions: 'rememberStop' },
        'grace.ended': { target: 'stopped', actions: 'leaveChannel' },
      },
      states: settlingStates,
    },
    rejecting: {
      description:
        'The delivery goes back: to be retried later, requeued now, run again after its children, or dead-lettered.',
      initial: 'settling',
      on: {
        'settlement.stored': goOnUnlessStuck,
        'settlement.refused': goOnUnlessStuck,
        'handler.returned': { guard: 'isStuck', actions: 'forgetStuck' },
        'handler.rejected': { guard: 'isStuck', actions: 'forgetStuck' },
        'stop.requested': { actions: 'rememberStop' },
        'grace.ended': { target: 'stopped', actions: 'leaveChannel' },
      },
      states: settlingStates,
    },
    stopped: { type: 'final', description: 'Holds nothing and asks for nothing.' },
  },
});

function deliveryIn(event: ConsumerEvent) {
  if (event.type === 'delivery.received') return event.delivery;
  return event.type === 'settlement.stored' ? event.next : undefined;
}

function settlementIn(event: ConsumerEvent): Settlement | undefined {
  if (event.type === 'handler.returned') return ackIn(event);
  return event.type === 'handler.rejected' || event.type === 'handler.stuck' ? event.settlement : undefined;
}

function ackIn({ result, sends, write }: Extract<ConsumerEvent, { readonly type: 'handler.returned' }>): Settlement {
  return sends === undefined ? { kind: 'ack', result } : { kind: 'ack', result, sends, write };
}

function stuckHandler({ delivery }: ConsumerContext, event: ConsumerEvent): StuckHandler | undefined {
  if (event.type !== 'handler.stuck' || delivery === undefined) return undefined;
  return { job: delivery, sinceMs: event.sinceMs };
}

function stuckIn({ stuck }: ConsumerContext): StuckHandler {
  if (stuck === undefined) throw new Error('a consumer that is stuck knows by which handler');
  return stuck;
}

function abortReason(event: ConsumerEvent): AbortReason {
  if (event.type === 'job.cancelled') return { kind: 'cancelled', why: event.why };
  if (event.type === 'deadline.passed') return { kind: 'deadline' };
  return event.type === 'lease.lost' ? { kind: 'leaseLost' } : { kind: 'shutdown' };
}

/** What an `assign` makes of a context: every key by name, for that is eight times as fast as a spread. */
export function consumerContextWith(context: ConsumerContext, changes: Partial<ConsumerContext>): ConsumerContext {
  return {
    channel: context.channel,
    delivery: 'delivery' in changes ? changes.delivery : context.delivery,
    settlement: 'settlement' in changes ? changes.settlement : context.settlement,
    stuck: 'stuck' in changes ? changes.stuck : context.stuck,
    isStopping: changes.isStopping ?? context.isStopping,
  };
}

/** Returns the order to handle the delivery that the consumer holds. */
export function orderToHandle({ delivery }: ConsumerContext): RunnerOrder {
  if (delivery === undefined) throw new Error('a consumer that processes holds a delivery');
  return { type: 'handle', delivery };
}

/** Returns the request to the channel. Only an ack asks for the next delivery, and never that of a consumer that is to stop. */
export function settlementRequest({ delivery, settlement, isStopping }: ConsumerContext) {
  if (delivery === undefined || settlement === undefined) throw new Error('a consumer that settles holds a delivery');
  return { job: delivery, settlement, wantsNext: settlement.kind === 'ack' && !isStopping };
}
