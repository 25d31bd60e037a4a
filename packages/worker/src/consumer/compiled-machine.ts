// A machine whose ordinary transitions are read from a table, which is compiled from its chart when it is built.
import type {
  AnyActorRef,
  AnyMachineSnapshot,
  AnyStateMachine,
  EventObject,
  StateValue,
  ActorRef,
  ActorScope,
  Snapshot,
  SnapshotFrom,
} from 'xstate';
import { UncompilableChartError } from '../errors.js';
import {
  compileAction,
  compileGuard,
  refuseToSpawn,
  type ActionArgs,
  type CompiledAction,
  type CompiledGuard,
} from './compiled-actions.js';
import type { consumerMachine } from './consumer.machine.js';
import type { ConsumerEvent } from './consumer-protocol.js';

type Scope = Parameters<AnyStateMachine['transition']>[2];

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
  isInspected: () => boolean = () => false,
): Machine {
  const leafAt = leafFinder(compileStates(machine));
  const byXState = machine.transition.bind(machine) as Transition;
  const transition: Transition = (snapshot, event, scope) => {
    if (isInspected() || snapshot.status !== 'active') return byXState(snapshot, event, scope);
    const { context } = snapshot as KnownSnapshot;
    const { self, system } = scope as { readonly self: ActionArgs['self']; readonly system: unknown };
    const args: ActionArgs = { context, event, self, system, spawn: refuseToSpawn };
    const edge = enabledEdge(leafAt(snapshot.value as StateValue), snapshot, args);
    if (edge === undefined) return snapshot;
    return edge.kind === 'byXState' ? byXState(snapshot, event, scope) : take(edge, args, { snapshot, scope });
  };
  return Object.assign(Object.create(machine) as Machine, { transition });
}

type Transition = (snapshot: AnyMachineSnapshot, event: EventObject, scope: Scope) => AnyMachineSnapshot;

/** The states within a state, by their names. */
type StateTable = ReadonlyMap<string, Leaf | StateTable>;

/** A state without states within. */
interface Leaf {
  /** Every event that the state or a state around it names; the edges in the order in which they are tried. */
  readonly edgesByEvent: ReadonlyMap<string, readonly Edge[]>;
  /** Whether all events here are XState's: it has an eventless transition, or one for any event. */
  readonly isByXState: boolean;
}

type Edge = PlainEdge | { readonly kind: 'byXState'; readonly guard: CompiledGuard | undefined };

interface PlainEdge {
  readonly kind: 'plain';
  readonly guard: CompiledGuard | undefined;
  readonly actions: readonly CompiledAction[];
  /** A snapshot in the state that it leads to; undefined when the state stays. */
  readonly target: AnyMachineSnapshot | undefined;
}

const BY_XSTATE: Edge = { kind: 'byXState', guard: undefined };

function enabledEdge(leaf: Leaf, snapshot: AnyMachineSnapshot, args: ActionArgs): Edge | undefined {
  if (leaf.isByXState) return BY_XSTATE;
  const { type } = args.event;
  const edges = leaf.edgesByEvent.get(type);
  if (edges !== undefined) {
    for (const edge of edges) if (edge.guard === undefined || edge.guard(snapshot, args)) return edge;
  }
  // XState's own events, such as a child's failure, mean something also where no transition is enabled.
  return type.startsWith('xstate.') ? BY_XSTATE : undefined;
}

/** Nearly all values are those of the table's own snapshots, and known by identity once they have been looked up. */
function leafFinder(table: StateTable): (value: StateValue) => Leaf {
  const known = new Map<StateValue, Leaf>();
  return (value) => {
    const found = known.get(value);
    if (found !== undefined) return found;
    const leaf = leafAt(table, value);
    if (known.size < MOST_KNOWN_VALUES) known.set(value, leaf);
    return leaf;
  };
}

/** Far more than a chart has states: values that somebody else made are looked up anew. */
const MOST_KNOWN_VALUES = 1_000;

