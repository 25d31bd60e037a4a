// A route: its path, what it needs, what it answers; and the router over all of them. Router, gate and tests read the same table.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { LONGEST_ID, shorten } from '@acktor/core/internal';
import findMyWay from 'find-my-way';
import type { Guarded } from '../access/gate.js';
import type { Session } from '../access/session.js';
import { RequestError } from '../errors.js';

export interface Route extends Guarded {
  /** From where the dashboard is mounted; `:name` is a parameter, `*` all that follows. */
  readonly path: `/${string}`;
  /** @throws RequestError, and errors of core: both are answered as errors. */
  handle(call: Call): Answer | Promise<Answer>;
}

/** A request that has passed the gate. */
export interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The path from the mount, decoded. */
  readonly path: string;
  readonly params: Readonly<Record<string, string | undefined>>;
  readonly query: URLSearchParams;
  /** The JSON body of a request that changes something; undefined without one. */
  readonly body: unknown;
  readonly session: Session | undefined;
}

/** The response; `answered` when the route writes it itself. */
export type Answer =
  | 'answered'
  | {
      readonly status?: number;
      readonly headers?: Readonly<Record<string, string>>;
      /** Sent as JSON. */
      readonly body?: unknown;
    };

interface FoundRoute extends Pick<Call, 'params'> {
  readonly route: Route;
}

/** @throws RequestError 404 for an unknown path, 405 for a method that the path does not have, 400 for a path that cannot be decoded. */
export type FindRoute = (method: string | undefined, path: string) => FoundRoute;

export function createRouter(routes: readonly Route[]): FindRoute {
  const router = findMyWay({ maxParamLength: LONGEST_ENCODED });
  for (const route of routes) router.on(route.method, route.path, nothing, route);
  const lookUp = (method: Route['method'], path: string) => {
    const found = router.find(method, path);
    // For a path that cannot be decoded, find-my-way returns a result without a store.
    if (found !== null && !found.store) throw new RequestError(400, 'ACKTOR_BAD_REQUEST', 'the path cannot be decoded');
    return found === null ? undefined : { route: found.store as Route, params: found.params };
  };
  return (sent, path) => {
    // HEAD only for files: for the live stream it would open a stream.
    const wanted = sent === 'HEAD' && !path.startsWith('/api/') ? 'GET' : sent;
    const method = METHODS.find((known) => known === wanted);
    const found = method && lookUp(method, path);
    if (found) return found;
    throw METHODS.some((other) => lookUp(other, path)) ? wrongMethod(sent, path) : nothingAt(path);
  };
}

/** The error for a path without a route. */
export function nothingAt(path: string): RequestError {
  return new RequestError(404, 'ACKTOR_NOT_FOUND', `there is nothing at ${shorten(path, LONGEST_PART)}`);
}

const METHODS = ['GET', 'POST', 'DELETE'] as const;

/** Ids and names have at most 128 characters; each may be encoded as three. */
const LONGEST_PART = 512;
/** The longest id in a path: each of its characters may be encoded as nine. */
const LONGEST_ENCODED = 9 * LONGEST_ID;

const nothing = () => undefined;

function wrongMethod(method: string | undefined, path: string): RequestError {
  return new RequestError(405, 'ACKTOR_WRONG_METHOD', `${shorten(path, LONGEST_PART)} does not answer ${method}`);
}
