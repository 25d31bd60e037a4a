// Sees every transition that a consumer of this process takes, by inspecting its actor; nothing in the product knows of it.
import { Actor, type AnyActor, type AnyMachineSnapshot, type AnyStateMachine } from 'xstate';
import { takenBy, type TransitionName } from '../charts/driven.js';

/** Calls back with each transition, at once after it: its actions are done, and nothing else has run since. */
export function watchSteps(onTaken: (name: TransitionName) => void): void {
  const start = Reflect.get(Actor.prototype, 'start') as (this: AnyActor) => AnyActor;
  Actor.prototype.start = function (this: AnyActor) {
    if ((this.logic as Partial<AnyStateMachine>).id === 'consumer') watch(this, onTaken);
    return start.call(this);
  } as typeof Actor.prototype.start;
}

/** What the chart would do with the event is worked out anew: the steps that a busy consumer has learned are seen, too. */
function watch(consumer: AnyActor, onTaken: (name: TransitionName) => void): void {
  let before = consumer.getSnapshot() as AnyMachineSnapshot;
  consumer.system.inspect((inspected) => {
    if (inspected.type !== '@xstate.snapshot' || inspected.actorRef !== consumer) return;
    const taken = takenBy(consumer.logic as AnyStateMachine, before, inspected.event);
    before = inspected.snapshot as AnyMachineSnapshot;
    for (const name of taken) onTaken(name);
  });
}
