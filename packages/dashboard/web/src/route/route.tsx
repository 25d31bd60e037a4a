// What is shown: a page and its filters, kept in the address after the `#`, so that a view can be shared and the dashboard can be mounted
// at any path.
import { useSyncExternalStore, type ComponentProps } from 'react';

export const pageNames = ['fleet', 'consumers', 'queues', 'jobs', 'dead-letters'] as const;
export type PageName = (typeof pageNames)[number];

export interface Route {
  readonly page: PageName;
  /** The parts after the page's name, such as a queue and a job's id. */
  readonly rest: readonly string[];
  readonly filters: Filters;
}

export type Filters = Readonly<Record<string, string>>;

/** The address of a page; filters without a value are left out. */
export function addressOf(
  page: PageName,
  rest: readonly string[] = [],
  filters: Record<string, string | undefined> = {},
) {
  const path = [page, ...rest.map(encodeURIComponent)].join('/');
  const set = Object.entries(filters).filter((entry): entry is [string, string] => Boolean(entry[1]));
  return set.length === 0 ? `#/${path}` : `#/${path}?${new URLSearchParams(set).toString()}`;
}

export function go(address: string): void {
  window.location.hash = address;
}

/** Changes filters of the present view without an entry in the browser's history. */
export function setFilters(changes: Record<string, string | undefined>): void {
  const { page, rest, filters } = currentRoute();
  window.history.replaceState(null, '', addressOf(page, rest, { ...filters, ...changes }));
  window.dispatchEvent(new HashChangeEvent('hashchange'));
}

export function useRoute(): Route {
  return useSyncExternalStore(subscribe, currentRoute);
}

let known: { readonly hash: string; readonly route: Route } | undefined;

function currentRoute(): Route {
  const { hash } = window.location;
  if (known?.hash !== hash) known = { hash, route: readRoute(hash) };
  return known.route;
}

export function readRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const [first = '', ...rest] = path.split('/').map(decoded);
  return {
    page: pageNames.find((name) => name === first) ?? 'fleet',
    rest: rest.filter((part) => part !== ''),
    filters: Object.fromEntries(new URLSearchParams(query)),
  };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function subscribe(listener: () => void): () => void {
  window.addEventListener('hashchange', listener);
  return () => window.removeEventListener('hashchange', listener);
}

interface LinkProps extends Omit<ComponentProps<'a'>, 'href' | 'rest'> {
  readonly page: PageName;
  readonly rest?: readonly string[];
  readonly filters?: Record<string, string | undefined>;
}

export function Link({ page, rest, filters, children, ...others }: LinkProps) {
  return (
    <a {...others} href={addressOf(page, rest, filters)}>
      {children}
    </a>
  );
}
