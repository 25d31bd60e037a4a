// The page itself. It holds nothing that is secret, so it needs nobody: what it shows it has to ask for.
import type { SessionSeal } from '../access/session-seal.js';
import type { TokenDesk } from '../access/token-desk.js';
import { nothingAt } from '../http/route-finder.js';
import type { Answer, Call, Route } from '../http/route.js';
import type { WebPage } from '../page/web-page.js';
import { signIn } from './session-routes.js';

export interface PageParts {
  readonly page: WebPage;
  readonly seal: SessionSeal;
  readonly tokens: TokenDesk | undefined;
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
  const { cookie } = await signIn(parts, request, token);
  const rest = new URLSearchParams(query);
  rest.delete('token');
  const search = rest.size === 0 ? '' : `?${rest.toString()}`;
  return { status: 303, headers: { location: `./${search}`, 'set-cookie': cookie } };
}
