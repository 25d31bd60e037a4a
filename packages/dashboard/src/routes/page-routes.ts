// The page itself. It holds no data, so it needs no session: what it shows it requests from the routes that do.
import { existsSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import sirv from 'sirv';
import { RequestError } from '../errors.js';
import { wantsPage } from '../http/response.js';
import { nothingAt, type Answer, type Call, type Route } from '../http/route.js';
import { REFUSED, type Refused } from '../protocol/requests.js';
import { signIn, type SignInDeps } from './session-routes.js';

export interface PageDeps extends SignInDeps {
  readonly page: WebPage;
}

export function pageRoutes(deps: PageDeps): readonly Route[] {
  return [
    { method: 'GET', path: '/', needs: 'anonymous', handle: (call) => openPage(deps, call) },
    {
      method: 'GET',
      path: '/*',
      needs: 'anonymous',
      handle: async ({ request, response, path }) => {
        if (path.startsWith('/api/') || !(await deps.page.serve(request, response, path))) throw nothingAt(path);
        return 'answered' as const;
      },
    },
  ];
}

async function openPage(deps: PageDeps, call: Call): Promise<Answer> {
  const { request, response, query } = call;
  const token = query.get('token');
  if (token !== null && deps.tokens !== undefined) return signInByLink(deps, call, token);
  await deps.page.serve(request, response, '/index.html');
  return 'answered' as const;
}

/** A token in a URL would stay in histories and logs: the browser is redirected to the page without it. */
async function signInByLink(deps: PageDeps, { request, query }: Call, token: string): Promise<Answer> {
  const rest = new URLSearchParams(query);
  rest.delete('token');
  try {
    const { cookie } = await signIn(deps, request, token);
    return redirect(rest, { 'set-cookie': cookie });
  } catch (error) {
    const refused = wantsPage(request) ? refusedFor(error) : undefined;
    if (refused === undefined) throw error;
    rest.set(REFUSED, refused);
    return redirect(rest);
  }
}

function redirect(query: URLSearchParams, headers: Readonly<Record<string, string>> = {}): Answer {
  const search = query.size === 0 ? '' : `?${query.toString()}`;
  return { status: 303, headers: { location: `./${search}`, ...headers } };
}

/** Why the token in a link was refused: the page says so, and has the form to sign in with. */
function refusedFor(error: unknown): Refused | undefined {
  if (!(error instanceof RequestError)) return undefined;
  if (error.code === 'ACKTOR_WRONG_TOKEN') return 'wrong';
  return error.code === 'ACKTOR_TOO_MANY_TOKENS' ? 'many' : undefined;
}

export interface WebPage {
  /** Answers with a file; resolves with false when there is none at that path. */
  serve(request: IncomingMessage, response: ServerResponse, path: string): Promise<boolean>;
}

/** Serves the files of a folder, by default those of this package's build. */
export function openWebPage(folder = BUILT): WebPage {
  if (!existsSync(`${folder}/index.html`)) return missingPage;
  const files = sirv(folder, { etag: true, dotfiles: false, setHeaders: setCaching });
  return {
    serve: (request, response, path) => {
      // sirv expects the path without the mount.
      request.url = path;
      return new Promise((resolve) => {
        response.once('close', () => resolve(true));
        files(request, response, () => resolve(false));
      });
    },
  };
}

const BUILT = fileURLToPath(new URL('../web', import.meta.url));

/** Vite names the files in `assets` by their content, so they never change; the page that names them is revalidated each time. */
function setCaching(response: ServerResponse, path: string): void {
  const isByContent = path.startsWith('/assets/');
  response.setHeader('cache-control', isByContent ? 'public, max-age=31536000, immutable' : 'no-cache');
}

const missingPage: WebPage = {
  serve: (_, response, path) => {
    if (path !== '/index.html') return Promise.resolve(false);
    response.writeHead(503, { 'content-type': 'text/plain; charset=utf-8' }).end(HOW_TO_BUILD);
    return Promise.resolve(true);
  },
};

const HOW_TO_BUILD = `The dashboard's server runs, but its page is not built. Build it with

  npm run build

in the repository, then start the dashboard again. The published package has it built.
`;
