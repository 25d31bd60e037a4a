// The two steps that a busy consumer takes with every delivery, without XState's search for them.
import type { ActorScope, SnapshotFrom } from 'xstate';
import { orderToHandle, settlementRequest, type consumerMachine } from './consumer.machine.js';
import type { ConsumerContext, ConsumerEvent } from './consumer-protocol.js';

type ConsumerMachine = typeof consumerMachine;
type ConsumerSnapshot = SnapshotFrom<ConsumerMachine>;
type ConsumerScope = ActorScope<ConsumerSnapshot, ConsumerEvent>;

/**
 * The same chart, faster: `processing.handling` to `acking.settling` on a handler that returned, and back on a settlement that
 * brings the next delivery.
 *
 * XState looks for the enabled transitions, and works out which states to leave and enter, anew each time: 16 µs a delivery for
 * these two steps, where taking them as learned costs 1. What they lead to is learned from the chart itself, the first time it
 * takes them; every other step is XState's. Tests hold both ways to the same states, contexts and messages.
 *
 * `isWatched` tells whether somebody inspects: then every step is XState's, microsteps and actions included.
 */
export function withHotSteps(machine: ConsumerMachine, isWatched: () => boolean = () => false): ConsumerMachine {
  const general = machine.transition.bind(machine);
  const learned: Learned = { acking: undefined, processing: undefined };
  const transition = (snapshot: ConsumerSnapshot, event: ConsumerEvent, scope: ConsumerScope): ConsumerSnapshot => {
    const next = isWatched() ? undefined : hotStep(learned, { snapshot, event, scope });
    return next ?? learn(learned, general(snapshot, event, scope));
  };
  return Object.assign(Object.create(machine) as ConsumerMachine, { transition });
}

/** A snapshot of each of the two states, as the chart made it. */
interface Learned {
  acking: ConsumerSnapshot | undefined;
  processing: ConsumerSnapshot | undefined;
}

interface Step {
  readonly snapshot: ConsumerSnapshot;
  readonly event: ConsumerEvent;
  readonly scope: ConsumerScope;
}

function learn(learned: Learned, snapshot: ConsumerSnapshot): ConsumerSnapshot {
  if (snapshot.matches({ acking: 'settling' })) learned.acking ??= snapshot;
  if (snapshot.matches({ processing: 'handling' })) learned.processing ??= snapshot;
  return snapshot;
}

function hotStep({ acking, processing }: Learned, { snapshot, event, scope }: Step): ConsumerSnapshot | undefined {
  const { value, context, children } = snapshot;
  const { channel, delivery, isStopping } = context;
  if (event.type === 'handler.returned' && acking && isHandling(value)) {
    const ended: ConsumerContext = { channel, delivery, settlement: { kind: 'ack', result: event.result }, isStopping };
    const message = { type: 'delivery.settled', consumer: scope.self, request: settlementRequest(ended) } as const;
    scope.defer(() => channel.send(message));
    return { ...acking, context: ended, children };
  }
  if (event.type === 'settlement.stored' && event.next && processing && isSettlingAck(value) && !isStopping) {
    const begun: ConsumerContext = { channel, delivery: event.next, settlement: undefined, isStopping };
    const order = orderToHandle(begun);
    scope.defer(() => children.runner?.send(order));
    return { ...processing, context: begun, children };
  }
  return undefined;
}

function isHandling(value: ConsumerSnapshot['value']): boolean {
  return typeof value === 'object' && 'processing' in value && value.processing === 'handling';
}

function isSettlingAck(value: ConsumerSnapshot['value']): boolean {
  return typeof value === 'object' && 'acking' in value && value.acking === 'settling';
}
