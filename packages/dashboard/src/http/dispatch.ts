// From a request to its route, through the gate, to an answer.
import type { GuardedLog } from '@acktor/core/internal';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Gate } from '../access/gate.js';
import { answerError } from './answer-error.js';
import { readBody } from './body.js';
import { mountedUrl, type MountedUrl } from './mounted-url.js';
import { sendAnswer, setSafeHeaders } from './response.js';
import type { Answer, Route } from './route.js';
import { createRouteFinder } from './route-finder.js';

export interface DispatchDeps {
  readonly routes: readonly Route[];
  readonly gate: Gate;
  readonly logger: GuardedLog;
  readonly onSession?: ((request: IncomingMessage) => void) | undefined;
}

/** Answers one request, whatever it is, below a mount such as `/acktor`. Never rejects. */
export type Dispatch = (request: IncomingMessage, response: ServerResponse, mount: string) => Promise<void>;

export function createDispatch({ routes, gate, logger, onSession }: DispatchDeps): Dispatch {
  const find = createRouteFinder(routes);
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

/** The page's URLs are relative: they need the mount to end in a slash. */
function withSlash({ shownPath, query }: MountedUrl): Answer {
  const name = shownPath.split('/').at(-1) ?? '';
  const search = query.size === 0 ? '' : `?${query.toString()}`;
  return { status: 308, headers: { location: `${name}/${search}` } };
}
