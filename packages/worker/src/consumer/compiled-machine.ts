// Compiles a machine: reads from its chart, once, a table of its ordinary transitions.
import type { AnyMachineSnapshot, AnyStateMachine, StateValue } from 'xstate';
import { UncompilableChartError } from '../errors.js';
import { consumerContextWith, type consumerMachine } from './consumer.machine.js';
import {
  compileAction,
  compileGuard,
  spreadChanges,
  transitionBy,
  type ContextCopier,
  type Edge,
  type Leaf,
  type StateTable,
  type Transition,
} from './compiled-transitions.js';

/**
 * Returns the same machine, faster. The chart alone decides: for each state and event the table holds the chart's own
 * transitions in the order in which XState tries them, each with its guard, its actions (exits, its own, entries) and the state
 * that it leads to.
 *
 * XState finds the enabled transition, and works out which states are left and entered, anew for each event: 16 µs for the two
 * transitions of a delivery, where the table takes 1 to 2. A transition that starts or stops a child, sets a timer, raises an event
 * or ends the machine is left to XState, and so are all events of a state with an eventless transition.
 *
 * While `isInspected` returns true all transitions are XState's, which reports its microsteps and actions.
 *
 * Gotcha: an `assign` that spawns an actor throws when it runs.
 * @throws UncompilableChartError for a chart with parallel states or history, or that names an action or guard it does not have.
 */
export function compiledMachine<Machine extends AnyStateMachine>(
  machine: Machine,
  { isInspected, withChanges = spreadChanges }: CompileOptions = {},
): Machine {
  const byXState = machine.transition.bind(machine) as Transition;
  const transition = transitionBy(compileStates(machine, withChanges), byXState, isInspected);
  return Object.assign(Object.create(machine) as Machine, { transition });
}

/** Returns the consumer's machine, compiled; while `isInspected` returns true its transitions are XState's. */
export function compiledConsumer(machine: typeof consumerMachine, isInspected?: () => boolean): typeof consumerMachine {
  return compiledMachine(machine, { isInspected, withChanges: consumerContextWith as ContextCopier });
}

export interface CompileOptions {
  readonly isInspected?: (() => boolean) | undefined;
  /** How an `assign` makes the next context of the one before. Default: a spread, which takes some 80 ns an `assign`; a literal of all keys takes 10. */
  readonly withChanges?: ContextCopier;
}

function compileStates(machine: AnyStateMachine, withChanges: ContextCopier): StateTable {
  const root = machine.root as unknown as ChartNode;
  if (root.type === 'atomic') throw new UncompilableChartError(machine.id, 'it has no states');
  const snapshots = new Map(leavesOf(machine, root).map((leaf) => [leaf, snapshotIn(machine, leaf)]));
  const tableOf = (node: ChartNode): StateTable =>
    new Map(childrenOf(node).map((child) => [child.key, snapshots.has(child) ? leafOf(child) : tableOf(child)]));
  return tableOf(root);

  function leafOf(leaf: ChartNode): Leaf {
    const around = chainOf(leaf);
    const named = new Set(around.flatMap(({ transitions }) => [...transitions.keys()]));
    const edgesOf = (name: string) =>
      around
        .flatMap(({ transitions }) => transitions.get(name) ?? [])
        .map((transition) => compileEdge(transition, { machine, leaf, snapshots, withChanges }));
    return {
      edgesByEvent: new Map([...named].map((name) => [name, edgesOf(name)])),
      isByXState: isEventless(leaf) || [...named].some((name) => name.includes('*')),
    };
  }
}

function leavesOf(machine: AnyStateMachine, node: ChartNode): readonly ChartNode[] {
  if (node.type === 'parallel' || node.type === 'history') {
    throw new UncompilableChartError(machine.id, `${node.id} is a ${node.type} state: leave this machine to XState`);
  }
  return node.type === 'compound' ? childrenOf(node).flatMap((child) => leavesOf(machine, child)) : [node];
}

function snapshotIn(machine: AnyStateMachine, { path }: ChartNode): AnyMachineSnapshot {
  const [last = '', ...outer] = path.toReversed();
  const value = outer.reduce<StateValue>((within, key) => ({ [key]: within }), last);
  return machine.resolveState({ value, context: {} }) as AnyMachineSnapshot;
}

interface EdgeContext {
  readonly machine: AnyStateMachine;
  readonly leaf: ChartNode;
  readonly snapshots: ReadonlyMap<ChartNode, AnyMachineSnapshot>;
  readonly withChanges: ContextCopier;
}

