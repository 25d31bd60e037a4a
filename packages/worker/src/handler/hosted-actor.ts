// Durable actors, as far as a worker runs them: whose mail it is, and what becomes of each. @acktor/actors makes them.
import type { AnyJob, JsonLimits } from '@acktor/core';
import type { Broker, QueuedSend, RecordWrite } from '@acktor/core/engine';
import type { Delivery, DeliveryLimits } from '../delivery/delivery.js';
import { isRejection, type Rejection } from '../delivery/settlement.js';
import { DuplicateHandlerError } from '../errors.js';
import type { Attempt, Executor } from './executor.js';
import type { HandlerEntry, QueueHandlers } from './handler-registry.js';

/** What the ack of a mail stores in one step: the actor's record, and the jobs that are sent because of it. */
export interface TurnCommit {
  readonly result: unknown;
  readonly sends: readonly QueuedSend[];
  /** Left out where the actor's state does not change. */
  readonly write?: RecordWrite | undefined;
}

/** What an actor's turns are made with. */
export interface HostDeps {
  readonly broker: Broker;
  readonly limits: DeliveryLimits;
}

/** Makes the turn that a mail is, without writing anything: whichever worker's ack is stored has made it. */
export type TakeTurn = (delivery: Delivery) => Promise<TurnCommit | Rejection>;

/** A type of actors that workers can run. */
export interface HostedActor {
  readonly mailbox: AnyJob;
  host(deps: HostDeps): TakeTurn;
}

export function isHostedActor(value: unknown): value is HostedActor {
  if (typeof value !== 'object' || value === null) return false;
  const { mailbox, host } = value as Partial<HostedActor>;
  return typeof host === 'function' && typeof mailbox?.queue === 'string';
}

/** The worker's `actors`. */
export const actorsOption = {
  type: 'value',
  default: [] as readonly HostedActor[],
  expected: 'an array of what actor() of @acktor/actors makes',
  accepts: (value: unknown): value is readonly HostedActor[] => Array.isArray(value) && value.every(isHostedActor),
  item: { expected: 'what actor() makes', accepts: isHostedActor },
  doc: 'The durable actors that take their turns here ([actors.md](actors.md)).',
} as const;

/**
 * Returns the handlers of all queues with those of the actors' mail.
 * @throws DuplicateHandlerError for two types of one name in a queue, and for a handler of that name.
 */
export function withActors(
  queues: ReadonlyMap<string, QueueHandlers>,
  actors: readonly HostedActor[],
  deps: HostDeps,
): ReadonlyMap<string, QueueHandlers> {
  const all = new Map([...queues].map(([queue, entries]) => [queue, new Map(entries)]));
  for (const actor of actors) {
    const { queue, name } = actor.mailbox;
    const known = all.get(queue) ?? new Map<string, HandlerEntry>();
    const other = known.get(name);
    const injected = { name: `actor(${name})`, handlerClass: undefined, inject: [], provided: new Set<never>() };
    if (other) throw new DuplicateHandlerError(name, [other.injected.name, injected.name]);
    const executor = new ActorExecutor(actor.host(deps), deps.limits);
    all.set(queue, known.set(name, { job: actor.mailbox, executor, injected, payloads: mailLimits(deps.limits) }));
  }
  return all;
}

/** A mail carries the result of an invoked job, or the context of each action of a turn, and names besides. */
function mailLimits({ maxPayloadBytes, maxPayloadDepth, maxReasonBytes }: DeliveryLimits): JsonLimits {
  return { maxPayloadBytes: 4 * maxPayloadBytes + 6 * maxReasonBytes + 65_536, maxPayloadDepth: maxPayloadDepth + 4 };
}

class ActorExecutor implements Executor {
  readonly #takeTurn: TakeTurn;
  readonly #limits: DeliveryLimits;

  constructor(takeTurn: TakeTurn, limits: DeliveryLimits) {
    this.#takeTurn = takeTurn;
    this.#limits = limits;
  }

  async execute(delivery: Delivery, attempt: Attempt): Promise<unknown> {
    const end = await this.#takeTurn(delivery);
    if (isRejection(end)) return end;
    attempt.openSends({ queue: UNCHECKED, limits: this.#limits }).forward(end.sends);
    attempt.write = end.write;
    return end.result;
  }
}

/** What lies in another slot of a cluster is forwarded. */
const UNCHECKED = { requireSendTo: () => undefined };
