// The transitions of a compiled chart: how one is looked up in the table and taken, its guards and actions as plain functions. All that
// runs of a compiled machine when an event comes in.
import type {
  ActorRef,
  ActorScope,
  AnyActorRef,
  AnyMachineSnapshot,
  AnyStateMachine,
  EventObject,
  Snapshot,
  SnapshotFrom,
  StateValue,
} from 'xstate';
import { UncompilableChartError } from '../errors.js';
import type { consumerMachine } from './consumer.machine.js';
import type { ConsumerEvent } from './consumer-protocol.js';

type Scope = Parameters<AnyStateMachine['transition']>[2];

/** As a machine's own `transition`. */
export type Transition = (snapshot: AnyMachineSnapshot, event: EventObject, scope: Scope) => AnyMachineSnapshot;

/** The states within a state, by their names. */
export type StateTable = ReadonlyMap<string, Leaf | StateTable>;

/** A state without states within. */
export interface Leaf {
  /** Every event that the state or a state around it names; the edges in the order in which they are tried. */
  readonly edgesByEvent: ReadonlyMap<string, readonly Edge[]>;
  /** Whether all events here are XState's: it has an eventless transition, or one for any event. */
  readonly isByXState: boolean;
}

export type Edge = PlainEdge | { readonly kind: 'byXState'; readonly guard: CompiledGuard | undefined };

interface PlainEdge {
  readonly kind: 'plain';
  readonly guard: CompiledGuard | undefined;
  readonly actions: readonly CompiledAction[];
  /** A snapshot in the state that it leads to; undefined when the state stays. */
  readonly target: AnyMachineSnapshot | undefined;
}

