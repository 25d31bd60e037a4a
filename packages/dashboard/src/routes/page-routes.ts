// The page itself. It holds nothing that is secret, so it needs nobody: what it shows it has to ask for.
import { RequestError } from '../errors.js';
import { wantsPage } from '../http/wants-page.js';
import { nothingAt } from '../http/route-finder.js';
import type { Answer, Call, Route } from '../http/route.js';
import type { WebPage } from '../page/web-page.js';
import { REFUSED, type Refused } from '../protocol/requests.js';
import { signIn, type SignInParts } from './session-routes.js';

export interface PageParts extends SignInParts {
  readonly page: WebPage;
}

export function pageRoutes(parts: PageParts): readonly Route[] {
  return [
    { method: 'GET', path: '/', needs: 'nobody', handle: (call) => openPage(parts, call) },
    {
      method: 'GET',
      path: '/*',
      needs: 'nobody',
      handle: async ({ request, response, path }) => {
        if (path.startsWith('/api/') || !(await parts.page.serve(request, response, path))) throw nothingAt(path);
        return 'answered' as const;
      },
    },
  ];
}

async function openPage(parts: PageParts, call: Call): Promise<Answer> {
  const { request, response, query } = call;
  const token = query.get('token');
  if (token !== null && parts.tokens !== undefined) return exchange(parts, call, token);
  await parts.page.serve(request, response, '/index.html');
  return 'answered' as const;
}

/** A token in a URL stays in histories and logs: the browser is sent on without it. */
async function exchange(parts: PageParts, { request, query }: Call, token: string): Promise<Answer> {
  const rest = new URLSearchParams(query);
  rest.delete('token');
  try {
    const { cookie } = await signIn(parts, request, token);
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