function compileEdge(transition: ChartTransition, { machine, leaf, snapshots, withChanges }: EdgeContext): Edge {
  const guard = transition.guard === undefined ? undefined : compileGuard(machine, transition.guard);
  const byXState: Edge = { kind: 'byXState', guard };
  const path = pathOf(transition, leaf);
  if (path === undefined) return byXState;
  const { exited, entered, end } = path;
  const named = [
    ...exited.flatMap(({ exit }) => exit),
    ...transition.actions,
    ...entered.flatMap(({ node, isByDefault }) => [...node.entry, ...(isByDefault ? node.initial.actions : [])]),
  ];
  const actions = named.flatMap((action) => compileAction(machine, action, withChanges) ?? []);
  const nodes = [...exited, ...entered.map(({ node }) => node)];
  const isPlain = actions.length === named.length && nodes.every(({ invoke }) => invoke.length === 0);
  if (!isPlain || end.type === 'final' || isEventless(end)) return byXState;
  return { kind: 'plain', guard, actions, target: end === leaf ? undefined : snapshots.get(end) };
}

/** The states that a transition leaves, innermost first, and enters, outermost first; and the leaf where it ends. */
interface Path {
  readonly exited: readonly ChartNode[];
  /** By default: as the target, or as the initial state of one; then the actions of its initial transition run, too. */
  readonly entered: readonly { readonly node: ChartNode; readonly isByDefault: boolean }[];
  readonly end: ChartNode;
}

/** As SCXML has it (https://www.w3.org/TR/scxml/#AlgorithmforSCXMLInterpretation). Undefined for what concerns the root as a whole. */
function pathOf({ source, target: targets = [], reenter }: ChartTransition, leaf: ChartNode): Path | undefined {
  const [target] = targets;
  if (target === undefined) return { exited: [], entered: [], end: leaf };
  if (targets.length > 1 || target.parent === undefined || (reenter && source.parent === undefined)) return undefined;
  const staysWithin = !reenter && chainOf(target).includes(source);
  const domain = staysWithin ? source : chainOf(target).find((node) => node !== target && properlyHolds(node, source));
  if (domain === undefined) return undefined;
  const exited = chainOf(leaf).filter((node) => properlyHolds(domain, node));
  const ancestors = chainOf(target).filter((node) => node !== target && properlyHolds(domain, node));
  const descent = descentFrom(target).slice(target === domain ? 1 : 0);
  const entered = [
    ...ancestors.toReversed().map((node) => ({ node, isByDefault: false })),
    ...descent.map((node) => ({ node, isByDefault: true })),
  ];
  return { exited, entered, end: descentFrom(target).at(-1) ?? leaf };
}

/** A state, its initial state, the initial state of that, down to a leaf. */
function descentFrom(node: ChartNode): readonly ChartNode[] {
  const [initial] = node.type === 'compound' ? (node.initial.target ?? []) : [];
  return initial === undefined ? [node] : [node, ...descentFrom(initial)];
}

/** A state and the states around it, innermost first; the last is the root. */
function chainOf(node: ChartNode): readonly ChartNode[] {
  return node.parent === undefined ? [node] : [node, ...chainOf(node.parent)];
}

function properlyHolds(outer: ChartNode, inner: ChartNode): boolean {
  return outer !== inner && chainOf(inner).includes(outer);
}

function childrenOf({ states }: ChartNode): readonly ChartNode[] {
  return Object.values(states);
}

function isEventless(leaf: ChartNode): boolean {
  return chainOf(leaf).some(({ always = [] }) => always.length > 0);
}

/** What is read of XState's `StateNode`, whose type says `any` for most of it. */
interface ChartNode {
  readonly key: string;
  readonly id: string;
  readonly path: readonly string[];
  readonly type: 'atomic' | 'compound' | 'parallel' | 'final' | 'history';
  readonly parent?: ChartNode;
  readonly states: Readonly<Record<string, ChartNode>>;
  readonly initial: ChartTransition;
  readonly entry: readonly unknown[];
  readonly exit: readonly unknown[];
  readonly invoke: readonly unknown[];
  readonly always?: readonly ChartTransition[];
  readonly transitions: ReadonlyMap<string, readonly ChartTransition[]>;
}

interface ChartTransition {
  readonly source: ChartNode;
  readonly target?: readonly ChartNode[];
  readonly reenter: boolean;
  readonly guard?: unknown;
  readonly actions: readonly unknown[];
}