/** Returns the transition by the table; `byXState` takes those that the table leaves to XState, and all while `isInspected` returns true. */
export function transitionBy(
  table: StateTable,
  byXState: Transition,
  isInspected: () => boolean = () => false,
): Transition {
  const leafAt = leafFinder(table);
  return (snapshot, event, scope) => {
    if (isInspected() || snapshot.status !== 'active') return byXState(snapshot, event, scope);
    const { context } = snapshot as KnownSnapshot;
    const { self, system } = scope as { readonly self: ActionArgs['self']; readonly system: unknown };
    const args: ActionArgs = { context, event, self, system, spawn: refuseToSpawn };
    const edge = enabledEdge(leafAt(snapshot.value as StateValue), snapshot, args);
    if (edge === undefined) return snapshot;
    return edge.kind === 'byXState' ? byXState(snapshot, event, scope) : take(edge, args, { snapshot, scope });
  };
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

/** Far more than a chart has states: values that XState did not make are looked up anew. */
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

interface Before {
  readonly snapshot: AnyMachineSnapshot;
  readonly scope: Scope;
}

function take({ actions, target }: PlainEdge, given: ActionArgs, { snapshot, scope }: Before): AnyMachineSnapshot {
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

type ConsumerMachine = typeof consumerMachine;
type ConsumerSnapshot = SnapshotFrom<ConsumerMachine>;
type ConsumerScope = ActorScope<ConsumerSnapshot, ConsumerEvent>;

/** Called after every event that a consumer has taken, whether it led to another state or not. */
export type TransitionListener = (
  consumer: ActorRef<Snapshot<unknown>, ConsumerEvent>,
  after: ConsumerSnapshot,
) => void;

/** Undefined for no listener, which costs a comparison an event. */
export interface TransitionObserver {
  readonly onTransition: TransitionListener | undefined;
}

/** Returns the same machine, observed. XState's own inspection costs every event an object, watched or not. */
export function withObservedTransitions(machine: ConsumerMachine, observer: TransitionObserver): ConsumerMachine {
  const transition = (snapshot: ConsumerSnapshot, event: ConsumerEvent, scope: ConsumerScope): ConsumerSnapshot => {
    const after = machine.transition(snapshot, event, scope);
    observer.onTransition?.(scope.self, after);
    return after;
  };
  return Object.assign(Object.create(machine) as ConsumerMachine, { transition });
}

/** What XState gives to an action, and a guard sees a part of. Never changed: an `assign` makes a new one. */
interface ActionArgs {
  readonly context: object;
  readonly event: EventObject;
  readonly self: ActorRef<Snapshot<unknown>, EventObject>;
  readonly system: unknown;
  /** Only for an `assign`. It throws: the compiler cannot see in a function's text that it spawns. */
  readonly spawn: () => never;
}

/** Where an action has its effect. */
interface ActionScope {
  readonly scope: ActorScope<Snapshot<unknown>, EventObject>;
  readonly children: Readonly<Record<string, AnyActorRef | undefined>>;
}

/** Runs one action. Returns what the next action gets: other args after an `assign`. */
type CompiledAction = (args: ActionArgs, where: ActionScope) => ActionArgs;

/** Returns whether a transition is enabled. */
type CompiledGuard = (snapshot: unknown, args: ActionArgs) => boolean;

/**
 * Compiles an action as a machine names it. Returns undefined for one that only XState can run: it starts or stops a child, waits,
 * raises an event, or chooses its actions when it runs.
 * @throws UncompilableChartError when the machine has no action of that name.
 */
export function compileAction(
  machine: AnyStateMachine,
  named: unknown,
  withChanges: ContextCopier,
): CompiledAction | undefined {
  const { implementation, params } = lookUp(machine, 'actions', named);
  if (!isBuiltIn(implementation)) {
    return (args) => {
      implementation(args, params(args));
      return args;
    };
  }
  if (implementation.type === 'xstate.assign') return compileAssign(implementation, params, withChanges);
  if (implementation.type === 'xstate.sendTo') return compileSendTo(implementation, params);
  return undefined;
}

/** @throws UncompilableChartError when the machine has no guard of that name. */
export function compileGuard(machine: AnyStateMachine, named: unknown): CompiledGuard {
  const { implementation, params } = lookUp(machine, 'guards', named);
  if (isCombined(implementation)) return (snapshot, args) => implementation.check(snapshot, args, implementation);
  return (_snapshot, args) => Boolean(implementation(args, params(args)));
}

/** Returns the context with these changes; the context itself stays as it is. */
export type ContextCopier = (context: object, changes: object) => object;

export function spreadChanges(context: object, changes: object): object {
  return { ...context, ...changes };
}

function compileAssign({ assignment }: BuiltIn, params: Params, withChanges: ContextCopier): CompiledAction {
  const changesBy = typeof assignment === 'function' ? (assignment as Call) : changesByKey(assignment as object);
  return (args) => {
    const { context, event, self, system, spawn } = args;
    const changes = changesBy(args, params(args)) as object;
    return { context: withChanges(context, changes), event, self, system, spawn };
  };
}

/** An assignment with a value, or a function of its own, for each key of the context. */
function changesByKey(assignment: object): Call {
  const entries = Object.entries(assignment) as readonly (readonly [string, unknown])[];
  if (entries.every(([, value]) => typeof value !== 'function')) return () => assignment;
  return (args, params) =>
    Object.fromEntries(
      entries.map(([key, value]) => [key, typeof value === 'function' ? (value as Call)(args, params) : value]),
    );
}

function compileSendTo({ to, event, delay }: BuiltIn, params: Params): CompiledAction | undefined {
  // A delay is a timer, and a name that begins so is one that only XState knows.
  if (delay !== undefined || (typeof to === 'string' && to.startsWith('#_'))) return undefined;
  return (args, { scope, children }) => {
    const sent = (typeof event === 'function' ? (event as Call)(args, params(args)) : event) as EventObject;
    const named = typeof to === 'function' ? (to as Call)(args, params(args)) : to;
    const target = (typeof named === 'string' ? children[named] : (named ?? args.self)) as AnyActorRef | undefined;
    if (target === undefined)
      throw new Error(`expected a child actor named "${String(named)}" to send to, there is none`);
    // After the transition, so that the target sees the sender in its new state.
    scope.defer(() => target.send(sent));
    return args;
  };
}

/** What an `assign` gets as `spawn`. */
function refuseToSpawn(): never {
  throw new Error('expected an assign that spawns nothing: invoke the actor, or spawn it with the action spawnChild');
}

function lookUp(machine: AnyStateMachine, kind: 'actions' | 'guards', named: unknown): LookedUp {
  if (typeof named === 'function') return { implementation: named as Implementation, params: noParams };
  const { type, params } = (typeof named === 'string' ? { type: named } : named) as NamedReference;
  const known = machine.implementations[kind] as Readonly<Record<string, Implementation | undefined>>;
  const implementation = known[type];
  if (implementation === undefined) {
    throw new UncompilableChartError(
      machine.id,
      `it has no ${kind.slice(0, -1)} "${type}": give it in setup() or with provide()`,
    );
  }
  if (typeof implementation !== 'function') return lookUp(machine, kind, implementation);
  return { implementation, params: typeof params === 'function' ? (params as Params) : () => params };
}

const noParams = () => undefined;

function isBuiltIn(implementation: Implementation): implementation is BuiltIn {
  return 'resolve' in implementation;
}

function isCombined(implementation: Implementation): implementation is CombinedGuard {
  return 'check' in implementation;
}

interface LookedUp {
  readonly implementation: Implementation;
  readonly params: Params;
}

interface NamedReference {
  readonly type: string;
  readonly params?: unknown;
}

type Call = (args: object, params: unknown) => unknown;
type Params = (args: Pick<ActionArgs, 'context' | 'event'>) => unknown;
type Implementation = Call | BuiltIn | CombinedGuard;

/** What XState 5.33 makes of `assign()`, `sendTo()` and the like: a function with what it was made from as its properties. */
interface BuiltIn extends Call {
  readonly type: string;
  readonly resolve: unknown;
  readonly assignment?: unknown;
  readonly to?: unknown;
  readonly event?: unknown;
  readonly delay?: unknown;
}

/** What XState 5.33 makes of `and()`, `or()`, `not()` and `stateIn()`. */
interface CombinedGuard extends Call {
  readonly check: (snapshot: unknown, args: object, guard: unknown) => boolean;
}
