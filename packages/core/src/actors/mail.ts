// What is sent to an actor: each is a job of the actor's queue, and its handling is a turn of the actor.
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { JobGroup } from '../contract/groups.js';
import type { OutgoingJob } from '../engine/work-queue.js';
import { count, flag, MISFIT, oneOf, readForeignJson, shape, text } from '../foreign-text/reader.js';

/** An event, as XState has them. */
export interface ActorEventObject {
  readonly type: string;
  readonly [key: string]: unknown;
}

/**
 * What is sent to an actor. `alarm`: a timer is due; `end`: an invoked job has ended, with a result or a reason. `ring`, `cancel` and `actions` are
 * none of its turns: they wait until a timer is due, cancel a job, and run actions.
 */
export type Mail = { readonly to: string } & (
  | { readonly type: 'start'; readonly input?: unknown }
  | { readonly type: 'event'; readonly event: ActorEventObject; readonly isAsked?: boolean }
  | { readonly type: 'alarm'; readonly timer: string; readonly generation: string }
  | { readonly type: 'ring'; readonly timer: string; readonly generation: string }
  | {
      readonly type: 'end';
      readonly invocation: string;
      readonly incarnation: string;
      readonly output?: unknown;
      readonly reason?: string;
    }
  | { readonly type: 'stop'; readonly why: string }
  | { readonly type: 'cancel'; readonly queue: string; readonly job: string; readonly why: string }
  | ActionsMail
);

/** The actions of one turn, in their order. */
export interface ActionsMail {
  readonly type: 'actions';
  readonly turn: number;
  readonly actions: readonly {
    readonly name: string;
    readonly index: number;
    readonly params?: unknown;
    readonly context: unknown;
    readonly event: ActorEventObject;
  }[];
}

/** What may be sent, before it is checked. */
export type MailInput = Mail;

/**
 * What became of one mail. `applied`: the actor's state is of this turn. `stashed`: it waits with the actor until a state takes it. `dropped`: no
 * state takes the event, or there is no such actor, or it has ended. `repeated`: it was applied before. `stale`: the timer was cancelled, or the invocation has ended. `done`: it was none of its turns.
 */
export interface TurnResult {
  readonly actor: string;
  readonly outcome: 'applied' | 'stashed' | 'dropped' | 'repeated' | 'stale' | 'done';
  /** The turn after it; 0 where there is no such actor. */
  readonly turn: number;
  readonly status?: string;
  /** The state after it. */
  readonly value?: unknown;
  /** What it was answered with, where it was asked. */
  readonly reply?: unknown;
}

/** What a mail is addressed by. */
export interface ActorPlace {
  readonly name: string;
  readonly id: string;
  /** Whether a dead letter holds up what is behind it. */
  readonly holds: boolean;
}

/** The key by which the mails of one actor come one after another. */
export function mailGroup({ name, id, holds }: ActorPlace): JobGroup {
  return { key: mailKey(name, id), concurrency: 1, holdsWhenDead: holds };
}

export function mailKey(name: string, id: string): string {
  return `${name}/${id}`;
}

/** An invoked job, and whose invocation it is. It travels with the job. */
export interface InvocationPlace extends ActorPlace {
  readonly queue: string;
  readonly invocation: string;
  readonly incarnation: string;
}

export function writeInvocation(place: InvocationPlace): string {
  return JSON.stringify({ actor: place });
}

/** Undefined for what is none: any client may have written it. */
export function readInvocation(json: string): InvocationPlace | undefined {
  const read = readForeignJson(json, invocation, MOST_CHARS);
  return read === MISFIT ? undefined : read.actor;
}

/** How an invoked job has ended: its result as JSON text, or why it is a dead letter. */
export type InvocationEnd = { readonly json: string } | { readonly reason: string };

