// Turns a thrown value into text: itself, its cause, and the errors that it aggregates.
import { inspect, types } from 'node:util';
import { AcktorError } from '../errors.js';

/** In words for people, uncut. */
export interface ErrorText {
  /** `fetch failed: connect ECONNREFUSED 127.0.0.1:80`. */
  readonly reason: string;
  /** The stack, and below it those of its causes; undefined for what is no error. */
  readonly stack: string | undefined;
}

/**
 * What a thrown value says. Never throws, whatever that is: a getter may throw, a cause may be its own, a proxy may be anything.
 *
 * The reason of an error goes on with that of its `cause`, unless it says that already, and has those of an AggregateError's `errors` in
 * brackets. The message of an error of Acktor's own is whole without its cause.
 */
export function errorText(thrown: unknown): ErrorText {
  try {
    const link = linkOf(thrown, { seen: new Set(), errorsLeft: MOST_ERRORS }, 0);
    return { reason: reasonOf(link), stack: isError(thrown) ? stackOf(link) : undefined };
  } catch {
    return { reason: UNSPEAKABLE, stack: undefined };
  }
}

/** The reason alone. */
export function errorReason(thrown: unknown): string {
  return errorText(thrown).reason;
}

/** A thrown value with what lies behind it. */
interface Link {
  readonly own: string;
  /** Whether its message says all. */
  readonly isWhole: boolean;
  readonly stack: string | undefined;
  readonly cause: Link | undefined;
  readonly errors: readonly Link[];
  /** How many of `errors` are left out. */
  readonly hidden: number;
}

interface Search {
  readonly seen: Set<unknown>;
  errorsLeft: number;
}

const MOST_ERRORS = 16;
const MOST_DEPTH = 8;

const UNSPEAKABLE = 'a value that cannot be shown';

function linkOf(thrown: unknown, search: Search, depth: number): Link {
  search.errorsLeft -= 1;
  if (!isError(thrown)) return { ...NOTHING_BEHIND, own: shown(thrown) };
  search.seen.add(thrown);
  const inner = (value: unknown) => (canEnter(value, search, depth) ? linkOf(value, search, depth + 1) : undefined);
  const cause = inner(read(thrown, 'cause'));
  const all = errorsOf(thrown);
  const errors = all.slice(0, MOST_ERRORS).flatMap((error) => inner(error) ?? []);
  const hidden = all.length - errors.length;
  return {
    own: messageOf(thrown),
    isWhole: thrown instanceof AcktorError,
    stack: ownStack(thrown),
    cause,
    errors,
    hidden,
  };
}

const NOTHING_BEHIND = { isWhole: false, stack: undefined, cause: undefined, errors: [], hidden: 0 } as const;

function canEnter(value: unknown, { seen, errorsLeft }: Search, depth: number): boolean {
  return value !== undefined && value !== null && !seen.has(value) && errorsLeft > 0 && depth < MOST_DEPTH;
}

function reasonOf({ own, isWhole, cause, errors, hidden }: Link): string {
  if (isWhole) return own;
  const several = [
    ...new Set(errors.map(reasonOf)),
    ...(errors.length > 0 && hidden > 0 ? [`and ${hidden} more`] : []),
  ];
  const listed = several.join('; ');
  // Node's own AggregateErrors of connections have no message.
  const self = own === '' || listed === '' ? own || listed : `${own} (${listed})`;
  const why = cause === undefined ? '' : reasonOf(cause);
  if (self === '') return why || 'an error without a message';
  return why === '' || self.includes(why) ? self : `${self}: ${why}`;
}

function stackOf({ own, stack, cause, errors, hidden }: Link): string {
  const parts = [stack ?? own];
  errors.forEach((error, i) => parts.push(`Error ${i + 1} of ${errors.length + hidden}: ${stackOf(error)}`));
  if (cause !== undefined) parts.push(`Caused by: ${stackOf(cause)}`);
  return parts.join('\n');
}

function isError(value: unknown): value is Error {
  try {
    return types.isNativeError(value) || value instanceof Error;
  } catch {
    return false;
  }
}

/** Its message, and without one its code or its name; '' for an AggregateError without one, whose errors say it all. */
function messageOf(error: Error): string {
  const message = read(error, 'message', UNSPEAKABLE);
  if (typeof message === 'string' && message !== '') return message;
  if (message !== undefined && message !== '') return shown(message);
  if (errorsOf(error).length > 0) return '';
  const name = read(error, 'code') ?? read(error, 'name');
  return typeof name === 'string' ? name : 'Error';
}

function ownStack(error: Error): string | undefined {
  const stack = read(error, 'stack');
  return typeof stack === 'string' && stack !== '' ? stack : undefined;
}

function errorsOf(error: Error): readonly unknown[] {
  const errors = read(error, 'errors');
  try {
    return Array.isArray(errors) ? errors : [];
  } catch {
    return [];
  }
}

function read(error: Error, key: string, unreadable?: string): unknown {
  try {
    return Reflect.get(error, key);
  } catch {
    return unreadable;
  }
}

/** A thrown value that is no error, in a few words. */
function shown(value: unknown): string {
  if (typeof value === 'string') return value === '' ? 'an empty text' : value;
  try {
    return String(inspect(value, { depth: 1, maxStringLength: 200 }));
  } catch {
    return UNSPEAKABLE;
  }
}
