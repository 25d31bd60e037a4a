// The table of routes as a tree.
import { LONGEST_ID, shorten } from '@acktor/core/internal';
import createRouter from 'find-my-way';
import { RequestError } from '../errors.js';
import type { Call, Route } from './route.js';

export interface FoundRoute extends Pick<Call, 'params'> {
  readonly route: Route;
}

/** @throws RequestError 404 for no path of ours, 405 for a method that the path does not know, 400 for a path of bad letters. */
export type FindRoute = (method: string | undefined, path: string) => FoundRoute;

export function createRouteFinder(routes: readonly Route[]): FindRoute {
  const router = createRouter({ maxParamLength: LONGEST_WRITTEN });
  for (const route of routes) router.on(route.method, route.path, nothing, route);
  const look = (method: Route['method'], path: string) => {
    const found = router.find(method, path);
    // The router finds something without a route for what cannot be decoded.
    if (found !== null && !found.store) throw new RequestError(400, 'ACKTOR_BAD_REQUEST', 'the path cannot be decoded');
    return found === null ? undefined : { route: found.store as Route, params: found.params };
  };
  return (sent, path) => {
    // Of files alone: a stream without its body would be no less a stream.
    const wanted = sent === 'HEAD' && !path.startsWith('/api/') ? 'GET' : sent;
    const method = METHODS.find((known) => known === wanted);
    const found = method && look(method, path);
    if (found) return found;
    throw METHODS.some((other) => look(other, path)) ? wrongMethod(sent, path) : nothingAt(path);
  };
}

/** A path that no route has. */
export function nothingAt(path: string): RequestError {
  return new RequestError(404, 'ACKTOR_NOT_FOUND', `there is nothing at ${shorten(path, LONGEST_PART)}`);
}

const METHODS = ['GET', 'POST', 'DELETE'] as const;

/** Ids and names have 128 letters at most; each may come as three. */
const LONGEST_PART = 512;
/** Of an id in a path: each of its characters may take nine there. */
const LONGEST_WRITTEN = 9 * LONGEST_ID;

const nothing = () => undefined;

function wrongMethod(method: string | undefined, path: string): RequestError {
  return new RequestError(405, 'ACKTOR_WRONG_METHOD', `${shorten(path, LONGEST_PART)} does not answer ${method}`);
}
