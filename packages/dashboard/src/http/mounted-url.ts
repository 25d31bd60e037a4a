// Where in the dashboard a request goes, wherever the dashboard is mounted.
import type { IncomingMessage } from 'node:http';
import { nothingAt } from './route-finder.js';

export interface MountedUrl {
  /** From the mount, as it was sent: `/api/session`; empty for the mount itself without its slash. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** What people see of the path: with the mount in front. */
  readonly shownPath: string;
}

/** A mount without the slashes at its end: nothing for the root. @throws TypeError for what is no path. */
export function mountPath(mount: string): string {
  if (mount === '' || mount.startsWith('/')) return mount.replace(/\/+$/, '');
  throw new TypeError(`expected a path such as /acktor to mount the dashboard at, got ${JSON.stringify(mount)}`);
}

/**
 * Takes the mount off a request's URL. Express takes it off by itself and keeps the whole in `originalUrl`.
 *
 * @param mount the path in front, such as `/acktor`, or nothing.
 * @throws RequestError ACKTOR_NOT_FOUND for a request that is not below it: the dashboard is there, and nowhere else.
 */
export function mountedUrl(request: IncomingMessage & { readonly originalUrl?: string }, mount: string): MountedUrl {
  const [path = '', ...search] = (request.url ?? '/').split('?');
  const [shownPath = ''] = (request.originalUrl ?? request.url ?? '/').split('?');
  // Taken off already where only the whole has it.
  if (!isBelow(path, mount) && !isBelow(shownPath, mount)) throw nothingAt(path);
  const inner = isBelow(path, mount) ? path.slice(mount.length) : path;
  const isMountItself = inner === '' || (inner === '/' && !shownPath.endsWith('/'));
  return { path: isMountItself ? '' : inner, query: new URLSearchParams(search.join('?')), shownPath };
}

function isBelow(path: string, mount: string): boolean {
  return path === mount || path.startsWith(`${mount}/`);
}
