// Where in the dashboard a request goes, wherever the dashboard is mounted.
import type { IncomingMessage } from 'node:http';

export interface MountedUrl {
  /** From the mount, as it was sent: `/api/session`; empty for the mount itself without its slash. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** What people see of the path: with the mount in front. */
  readonly shownPath: string;
}

/**
 * Takes the mount off a request's URL. Express takes it off by itself and keeps the whole in `originalUrl`.
 *
 * @param mount the path in front, such as `/acktor`, or nothing.
 */
export function mountedUrl(request: IncomingMessage & { readonly originalUrl?: string }, mount: string): MountedUrl {
  const [path = '', ...search] = (request.url ?? '/').split('?');
  const [shownPath = ''] = (request.originalUrl ?? request.url ?? '/').split('?');
  const isBelow = mount !== '' && (path === mount || path.startsWith(`${mount}/`));
  const inner = isBelow ? path.slice(mount.length) : path;
  const isMountItself = inner === '' || (inner === '/' && !shownPath.endsWith('/'));
  return { path: isMountItself ? '' : inner, query: new URLSearchParams(search.join('?')), shownPath };
}
