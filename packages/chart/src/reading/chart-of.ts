// Reads a machine's definition into a chart, once, so that no printer has to know XState.
import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate';
import type { Chart, ChartState, ChartTransition } from '../model/chart.js';
import { actionName, guardName } from './names.js';
import { triggerOf } from './trigger.js';

/**
 * The chart of any XState machine, as data: its states in the order of the definition, with what leads from one to another.
 *
 * Reads the definition alone: the machine need not be provided with actors, and nothing is started. The same definition
 * always gives the same chart.
 * @example
 * console.log(mermaid(chartOf(consumerMachine)));
 */
export function chartOf(machine: AnyStateMachine): Chart {
  return { id: machine.id, root: readState(machine.root) };
}

function readState(node: AnyStateNode): ChartState {
  return {
    id: node.id,
    name: node.key,
    kind: node.type,
    description: node.description,
    initial: initialOf(node),
    transitions: transitionsOf(node).map((transition) => readTransition(node, transition)),
    states: Object.values(node.states).map(readState),
  };
}

function initialOf(node: AnyStateNode): readonly string[] {
  return node.type === 'compound' ? idsOf(node.initial.target) : [];
}

function transitionsOf(node: AnyStateNode): readonly AnyTransitionDefinition[] {
  return [...node.transitions.values(), node.always ?? []].flat();
}

function readTransition(node: AnyStateNode, transition: AnyTransitionDefinition): ChartTransition {
  return {
    source: node.id,
    targets: idsOf(transition.target),
    trigger: triggerOf(String(transition.eventType), node),
    guard: transition.guard === undefined ? undefined : guardName(transition.guard),
    actions: transition.actions.map(actionName),
  };
}

function idsOf(nodes: readonly AnyStateNode[] | undefined): readonly string[] {
  return (nodes ?? []).map(({ id }) => id);
}
