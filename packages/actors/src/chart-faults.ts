// What of a chart cannot be run durably, said at the start and not by the first turn that comes to it.
import type { AnyStateMachine, AnyStateNode } from 'xstate';
import { jobOf } from './run.js';

/** Every fault, with its state and what to do. */
export function chartFaults(machine: AnyStateMachine): readonly string[] {
  return nodesOf(machine.root).flatMap((node) => [...actionFaults(node, machine), ...invokeFaults(node, machine)]);
}

function nodesOf(node: AnyStateNode): readonly AnyStateNode[] {
  return [node, ...Object.values(node.states as Record<string, AnyStateNode>).flatMap(nodesOf)];
}

function actionFaults(node: AnyStateNode, machine: AnyStateMachine): readonly string[] {
  const ofTransitions = [...node.transitions.values(), node.always ?? []].flat().flatMap(({ actions }) => actions);
  const actions: readonly unknown[] = [...node.entry, ...node.exit, ...ofTransitions];
  return actions.flatMap((action) => {
    const fault = actionFault(action, machine);
    return fault === undefined ? [] : [`in state ${node.id}: ${fault}`];
  });
}

function actionFault(action: unknown, machine: AnyStateMachine): string | undefined {
  const type = typeOf(action);
  if (type === undefined)
    return `expected named actions, got an inline function (name it in setup({ actions }): after a crash an action is found by its name)`;
  if (Object.hasOwn(UNSUPPORTED, type)) return UNSUPPORTED[type];
  if (type.startsWith('xstate.')) return undefined;
  const implementation: unknown = machine.implementations.actions[type];
  if (implementation === undefined) return `expected an implementation of the action ${type}, found none`;
  const builtIn = typeOf(implementation);
  return builtIn === undefined ? undefined : UNSUPPORTED[builtIn];
}

/** The name of an action, or the type of one of XState's own; undefined for a function. */
function typeOf(action: unknown): string | undefined {
  if (typeof action === 'string') return action;
  if ((typeof action !== 'object' && typeof action !== 'function') || action === null || !('type' in action))
    return undefined;
  return typeof action.type === 'string' ? action.type : undefined;
}

/** XState's own actions that mean nothing without a running actor. */
const UNSUPPORTED: Readonly<Record<string, string>> = {
  'xstate.sendTo': 'sendTo() is not supported (send to another actor by sendsTo(), to a job by sends())',
  'xstate.sendParent': 'sendParent() is not supported (send to another actor by sendsTo())',
  'xstate.forwardTo': 'forwardTo() is not supported (send to another actor by sendsTo())',
  'xstate.emit': 'emit() is not supported (send a job by sends(), or let others wait for the state)',
  'xstate.spawnChild': 'spawnChild() is not supported (invoke run(job), or send to another actor by sendsTo())',
};

function invokeFaults(node: AnyStateNode, machine: AnyStateMachine): readonly string[] {
  return node.invoke.flatMap(({ id, src }) => {
    if (jobOf(sourceOf(machine, src)) !== undefined) return [];
    const what = `in state ${node.id}: expected ${id} to invoke a job, got another source`;
    return [
      `${what} (invoke run(job); promises, callbacks, observables and child machines do not survive a crash here)`,
    ];
  });
}

/** The actor source of that name; an inline one is in the state's own configuration. */
export function sourceOf(machine: AnyStateMachine, name: unknown): unknown {
  if (typeof name !== 'string') return name;
  const named: unknown = machine.implementations.actors[name];
  if (named !== undefined) return named;
  const [, index, id] = /^xstate\.invoke\.(\d+)\.(.*)$/.exec(name) ?? [];
  if (index === undefined || id === undefined) return undefined;
  const node = nodesOf(machine.root).find((one) => one.id === id);
  const config: unknown = node?.config.invoke;
  const invoke: unknown = Array.isArray(config) ? config[Number(index)] : config;
  return typeof invoke === 'object' && invoke !== null && 'src' in invoke ? invoke.src : undefined;
}
