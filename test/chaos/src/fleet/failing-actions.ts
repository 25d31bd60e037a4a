// Lets a consumer's actor fail on demand: the next time that it takes a certain action of its chart, it throws instead.
import { enqueueActions } from 'xstate';
import { consumerMachine } from '@acktor/worker';

/** Actions of the consumer's chart, one at least for each of its states. */
export type FailingAction = (typeof failingActions)[number];

export const failingActions = [
  'park',
  'askForDelivery',
  'startHandler',
  'decideEnd',
  'abortHandler',
  'releaseDelivery',
  'settle',
] as const;

let armed: string | undefined;

/** The next consumer of this process that takes the action fails. */
export function failOnce(action: string): void {
  armed = action;
}

/** To be called before a worker is started: the chart is given its effects once. */
export function makeActionsFail(): void {
  const machine: Provider = consumerMachine;
  const provide = machine.provide.bind(machine);
  const known = machine.implementations.actions;
  const actions = Object.fromEntries(failingActions.map((name) => [name, failing(name, known[name])]));
  machine.provide = (effects) => provide({ ...effects, actions: { ...effects.actions, ...actions } });
}

/** As much of a machine as is needed to wrap what it does; its own types name every action exactly. */
interface Provider {
  provide(effects: { readonly actions?: object }): unknown;
  readonly implementations: { readonly actions: Readonly<Record<string, unknown>> };
}

function failing(name: string, action: unknown): unknown {
  return enqueueActions(({ enqueue }) => {
    if (armed === name) {
      armed = undefined;
      throw new Error(`the plan was that the action ${name} fails`);
    }
    enqueue(action as Parameters<typeof enqueue>[0]);
  });
}