function leafAt(table: StateTable, value: StateValue): Leaf {
  let at: Leaf | StateTable | undefined = table;
  let rest: StateValue | undefined = value;
  while (at instanceof Map && rest !== undefined) {
    const key: string = typeof rest === 'string' ? rest : (Object.keys(rest)[0] ?? '');
    at = (at as StateTable).get(key);
    rest = typeof rest === 'string' ? undefined : rest[key];
  }
  if (at === undefined || at instanceof Map)
    throw new Error(`expected a state of the chart, got ${JSON.stringify(value)}`);
  return at as Leaf;
}

interface Place {
  readonly snapshot: AnyMachineSnapshot;
  readonly scope: Scope;
}

function take({ actions, target }: PlainEdge, given: ActionArgs, { snapshot, scope }: Place): AnyMachineSnapshot {
  const { context, children } = snapshot as KnownSnapshot;
  const where = { scope, children };
  let args = given;
  for (const action of actions) args = action(args, where);
  if (target !== undefined) return { ...target, context: args.context, children };
  return args.context === context ? snapshot : { ...snapshot, context: args.context };
}

/** What XState types as `any`. */
interface KnownSnapshot {
  readonly context: object;
  readonly children: Record<string, AnyActorRef>;
}

function compileStates(machine: AnyStateMachine): StateTable {
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
        .map((transition) => compileEdge(transition, { machine, leaf, snapshots }));
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

interface EdgeSeat {
  readonly machine: AnyStateMachine;
  readonly leaf: ChartNode;
  readonly snapshots: ReadonlyMap<ChartNode, AnyMachineSnapshot>;
}

function compileEdge(transition: ChartTransition, { machine, leaf, snapshots }: EdgeSeat): Edge {
  const guard = transition.guard === undefined ? undefined : compileGuard(machine, transition.guard);
  const byXState: Edge = { kind: 'byXState', guard };
  const way = wayOf(transition, leaf);
  if (way === undefined) return byXState;
  const { exited, entered, end } = way;
  const named = [
    ...exited.flatMap(({ exit }) => exit),
    ...transition.actions,
    ...entered.flatMap(({ node, isByDefault }) => [...node.entry, ...(isByDefault ? node.initial.actions : [])]),
  ];
  const actions = named.map((action) => compileAction(machine, action)).filter((action) => action !== undefined);
  const nodes = [...exited, ...entered.map(({ node }) => node)];
  const isPlain = actions.length === named.length && nodes.every(({ invoke }) => invoke.length === 0);
  if (!isPlain || end.type === 'final' || isEventless(end)) return byXState;
  return { kind: 'plain', guard, actions, target: end === leaf ? undefined : snapshots.get(end) };
}

/** The states that a transition leaves, innermost first, and enters, outermost first; and the leaf where it ends. */
interface Way {
  readonly exited: readonly ChartNode[];
  /** By default: as the target, or as the initial state of one; then the actions of its initial transition run, too. */
  readonly entered: readonly { readonly node: ChartNode; readonly isByDefault: boolean }[];
  readonly end: ChartNode;
}

/** As SCXML has it (https://www.w3.org/TR/scxml/#AlgorithmforSCXMLInterpretation). Undefined for what concerns the root as a whole. */
function wayOf({ source, target: targets = [], reenter }: ChartTransition, leaf: ChartNode): Way | undefined {
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

type ConsumerMachine = typeof consumerMachine;
type ConsumerSnapshot = SnapshotFrom<ConsumerMachine>;
type ConsumerScope = ActorScope<ConsumerSnapshot, ConsumerEvent>;

/** Told after every event that a consumer has taken, whether it led to another state or not. */
export type TransitionListener = (
  consumer: ActorRef<Snapshot<unknown>, ConsumerEvent>,
  after: ConsumerSnapshot,
) => void;

/** Who listens; undefined for nobody, which costs a comparison an event. */
export interface StepObserver {
  readonly onTransition: TransitionListener | undefined;
}

/** The same machine, observed. XState's own inspection costs every event an object, watched or not. */
export function withObservedSteps(machine: ConsumerMachine, observer: StepObserver): ConsumerMachine {
  const transition = (snapshot: ConsumerSnapshot, event: ConsumerEvent, scope: ConsumerScope): ConsumerSnapshot => {
    const after = machine.transition(snapshot, event, scope);
    observer.onTransition?.(scope.self, after);
    return after;
  };
  return Object.assign(Object.create(machine) as ConsumerMachine, { transition });
}
