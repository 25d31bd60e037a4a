// Reads a machine's definition: into a chart, so that no printer has to know XState, or as JSON.
import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate';
import type { Chart, ChartState, ChartTransition } from './chart.js';

/**
 * The chart of any XState machine, as data: its states in the order of the definition, with their transitions.
 *
 * Reads only the definition: the machine does not need to be provided with actors, and nothing is started. The same definition
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

/** What triggers a transition, in words: `work.ready` stays as it is; XState's own events become `after drainTime`, `runner done`, `always`. */
function triggerOf(eventType: string, node: AnyStateNode): string {
  if (eventType === '') return 'always';
  if (eventType === '*') return 'any event';
  const [, word = '', subject = ''] = XSTATE_EVENT.exec(eventType) ?? [];
  return WORDS[word]?.(subject, node) ?? eventType;
}

/** As XState 5 writes them: `xstate.after.<delay>.<state id>`, `xstate.done.actor.<actor id>`. */
const XSTATE_EVENT = /^xstate\.(after|done\.state|done\.actor|error\.actor|snapshot\.actor)\.(.*)$/s;

const WORDS: Readonly<Record<string, (subject: string, node: AnyStateNode) => string>> = {
  after: delayTrigger,
  'done.state': () => 'done',
  'done.actor': (id, node) => `${actorName(id, node)} done`,
  'error.actor': (id, node) => `${actorName(id, node)} failed`,
  'snapshot.actor': (id, node) => `${actorName(id, node)} changed`,
};

function delayTrigger(subject: string, node: AnyStateNode): string {
  const delay = subject.endsWith(`.${node.id}`) ? subject.slice(0, -node.id.length - 1) : subject;
  return /^\d+$/.test(delay) ? `after ${delay} ms` : `after ${delay}`;
}

/** For an actor without an id of its own XState makes one of its position, which says less than the name of its logic. */
function actorName(id: string, node: AnyStateNode): string {
  const invoked = node.invoke.find((definition) => definition.id === id);
  const isNamed = invoked === undefined || !/^\d+\./.test(id);
  return !isNamed && typeof invoked.src === 'string' ? invoked.src : id;
}

/** The guard's name, however the definition gives it; `not isStopping`, `(isStopping or isFull)` for guards made of others. */
function guardName(guard: unknown): string {
  const parts = partsOf(guard);
  if (parts.length === 0) return nameOf(guard, 'a condition');
  const names = parts.map(guardName);
  // The functions that XState's `not`, `and` and `or` return have these very names.
  return nameOf(guard, '') === 'not' ? `not ${names.join(' ')}` : `(${names.join(` ${nameOf(guard, 'and')} `)})`;
}

/** The action's name, however the definition gives it; `xstate.raise` and the like for XState's own when they are written inline. */
function actionName(action: unknown): string {
  return nameOf(action, 'an action');
}

function partsOf(guard: unknown): readonly unknown[] {
  return typeof guard === 'function' && 'guards' in guard && Array.isArray(guard.guards) ? guard.guards : [];
}

function nameOf(value: unknown, nameless: string): string {
  if (typeof value === 'string') return value;
  if (hasType(value)) return value.type;
  return typeof value === 'function' && !PROPERTIES.has(value.name) ? value.name : nameless;
}

/** The names that JavaScript gives to functions without one: those of the properties they are assigned to. */
const PROPERTIES = new Set(['', 'guard', 'actions']);

function hasType(value: unknown): value is { readonly type: string } {
  const isNamed = (typeof value === 'object' && value !== null) || typeof value === 'function';
  return isNamed && 'type' in value && typeof value.type === 'string';
}

/**
 * The configuration of a machine as JSON, as Stately Studio and `createMachine` take it, with a line feed at the end: states,
 * transitions, guards, actions and actors by their names. `createMachine(JSON.parse(text))` has the same chart; the implementations
 * behind the names, context and input are code, and left out.
 */
export function machineJson(machine: AnyStateMachine): string {
  return `${JSON.stringify({ id: machine.id, ...fieldsOf(machine.config) }, null, 2)}\n`;
}

function fieldsOf(config: object): Readonly<Record<string, unknown>> {
  const fields = Object.entries(config).map(([name, value]) => [name, plain(name, value)] as const);
  return Object.fromEntries(fields.filter(([, value]) => value !== undefined));
}

function plain(name: string, value: unknown): unknown {
  if (CODE.has(name)) return undefined;
  if (Array.isArray(value)) return value.map((item) => plain(name, item));
  if (typeof value === 'function') return named(name, value);
  if (typeof value !== 'object' || value === null) return value;
  // Inline logic has no name, and nothing of it is configuration.
  return name === 'src' ? NAMELESS : fieldsOf(value);
}

/** What stands for a function: its name, where the configuration has one. */
function named(name: string, value: unknown): unknown {
  if (name === 'guard') return guardName(value);
  if (name === 'src') return NAMELESS;
  return ACTIONS.has(name) ? { type: actionName(value) } : undefined;
}

const CODE = new Set(['context', 'input', 'output', 'types', 'schemas']);
const ACTIONS = new Set(['actions', 'entry', 'exit']);
const NAMELESS = 'an actor';
