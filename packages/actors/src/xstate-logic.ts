// XState 5 as the logic of durable actors: its pure functions, and the effects that they return. The only file that knows how XState writes them.
import type { ActorEventObject } from '@acktor/core';
import {
  createActor,
  initialTransition,
  transition,
  type AnyActorLogic,
  type AnyMachineSnapshot,
  type AnyStateMachine,
  type Snapshot,
} from 'xstate';
import { sourceOf } from './chart-faults.js';
import { jobOf, sendingOf } from './run.js';
import type { ActionRun, DurableLogic, Effect, Step } from './logic.js';

/** One of the actions that XState returns. */
interface XStateAction {
  readonly type: string;
  readonly params?: unknown;
  readonly info?: { readonly context?: unknown; readonly event?: ActorEventObject };
  readonly exec?: ((info: unknown, params: unknown) => void) | undefined;
}

type Transitioned = readonly [snapshot: Snapshot<unknown>, actions: readonly XStateAction[]];

/** A machine, or any other logic of XState's that is a pure transition. */
export class XStateLogic implements DurableLogic {
  readonly #logic: AnyActorLogic;
  readonly #machine: AnyStateMachine | undefined;

  constructor(logic: AnyActorLogic, machine?: AnyStateMachine) {
    this.#logic = logic;
    this.#machine = machine;
  }

  start(input: unknown): Step {
    return this.#stepOf(initialTransition(this.#logic, input));
  }

  step(stored: unknown, event: ActorEventObject): Step | undefined {
    const snapshot = createActor(this.#logic, {
      snapshot: stored as Snapshot<unknown>,
    }).getSnapshot() as Snapshot<unknown>;
    if (this.#machine && !(snapshot as AnyMachineSnapshot).can(event)) return undefined;
    return this.#stepOf(transition(this.#logic, snapshot, event));
  }

  async act(name: string, { context, event, params, id, signal }: ActionRun): Promise<void> {
    const action: unknown = this.#machine?.implementations.actions[name];
    if (typeof action !== 'function') throw new Error(`expected an implementation of the action ${name}, found none`);
    const run = action as (args: object, params: unknown) => unknown;
    await run({ context, event, id, signal }, params);
  }

  #stepOf([snapshot, actions]: Transitioned): Step {
    if (snapshot.status === 'error') throw snapshot.error;
    const effects = actions.flatMap((action) => this.#effectOf(action) ?? []);
    // As it is stored: what is undefined is left out.
    const stored: unknown = this.#logic.getPersistedSnapshot(snapshot);
    const { tags } = snapshot as Partial<AnyMachineSnapshot>;
    const status = snapshot.status === 'active' ? 'active' : 'done';
    return { status, snapshot: stored, tags: [...(tags ?? [])], effects };
  }

  #effectOf({ type, params, info, exec }: XStateAction): Effect | undefined {
    const given = (params ?? {}) as Readonly<Record<string, unknown>>;
    switch (type) {
      case 'xstate.raise':
        return given['delay'] === undefined ? undefined : timerOf(given);
      case 'xstate.cancel':
        return { type: 'cancel', timer: String(given['sendId']) };
      case 'xstate.spawnChild':
        return this.#invocationOf(given);
      case 'xstate.stopChild':
        return { type: 'stop', invocation: String(given['id']) };
      case 'xstate.log':
        exec?.(info, params);
        return undefined;
      default:
        return this.#actionOf({ type, params, ...(info && { info }) });
    }
  }

  #invocationOf({ id, src, input }: Readonly<Record<string, unknown>>): Effect {
    const job = this.#machine && jobOf(sourceOf(this.#machine, String(src)));
    if (job === undefined) throw new Error(`expected run(job) as what is invoked, got ${String(src)}`);
    return { type: 'invoke', invocation: String(id), job, input };
  }

  #actionOf({ type, params, info }: XStateAction): Effect {
    const { context, event = { type: 'xstate.init' } } = info ?? {};
    const action: unknown = this.#machine?.implementations.actions[type];
    const sending = sendingOf(action);
    if (sending) return { type: 'send', ...sending({ context, event }, params) };
    if (typeof action === 'function') return { type: 'act', name: type, params, context, event };
    throw new Error(`the action ${type} is not supported in a durable actor`);
  }
}

function timerOf({ id, event, delay }: Readonly<Record<string, unknown>>): Effect {
  const own = event as ActorEventObject;
  return {
    type: 'schedule',
    timer: typeof id === 'string' ? id : own.type,
    delayMs: Math.max(0, Number(delay)),
    event: own,
  };
}

/** What the end of an invoked job is to a chart. */
export function endEvent(
  invocation: string,
  end: { readonly output?: unknown; readonly reason?: string | undefined },
): ActorEventObject {
  const actorId = invocation;
  if (end.reason === undefined) return { type: `xstate.done.actor.${invocation}`, output: end.output, actorId };
  return { type: `xstate.error.actor.${invocation}`, error: { message: end.reason }, actorId };
}