/** The mail that reports the end of an invoked job; `of` names the delivery that ended it. */
export function invocationEndJob(place: InvocationPlace, end: InvocationEnd, of: string): OutgoingJob {
  const { id, name, invocation: of_, incarnation } = place;
  const facts = { to: id, type: 'end', invocation: of_, incarnation, ...('reason' in end && end) };
  const written = JSON.stringify(facts);
  const payload = 'json' in end ? `${written.slice(0, -1)},"output":${end.json}}` : written;
  const own = { delayMs: 0, priority: 0, attempts: undefined, backoff: undefined };
  return { id: `${of}@${name}:${id}:${incarnation}`, name, payload, ...own, group: mailGroup(place) };
}

const anyText = text(Infinity);
const invocation = shape<{ readonly actor: InvocationPlace }>({
  actor: shape<InvocationPlace>({
    name: anyText,
    id: anyText,
    holds: flag,
    queue: anyText,
    invocation: anyText,
    incarnation: anyText,
  }),
});
const MOST_CHARS = 65_536;

interface MailSchemas {
  readonly input: StandardSchemaV1 | undefined;
  readonly events: Readonly<Record<string, StandardSchemaV1>>;
}

/** Checks a mail, and in it the input or the event by the schema of the actor's contract. */
export function mailSchema(schemas: MailSchemas): StandardSchemaV1<MailInput> {
  return { '~standard': { version: 1, vendor: 'acktor', validate: (value) => checkMail(value, schemas) } };
}

type Checked = StandardSchemaV1.Result<Mail>;

function checkMail(value: unknown, { input, events }: MailSchemas): Checked | Promise<Checked> {
  if (readHead(value) === MISFIT) return fault('expected a mail to an actor');
  const mail = value as Mail;
  if (mail.type === 'start')
    return input === undefined
      ? { value: mail }
      : checked(input, mail.input, { at: 'input', of: (value) => ({ ...mail, input: value }) });
  return mail.type === 'event' ? checkEvent(mail, events) : { value: mail };
}

function checkEvent(
  mail: Extract<Mail, { readonly type: 'event' }>,
  events: MailSchemas['events'],
): Checked | Promise<Checked> {
  const { event } = mail;
  const read = readType(event);
  const type = read === MISFIT ? undefined : read.type;
  const schema = type !== undefined && Object.hasOwn(events, type) ? events[type] : undefined;
  if (schema === undefined)
    return fault(`expected an event of one of the types ${Object.keys(events).join(', ')}`, ['event', 'type']);
  const { type: own, ...rest } = event;
  return checked(schema, rest, {
    at: 'event',
    of: (value) => ({ ...mail, event: { ...(value as object), type: own } }),
  });
}

interface Part {
  readonly at: string;
  readonly of: (value: unknown) => Mail;
}

function checked(schema: StandardSchemaV1, value: unknown, part: Part): Checked | Promise<Checked> {
  const judge = (outcome: StandardSchemaV1.Result<unknown>): Checked =>
    outcome.issues
      ? { issues: outcome.issues.map(({ message, path = [] }) => ({ message, path: [part.at, ...path] })) }
      : { value: part.of(outcome.value) };
  const outcome = schema['~standard'].validate(value);
  return 'then' in outcome ? outcome.then(judge) : judge(outcome);
}

function fault(message: string, path: readonly string[] = []): Checked {
  return { issues: [{ message, path }] };
}

const readHead = shape<Pick<Mail, 'to' | 'type'>>({
  to: anyText,
  type: oneOf('start', 'event', 'alarm', 'ring', 'end', 'stop', 'cancel', 'actions'),
});
const readType = shape<Pick<ActorEventObject, 'type'>>({ type: anyText });

const readResult = shape<Pick<TurnResult, 'actor' | 'turn'>>({ actor: anyText, turn: count });

/** What a turn came to, from the JSON text of its job's result; undefined for what is none. */
export function readTurnResult(json: string): Pick<TurnResult, 'actor' | 'turn'> | undefined {
  const read = readForeignJson(json, readResult, Infinity);
  return read === MISFIT ? undefined : read;
}

/** What the worker writes, as it is. */
export const resultSchema: StandardSchemaV1<TurnResult> = {
  '~standard': { version: 1, vendor: 'acktor', validate: (value) => ({ value: value as TurnResult }) },
};
