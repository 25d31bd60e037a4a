// Which transitions of a chart a walk has driven, counted against the chart's own definition.
import {
  initialTransition,
  transition,
  type AnyEventObject,
  type AnyMachineSnapshot,
  type AnyStateMachine,
} from 'xstate';

/** One transition of a chart, as people read it: `consumer.idle --work.ready--> consumer.fetching`. */
export type TransitionName = string;

/** What a chart orders when it moves: a message to another actor, or a named action. */
export interface Order {
  readonly to: string;
  readonly what: string;
}

export interface Step {
  readonly snapshot: AnyMachineSnapshot;
  readonly orders: readonly Order[];
}

/** A chart walked with no actor running and no clock: each event answers where it leads and what it orders. */
export class Walk {
  readonly #machine: AnyStateMachine;
  readonly #driven = new Set<unknown>();

  constructor(machine: AnyStateMachine) {
    this.#machine = machine;
  }

  begin(input: unknown): Step {
    const [snapshot, actions] = initialTransition(this.#machine, input) as [AnyMachineSnapshot, readonly Ordered[]];
    return { snapshot, orders: actions.flatMap(orderOf) };
  }

  step({ snapshot }: Step, event: AnyEventObject): Step {
    for (const taken of this.#machine.getTransitionData(snapshot, event)) this.#driven.add(taken);
    const [next, actions] = transition(this.#machine, snapshot, event) as [AnyMachineSnapshot, readonly Ordered[]];
    return { snapshot: next, orders: actions.flatMap(orderOf) };
  }

  /** Every transition that the chart declares, and those of them that no step has taken. */
  coverage(): { readonly declared: readonly TransitionName[]; readonly missing: readonly TransitionName[] } {
    const declared = transitionsBelow(this.#machine.root);
    const missing = declared.filter((declaration) => !this.#driven.has(declaration));
    return { declared: declared.map(nameOf), missing: missing.map(nameOf) };
  }
}

/** Every transition that a chart declares. */
export function declaredTransitions(machine: AnyStateMachine): readonly TransitionName[] {
  return transitionsBelow(machine.root).map(nameOf);
}

/** The transitions that a chart takes on an event: none when it has no answer, several when it has several regions. */
export function takenBy(
  machine: AnyStateMachine,
  snapshot: AnyMachineSnapshot,
  event: AnyEventObject,
): readonly TransitionName[] {
  return machine.getTransitionData(snapshot, event).map(nameOf);
}

/** Every state of a chart that has no states within, by its dotted path. */
export function leafStates(machine: AnyStateMachine): readonly string[] {
  const leaves = (node: Node): readonly Node[] => {
    const within = Object.values(node.states) as readonly Node[];
    return within.length === 0 ? [node] : within.flatMap(leaves);
  };
  return leaves(machine.root).map((node) => node.path.join('.'));
}

/** The state that a snapshot is in, by its dotted path. */
export function stateOf({ value }: { readonly value: unknown }): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const [outer, inner] = Object.entries(value)[0] ?? [];
  return `${outer}.${stateOf({ value: inner })}`;
}

type Node = AnyStateMachine['root'];
type Declaration = Node['transitions'] extends Map<string, (infer Item)[]> ? Item : never;

interface Ordered {
  readonly type: string;
  readonly params?: { readonly to?: { readonly id: string }; readonly event?: { readonly type: string } };
}

function transitionsBelow(node: Node): readonly Declaration[] {
  const own = [...node.transitions.values()].flat();
  return [...own, ...(Object.values(node.states) as readonly Node[]).flatMap(transitionsBelow)];
}

function nameOf({ source, eventType, target, guard }: Declaration): TransitionName {
  const condition = guard === undefined ? '' : ` [${typeof guard === 'string' ? guard : 'guarded'}]`;
  const targets = target?.map(({ id }: Node) => id).join(', ') ?? 'itself, no target';
  return `${source.id} --${eventType}${condition}--> ${targets}`;
}

function orderOf({ type, params }: Ordered): readonly Order[] {
  if (type === 'xstate.sendTo') return [{ to: params?.to?.id ?? 'nobody', what: params?.event?.type ?? '' }];
  return type.startsWith('xstate.') ? [] : [{ to: 'itself', what: type }];
}
