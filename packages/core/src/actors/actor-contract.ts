// The contract of an actor, as far as who writes to one needs it: its name, its queue, what it may be sent. @acktor/actors makes it.
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { ContractError, NameError, NotAContractError } from '../errors.js';
import { job, type JobContract } from '../contract/job.js';
import type { Backoff } from '../contract/backoff.js';
import { quoted } from '../foreign-text/foreign-text.js';
import { mailSchema, resultSchema, type MailInput, type TurnResult } from './mail.js';

/** The schemas of the events that an actor may be sent, by their types: each of what the event has besides its type. */
export type EventSchemas = Readonly<Record<string, StandardSchemaV1>>;

/** An event that may be sent, with its type. */
export type EventInput<Events extends EventSchemas> = {
  [Type in keyof Events & string]: { readonly type: Type } & PartsOf<StandardSchemaV1.InferInput<Events[Type]>>;
}[keyof Events & string];

/** An object without known keys, as the schema of no parts at all infers it, takes no type beside it. */
type PartsOf<Parts> = string extends keyof Parts ? unknown : Parts;

/** The queue of an actor's mail, one job for each. */
export type Mailbox = JobContract<string, StandardSchemaV1<MailInput>, StandardSchemaV1<TurnResult>>;

/** What those who write to actors and those who run them agree on. */
export interface ActorContract<
  Input extends StandardSchemaV1 | undefined = StandardSchemaV1 | undefined,
  Events extends EventSchemas = EventSchemas,
  Context = unknown,
  Output = unknown,
  Replies = unknown,
> {
  /** The type of the actors. The jobs of their mail have it, too. */
  readonly name: string;
  readonly queue: string;
  readonly version: number;
  /** Absent where an actor begins with the first event that is sent to it. */
  readonly input: Input;
  readonly events: Events;
  readonly mailbox: Mailbox;
  /** For types alone. */
  readonly types?: { readonly context: Context; readonly output: Output; readonly replies: Replies };
}

/** Any contract, for signatures. */
export type AnyActor = ActorContract<StandardSchemaV1 | undefined, EventSchemas>;

/** What an actor is started with. */
export type ActorInput<A extends AnyActor> =
  A extends ActorContract<infer Input>
    ? Input extends StandardSchemaV1
      ? StandardSchemaV1.InferInput<Input>
      : never
    : never;

/** What an event is answered with when it is asked: what the contract's `answers` make of it, or else the state after its turn. */
export type ActorAnswer<A extends AnyActor, E> =
  A extends ActorContract<infer _, infer __, infer Context, infer Output, infer Replies>
    ? E extends { readonly type: infer Type }
      ? Type extends keyof Replies
        ? Replies[Type]
        : ActorAnswerState<Context, Output>
      : never
    : never;

/** The state after a turn, as an event without an answer of its own is answered with. */
export interface ActorAnswerState<Context = unknown, Output = unknown> {
  readonly value?: unknown;
  readonly context: Context;
  readonly output?: Output;
}

/** What an actor may be sent. */
export type ActorEvent<A extends AnyActor> =
  A extends ActorContract<infer _, infer Events> ? EventInput<Events> : never;

export interface ActorParts {
  readonly name: string;
  readonly queue: string;
  readonly version: number;
  readonly input: StandardSchemaV1 | undefined;
  readonly events: EventSchemas;
  readonly attempts?: number | undefined;
  readonly backoff?: Backoff | undefined;
  /** Whether an event that cannot be applied holds up those behind it. */
  readonly pauses: boolean;
}

/** The part of an actor's contract that is not its logic. @throws ContractError for what no job may have either. */
export function actorContract(parts: ActorParts): AnyActor {
  const { name, queue, version, input, events, attempts, backoff, pauses } = parts;
  if (typeof name !== 'string' || !NAME.test(name))
    throw new ContractError(String(name), [{ option: 'name', message: `expected the name of an actor to be ${RULE}` }]);
  const mailbox = job(name, {
    queue,
    data: mailSchema({ input, events }),
    result: resultSchema,
    ...(attempts !== undefined && { attempts }),
    ...(backoff !== undefined && { backoff }),
    groups: { concurrency: 1, deadLetter: pauses ? 'hold' : 'release' },
  });
  return { name, queue, version, input, events, mailbox };
}

/** @throws NotAContractError for anything but a contract; `call` is what it was passed to, for people. */
export function requireActor(value: unknown, call: string): asserts value is AnyActor {
  if (typeof value === 'object' && value !== null && 'mailbox' in value && 'events' in value) return;
  throw new NotAContractError(call, value);
}

/** Ids are parts of keys and of other ids. @throws NameError. */
export function checkActorId(id: unknown): asserts id is string {
  if (typeof id === 'string' && NAME.test(id)) return;
  const got = typeof id === 'string' ? quoted(id.slice(0, LONGEST_SHOWN)) : typeof id;
  throw new NameError(`expected the id of an actor to be ${RULE}, got ${got}`);
}

const NAME = /^[A-Za-z0-9_.@-]{1,128}$/;
const RULE = '1 to 128 letters, digits, "_", ".", "@" or "-"';
const LONGEST_SHOWN = 140;
