// The page itself. It holds nothing that is secret, so it needs nobody: what it shows it has to ask for.
import sirv from 'sirv';
import { RequestError } from '../errors.js';
import { wantsPage } from '../http/wants-page.js';
import { nothingAt } from '../http/route-finder.js';
import type { Answer, Call, Route } from '../http/route.js';
import { REFUSED, type Refused } from '../protocol/requests.js';
import { signIn, type SignInDeps } from './session-routes.js';
import { existsSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';

export interface PageDeps extends SignInDeps {
  readonly page: WebPage;
}

export function pageRoutes(deps: PageDeps): readonly Route[] {
  return [
    { method: 'GET', path: '/', needs: 'nobody', handle: (call) => openPage(deps, call) },
    {
      method: 'GET',
      path: '/*',
      needs: 'nobody',
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
  if (token !== null && deps.tokens !== undefined) return exchange(deps, call, token);
  await deps.page.serve(request, response, '/index.html');
  return 'answered' as const;
}

/** A token in a URL stays in histories and logs: the browser is sent on without it. */
async function exchange(deps: PageDeps, { request, query }: Call, token: string): Promise<Answer> {
  const rest = new URLSearchParams(query);
  rest.delete('token');
  try {
    const { cookie } = await signIn(deps, request, token);
    return sendOn(rest, { 'set-cookie': cookie });
  } catch (error) {
    const refused = wantsPage(request) ? refusedFor(error) : undefined;
    if (refused === undefined) throw error;
    rest.set(REFUSED, refused);
    return sendOn(rest);
  }
}

function sendOn(query: URLSearchParams, headers: Readonly<Record<string, string>> = {}): Answer {
  const search = query.size === 0 ? '' : `?${query.toString()}`;
  return { status: 303, headers: { location: `./${search}`, ...headers } };
}

/** What the page is to say to a person whose link was no good: it has the form to sign in with. */
function refusedFor(error: unknown): Refused | undefined {
  if (!(error instanceof RequestError)) return undefined;
  if (error.code === 'ACKTOR_WRONG_TOKEN') return 'wrong';
  return error.code === 'ACKTOR_TOO_MANY_TOKENS' ? 'many' : undefined;
}

export interface WebPage {
  /** Answers with a file; false when there is none at that path. */
  serve(request: IncomingMessage, response: ServerResponse, path: string): Promise<boolean>;
}

/** The files of a folder, by default those of this package's build. */
export function openWebPage(folder = BUILT): WebPage {
  if (!existsSync(`${folder}/index.html`)) return pageThatIsMissing;
  const files = sirv(folder, { etag: true, dotfiles: false, setHeaders: setCaching });
  return {
    serve: (request, response, path) => {
      // The files know nothing of mounts.
      request.url = path;
      return new Promise((resolve) => {
        response.once('close', () => resolve(true));
        files(request, response, () => resolve(false));
      });
    },
  };
}

const BUILT = fileURLToPath(new URL('../web', import.meta.url));

/** Vite names what is in `assets` by its content, so it never changes; the page that names them is always asked for. */
function setCaching(response: ServerResponse, path: string): void {
  const isByContent = path.startsWith('/assets/');
  response.setHeader('cache-control', isByContent ? 'public, max-age=31536000, immutable' : 'no-cache');
}

const pageThatIsMissing: WebPage = {
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
