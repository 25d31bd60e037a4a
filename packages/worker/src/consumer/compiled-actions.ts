// The actions and guards of a chart as plain functions: looked up once, when the chart is compiled, instead of at each transition.
import type { ActorRef, ActorScope, AnyActorRef, AnyStateMachine, EventObject, Snapshot } from 'xstate';
import { UncompilableChartError } from '../errors.js';

/** What XState gives to an action, and a guard sees a part of. Never changed: an `assign` makes a new one. */
export interface ActionArgs {
  readonly context: object;
  readonly event: EventObject;
  readonly self: ActorRef<Snapshot<unknown>, EventObject>;
  readonly system: unknown;
  /** Only for an `assign`. It throws: the compiler cannot see in a function's text that it spawns. */
  readonly spawn: () => never;
}

/** Where an action has its effect. */
export interface ActionScope {
  readonly scope: ActorScope<Snapshot<unknown>, EventObject>;
  readonly children: Readonly<Record<string, AnyActorRef | undefined>>;
}

/** Runs one action. Returns what the next action gets: other args after an `assign`. */
export type CompiledAction = (args: ActionArgs, where: ActionScope) => ActionArgs;

/** Answers whether a transition is enabled. */
export type CompiledGuard = (snapshot: unknown, args: ActionArgs) => boolean;

/**
 * Compiles an action as a machine names it. Returns undefined for one that only XState can run: it starts or stops a child, waits,
 * raises an event, or chooses its actions when it runs.
 * @throws UncompilableChartError when the machine has no action of that name.
 */
export function compileAction(machine: AnyStateMachine, named: unknown): CompiledAction | undefined {
  const { implementation, params } = lookUp(machine, 'actions', named);
  if (!isBuiltIn(implementation)) {
    return (args) => {
      implementation(args, params(args));
      return args;
    };
  }
  if (implementation.type === 'xstate.assign') return compileAssign(implementation, params);
  if (implementation.type === 'xstate.sendTo') return compileSendTo(implementation, params);
  return undefined;
}

/** @throws UncompilableChartError when the machine has no guard of that name. */
export function compileGuard(machine: AnyStateMachine, named: unknown): CompiledGuard {
  const { implementation, params } = lookUp(machine, 'guards', named);
  if (isCombined(implementation)) return (snapshot, args) => implementation.check(snapshot, args, implementation);
  return (_snapshot, args) => Boolean(implementation(args, params(args)));
}

function compileAssign({ assignment }: BuiltIn, params: Params): CompiledAction {
  const changesBy = typeof assignment === 'function' ? (assignment as Call) : changesByKey(assignment as object);
  return (args) => {
    const { context, event, self, system, spawn } = args;
    const changes = changesBy(args, params(args)) as object;
    return { context: { ...context, ...changes }, event, self, system, spawn };
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
  // A delay is a timer, and a name that begins so is a place that only XState knows.
  if (delay !== undefined || (typeof to === 'string' && to.startsWith('#_'))) return undefined;
  return (args, { scope, children }) => {
    const sent = (typeof event === 'function' ? (event as Call)(args, params(args)) : event) as EventObject;
    const named = typeof to === 'function' ? (to as Call)(args, params(args)) : to;
    const target = (typeof named === 'string' ? children[named] : (named ?? args.self)) as AnyActorRef | undefined;
    if (target === undefined)
      throw new Error(`expected a child actor named "${String(named)}" to send to, there is none`);
    // After the transition: whoever gets the event sees its sender in the new state.
    scope.defer(() => target.send(sent));
    return args;
  };
}

/** What an `assign` gets as `spawn`. */
export function refuseToSpawn(): never {
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
