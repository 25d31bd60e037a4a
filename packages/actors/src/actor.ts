// An actor's contract with its logic: what is started, checked, and given to workers.
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { ActorContract, Backoff, EventSchemas } from '@acktor/core';
import { actorContract } from '@acktor/core/internal';
import type { HostDeps, HostedActor } from '@acktor/worker';
import type { AnyActorLogic, AnyStateMachine, ContextFrom, OutputFrom, SnapshotFrom } from 'xstate';
import { chartFaults } from './chart-faults.js';
import { ActorLogicError } from './errors.js';
import { hostOf } from './host.js';
import { XStateLogic } from './xstate-logic.js';

/** A type of durable actors: given to workers, which run them, and to producers, which write to them. */
export type DurableActor<
  Input extends StandardSchemaV1 | undefined,
  Events extends EventSchemas,
  Context,
  Output,
> = ActorContract<Input, Events, Context, Output> & HostedActor;

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
  /** How long an actor is kept that has ended, in milliseconds, from 1,000; default a day. Its id is free again after that. */
  readonly keepEndedMs?: number;
  /** The most bytes that its state may have as JSON, from 1,024; default 262,144. */
  readonly maxBytes?: number;
}

/**
 * Declares a type of durable actors. `machine` is an XState machine, or `logic` another pure logic such as `fromTransition` makes. Its state is
 * stored with the ack of each event, in one step with the jobs that it sends and invokes and the timers that it sets.
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
>(
  name: string,
  options: ActorOptions<Input, Events> & { readonly machine: Machine },
): DurableActor<Input, Events, ContextFrom<Machine>, OutputFrom<Machine>>;
export function actor<
  Logic extends AnyActorLogic,
  const Events extends EventSchemas,
  Input extends StandardSchemaV1 | undefined = undefined,
>(
  name: string,
  options: ActorOptions<Input, Events> & { readonly logic: Logic },
): DurableActor<Input, Events, ContextOf<SnapshotFrom<Logic>>, OutputFrom<Logic>>;
export function actor(
  name: string,
  options: AnyOptions,
): DurableActor<StandardSchemaV1 | undefined, EventSchemas, unknown, unknown> {
  const { machine, logic, queue, input, events, version = 1, migrate = {}, attempts, backoff } = options;
  const { onFailure = 'pause', keepEndedMs = DAY_MS, maxBytes = 262_144 } = options;
  const faults = [...logicFaults(options), ...valueFaults({ version, keepEndedMs, maxBytes, onFailure, events })];
  for (let from = 1; from < version; from += 1)
    if (typeof migrate[from] !== 'function')
      faults.push(`expected migrate to have a step for each version before ${version}, found none for ${from}`);
  const source = machine ?? logic;
  if (faults.length > 0 || source === undefined) throw new ActorLogicError(String(name), faults);
  const pauses = onFailure === 'pause';
  const contract = actorContract({ name, queue, version, input, events, attempts, backoff, pauses });
  const parts = { name, queue, version, migrate, isVirtual: input === undefined, pauses, keepEndedMs, maxBytes };
  const host = new XStateLogic(source, machine);
  const own = { host: (deps: HostDeps) => hostOf({ ...parts, logic: host }, deps) };
  // Which schemas they are, only the caller's types know.
  return Object.freeze({ ...contract, ...own });
}

type AnyOptions = ActorOptions<StandardSchemaV1 | undefined, EventSchemas> & {
  readonly machine?: AnyStateMachine;
  readonly logic?: AnyActorLogic;
};

type ContextOf<State> = State extends { readonly context: infer Context } ? Context : unknown;

function logicFaults({ machine, logic }: AnyOptions): string[] {
  if ((machine === undefined) === (logic === undefined))
    return ['expected one of machine, an XState machine, and logic, such as fromTransition() makes'];
  if (logic !== undefined)
    return isPure(logic)
      ? []
      : ['expected a pure logic, got one that runs something (give a promise’s work to a job: run(job) in a machine)'];
  if (typeof machine !== 'object' || !('root' in machine)) return ['expected machine to be an XState machine'];
  return [...chartFaults(machine)];
}

/** What XState makes of promises, callbacks and observables has a configuration of its own, or starts something. */
function isPure(logic: AnyActorLogic): boolean {
  return typeof logic.transition === 'function' && logic.start === undefined;
}

interface CheckedValues {
  readonly version: number;
  readonly keepEndedMs: number;
  readonly maxBytes: number;
  readonly onFailure: string;
  readonly events: unknown;
}

function valueFaults({ version, keepEndedMs, maxBytes, onFailure, events }: CheckedValues): readonly string[] {
  const faults: string[] = [];
  const whole = (option: string, value: number, least: number) => {
    if (!Number.isInteger(value) || value < least)
      faults.push(`expected ${option} to be a whole number from ${least}, got ${String(value)}`);
  };
  whole('version', version, 1);
  whole('keepEndedMs', keepEndedMs, 1_000);
  whole('maxBytes', maxBytes, 1_024);
  if (onFailure !== 'pause' && onFailure !== 'goOn')
    faults.push(`expected onFailure to be 'pause' or 'goOn', got ${JSON.stringify(onFailure)}`);
  if (typeof events !== 'object' || events === null)
    faults.push('expected events to be schemas by type, for example { cancel: z.object({}) }');
  return faults;
}

const DAY_MS = 86_400_000;
