// The page's files, as Vite has built them.
import { existsSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import sirv from 'sirv';

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
