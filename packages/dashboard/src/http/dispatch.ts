// From a request to its route, through the gate, to an answer; wherever the dashboard is mounted.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { GuardedLog } from '@acktor/core/internal';
import type { Gate } from '../access/gate.js';
import { readBody } from './body.js';
import { answerError, sendAnswer, setSafeHeaders } from './response.js';
import { createRouter, nothingAt, type Answer, type Route } from './route.js';

export interface DispatchDeps {
  readonly routes: readonly Route[];
  readonly gate: Gate;
  readonly logger: GuardedLog;
  readonly onSession?: ((request: IncomingMessage) => void) | undefined;
}

/** Answers one request below a mount such as `/acktor`. Never rejects. */
export type Dispatch = (request: IncomingMessage, response: ServerResponse, mount: string) => Promise<void>;

export function createDispatch({ routes, gate, logger, onSession }: DispatchDeps): Dispatch {
  const find = createRouter(routes);
  const answer = async (request: IncomingMessage, response: ServerResponse, url: MountedUrl): Promise<Answer> => {
    if (url.path === '') return withSlash(url);
    const { route, params } = find(request.method, url.path);
    const session = await gate.admit(request, route);
    if (session !== undefined) onSession?.(request);
    const body = route.method === 'GET' ? undefined : await readBody(request);
    const { path, query } = url;
    const answered = await route.handle({ request, response, params, body, session, path, query });
    if (route.method !== 'GET') logger.info({ method: route.method, path, role: session?.role }, 'a person did this');
    return answered;
  };
  return async (request, response, mount) => {
    setSafeHeaders(response);
    try {
      const answered = await answer(request, response, mountedUrl(request, mount));
      if (answered !== 'answered') sendAnswer(response, answered);
    } catch (error) {
      answerError(error, { request, response, logger });
    }
  };
}

/** Redirects to the mount with a slash at its end: the page's URLs are relative to it. */
function withSlash({ shownPath, query }: MountedUrl): Answer {
  const name = shownPath.split('/').at(-1) ?? '';
  const search = query.size === 0 ? '' : `?${query.toString()}`;
  return { status: 308, headers: { location: `${name}/${search}` } };
}

interface MountedUrl {
  /** From the mount, not decoded: `/api/session`; empty for the mount itself without its slash. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** The path that people see, with the mount in front. */
  readonly shownPath: string;
}

/** A mount without the slashes at its end: empty for the root. @throws TypeError for a text that is no path. */
export function mountPath(mount: string): string {
  if (mount === '' || mount.startsWith('/')) return mount.replace(/\/+$/, '');
  throw new TypeError(`expected a path such as /acktor to mount the dashboard at, got ${JSON.stringify(mount)}`);
}

/**
 * Takes the mount off a request's URL. Express does so itself, and keeps the whole in `originalUrl`.
 *
 * @param mount the path in front, such as `/acktor`, or an empty text.
 * @throws RequestError ACKTOR_NOT_FOUND for a request that is not below the mount.
 */
function mountedUrl(request: IncomingMessage & { readonly originalUrl?: string }, mount: string): MountedUrl {
  const [path = '', ...search] = (request.url ?? '/').split('?');
  const [shownPath = ''] = (request.originalUrl ?? request.url ?? '/').split('?');
  // Where only the original URL has the mount, it was taken off already.
  if (!isBelow(path, mount) && !isBelow(shownPath, mount)) throw nothingAt(path);
  const inner = isBelow(path, mount) ? path.slice(mount.length) : path;
  const isMountItself = inner === '' || (inner === '/' && !shownPath.endsWith('/'));
  return { path: isMountItself ? '' : inner, query: new URLSearchParams(search.join('?')), shownPath };
}

function isBelow(path: string, mount: string): boolean {
  return path === mount || path.startsWith(`${mount}/`);
}
