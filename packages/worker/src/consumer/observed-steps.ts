// Lets somebody see every step of the consumers on a chart, those that are taken as learned as well.
import type { ActorRef, ActorScope, Snapshot, SnapshotFrom } from 'xstate';
import type { consumerMachine } from './consumer.machine.js';
import type { ConsumerEvent } from './consumer-protocol.js';

type ConsumerMachine = typeof consumerMachine;
type ConsumerSnapshot = SnapshotFrom<ConsumerMachine>;
type ConsumerScope = ActorScope<ConsumerSnapshot, ConsumerEvent>;

/** Told after every event that a consumer has taken, whether it led to another state or not. */
export type StepListener = (consumer: ActorRef<Snapshot<unknown>, ConsumerEvent>, after: ConsumerSnapshot) => void;

/** Who listens; undefined for nobody, which costs a comparison an event. */
export interface StepObserver {
  readonly onStep: StepListener | undefined;
}

/** The same machine, observed. XState's own inspection costs every event an object, watched or not. */
export function withObservedSteps(machine: ConsumerMachine, observer: StepObserver): ConsumerMachine {
  const transition = (snapshot: ConsumerSnapshot, event: ConsumerEvent, scope: ConsumerScope): ConsumerSnapshot => {
    const after = machine.transition(snapshot, event, scope);
    observer.onStep?.(scope.self, after);
    return after;
  };
  return Object.assign(Object.create(machine) as ConsumerMachine, { transition });
}
