// What is kept of one actor, and how others see it.
import { BrokerReplyError } from '../engine/broker-errors.js';
import type { StoredRecord } from '../engine/record-store.js';
import {
  MISFIT,
  optional,
  readForeignJson,
  shape,
  text,
  count,
  listOf,
  oneOf,
  type Reader,
} from '../foreign-text/reader.js';
import type { ActorEventObject } from './mail.js';

/** A timer that is armed: what it sends when it is due, and which arming of it counts. */
export interface TimerRecord {
  readonly generation: string;
  readonly event: ActorEventObject;
}

/** A job that the actor has invoked and that has not ended. */
export interface InvocationRecord {
  readonly incarnation: string;
  readonly queue: string;
  readonly job: string;
}

/** An actor is done when it has come to a final state. */
export type ActorStatus = 'active' | 'done' | 'stopped';

/** All that is kept of an actor. */
export interface ActorRecord {
  /** The version of the logic that wrote it. */
  readonly version: number;
  readonly status: ActorStatus;
  /** As XState persists it. */
  readonly snapshot: unknown;
  readonly tags: readonly string[];
  readonly timers: Readonly<Record<string, TimerRecord>>;
  readonly invocations: Readonly<Record<string, InvocationRecord>>;
  /** The last events that were applied, by the ids of their jobs. */
  readonly recent: readonly string[];
  /** Events that wait until a state takes them, in their order. */
  readonly stash?: readonly ActorEventObject[] | undefined;
}

const anyText = text(Infinity);
const anything: Reader<unknown> = (value) => value;
const mapping =
  <T>(): Reader<Readonly<Record<string, T>>> =>
  (value) =>
    typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, T>) : MISFIT;

const typed = shape<Pick<ActorEventObject, 'type'>>({ type: anyText });
/** With all that it has besides its type. */
const event: Reader<ActorEventObject> = (value) => (typed(value) === MISFIT ? MISFIT : (value as ActorEventObject));

const readRecord = shape<ActorRecord>({
  version: count,
  status: oneOf('active', 'done', 'stopped'),
  snapshot: anything,
  tags: listOf(anyText, 10_000),
  timers: mapping<TimerRecord>(),
  invocations: mapping<InvocationRecord>(),
  recent: listOf(anyText, 1_000),
  stash: optional(listOf(event, 1_000)),
});

/** @throws BrokerReplyError for a record that is none. */
export function actorRecordOf(id: string, { value }: StoredRecord): ActorRecord {
  const read = readForeignJson(value, readRecord, Infinity);
  if (read === MISFIT) throw new BrokerReplyError(`the record of actor ${id}`, 'something that is none');
  return read;
}

/** An actor as it stands after a turn. */
export interface ActorView<Context = unknown, Output = unknown> {
  readonly id: string;
  readonly status: ActorStatus;
  /** The state of its chart, as XState writes it: a name, or an object of names for nested and parallel states; undefined without a chart. */
  readonly value: unknown;
  readonly context: Context;
  /** What a final state gave. */
  readonly output: Output | undefined;
  readonly tags: readonly string[];
  /** How many events have been applied, its start included. */
  readonly turn: number;
  /** When the last of them was, by the server's clock. */
  readonly changedAt: Date;
  readonly version: number;
}

interface SnapshotParts {
  readonly value?: unknown;
  readonly context?: unknown;
  readonly output?: unknown;
}

const snapshotParts = shape<SnapshotParts>({
  value: optional(anything),
  context: optional(anything),
  output: optional(anything),
});

export function viewOf(id: string, stored: StoredRecord): ActorView {
  const { status, snapshot, tags, version } = actorRecordOf(id, stored);
  const read = snapshotParts(snapshot);
  const { value, context, output } = read === MISFIT ? ({} as SnapshotParts) : read;
  const { turn, changedAtMs } = stored;
  return { id, status, value, context, output, tags, turn, changedAt: new Date(changedAtMs), version };
}

/** The names by which a state is listed: `a`, `a.b` and `a.b.c` for the innermost of nested states, and those of each parallel one. */
export function statePaths(value: unknown, prefix = ''): readonly string[] {
  if (typeof value === 'string') return [prefix + value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => [prefix + name, ...statePaths(inner, `${prefix}${name}.`)]);
}
