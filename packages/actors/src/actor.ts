// An actor's contract with its logic: what is started, checked, and given to workers.
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { ActorContract, ActorEventObject, Backoff, EventSchemas } from '@acktor/core';
import { actorContract } from '@acktor/core/internal';
import type { HostDeps, HostedActor } from '@acktor/worker';
import type { AnyActorLogic, AnyStateMachine, ContextFrom, OutputFrom, SnapshotFrom } from 'xstate';
import { ActorLogicError } from './errors.js';
import { optionFaults } from './option-faults.js';
import { hostOf, type Answering } from './host.js';
import type { Unhandled } from './turn.js';
import { XStateLogic } from './xstate-logic.js';

/** A type of durable actors: given to workers, which run them, and to producers, which write to them. */
export type DurableActor<
  Input extends StandardSchemaV1 | undefined,
  Events extends EventSchemas,
  Context,
  Output,
  Replies = unknown,
> = ActorContract<Input, Events, Context, Output, Replies> & HostedActor;

/** What an answer is made of: the event, and the state after its turn, as it is stored. Pure. */
export interface AnswerGiven<Context, Event = ActorEventObject> {
  readonly context: Context;
  readonly value: unknown;
  readonly event: Event;
}

/** How events are answered that are asked, by their types. */
export type AnswerFunctions<Events extends EventSchemas, Context, Replies> = {
  readonly [Type in keyof Replies]: (given: AnswerGiven<Context, AskedEvent<Events, Type>>) => Replies[Type];
};

type AskedEvent<Events extends EventSchemas, Type> = Type extends keyof Events
  ? { readonly type: Type } & StandardSchemaV1.InferOutput<Events[Type]>
  : never;

/** What an actor is declared with, besides its logic. */
export interface ActorOptions<Input extends StandardSchemaV1 | undefined, Events extends EventSchemas> {
  /** The queue of its mail, beside which its state lies. Workers that are given the actor consume it. */
  readonly queue: string;
  /**
   * The schema of what it is started with, which its machine gets as `input`. Without one it need not be started: it begins with its first event.
   */
  readonly input?: Input;
  /** The schemas of the events that it may be sent, by type: each of what the event has besides its type. */
  readonly events: Events;
  /** The version of the logic, from 1, the default. Raise it when its states or its context change. */
  readonly version?: number;
  /** How a snapshot of each earlier version becomes one of the next, by the version it starts from. */
  readonly migrate?: Readonly<Record<number, (snapshot: never) => unknown>>;
  /** How often a turn is tried that throws, from 1 to 1,000; default 3. */
  readonly attempts?: number;
  /** The wait between these attempts, as a job's contract has it. */
  readonly backoff?: Backoff;
  /**
   * What becomes of the actor when an event cannot be applied: the event is a dead letter, and `pause`, the default, holds back those behind it until it
   * is redriven or purged; `goOn` goes on with the next.
   */
  readonly onFailure?: 'pause' | 'goOn';
  /**
   * What becomes of an event that no state takes, of an actor that is active: it is dropped, the default, and its receipt's result says so; it is a
   * dead letter with `deadLetter`, which pauses as `onFailure` says; with `stash` it waits with the actor, at most 100 of them, and is applied in the
   * turn that leads to a state which takes it.
   */
  readonly unhandled?: Unhandled;
  /** How long an actor is kept that has ended, in milliseconds, from 1,000; default a day. Its id is free again after that. */
  readonly keepEndedMs?: number;
  /** The most bytes that its state may have as JSON, from 1,024; default 262,144. */
  readonly maxBytes?: number;
}

/**
 * Declares a type of durable actors. `machine` is an XState machine, or `logic` another pure logic such as `fromTransition` makes. Its state is
 * stored with the ack of each event, in one step with the jobs that it sends and invokes and the timers that it sets. `answers` says, by types of events,
 * what those who `ask` get: pure functions of the state after the event's turn.
 *
 * @throws ActorLogicError for a chart that cannot be run durably, naming every fault: inline functions as actions, sources that are not `run(job)`,
 * spawned children, `sendTo`, `emit`. ContractError for the rest.
 * @example
 * export const order = actor('order', {
 *   machine: orderMachine.provide({ actors: { charge: run(chargeCard) } }),
 *   queue: 'orders',
 *   input: z.object({ cents: z.int() }),
 *   events: { cancel: z.object({ why: z.string() }) },
 * });
 */
export function actor<
  Machine extends AnyStateMachine,
  const Events extends EventSchemas,
  Input extends StandardSchemaV1 | undefined = undefined,
  Replies = Record<never, never>,
>(
  name: string,
  options: ActorOptions<Input, Events> & {
    readonly machine: Machine;
    readonly answers?: AnswerFunctions<Events, ContextFrom<Machine>, Replies>;
  },
): DurableActor<Input, Events, ContextFrom<Machine>, OutputFrom<Machine>, Replies>;
export function actor<
  Logic extends AnyActorLogic,
  const Events extends EventSchemas,
  Input extends StandardSchemaV1 | undefined = undefined,
  Replies = Record<never, never>,
>(
  name: string,
  options: ActorOptions<Input, Events> & {
    readonly logic: Logic;
    readonly answers?: AnswerFunctions<Events, ContextOf<SnapshotFrom<Logic>>, Replies>;
  },
): DurableActor<Input, Events, ContextOf<SnapshotFrom<Logic>>, OutputFrom<Logic>, Replies>;
export function actor(
  name: string,
  options: AnyOptions,
): DurableActor<StandardSchemaV1 | undefined, EventSchemas, unknown, unknown> {
  const { machine, logic, queue, input, events, attempts, backoff } = options;
  const source = machine ?? logic;
  const faults = optionFaults(options);
  if (faults.length > 0 || source === undefined) throw new ActorLogicError(String(name), faults);
  const { onFailure, ...own } = { ...DEFAULTS, ...definedOf(options) };
  const pauses = onFailure === 'pause';
  const contract = actorContract({ name, queue, version: own.version, input, events, attempts, backoff, pauses });
  const parts = { ...own, name, queue, isVirtual: input === undefined, pauses };
  const host = new XStateLogic(source, machine);
  const hosted = { host: (deps: HostDeps) => hostOf({ ...parts, logic: host }, deps) };
  // Which schemas they are, only the caller's types know.
  return Object.freeze({ ...contract, ...hosted });
}

/** Whatever it is declared with. */
export type AnyOptions = ActorOptions<StandardSchemaV1 | undefined, EventSchemas> & {
  readonly machine?: AnyStateMachine;
  readonly logic?: AnyActorLogic;
  readonly answers?: Answering;
};

type ContextOf<State> = State extends { readonly context: infer Context } ? Context : unknown;

const DEFAULTS = {
  version: 1,
  migrate: {},
  onFailure: 'pause',
  keepEndedMs: 86_400_000,
  maxBytes: 262_144,
  answers: {},
  unhandled: 'drop',
} as const;

/** The options that have a default, where they are given. */
function definedOf(options: AnyOptions): Partial<Required<Pick<AnyOptions, keyof typeof DEFAULTS>>> {
  return Object.fromEntries(
    Object.entries(options).filter(([name, value]) => Object.hasOwn(DEFAULTS, name) && value !== undefined),
  );
}
