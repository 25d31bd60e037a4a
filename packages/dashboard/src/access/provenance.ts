// Where a request comes from: from a page of our own, or from one that wants to use its visitor's rights.
import type { IncomingMessage } from 'node:http';
import { RequestError } from '../errors.js';

/**
 * Refuses what another site's page sends. Programs that are no browser say nothing of a site, and pass.
 *
 * @param origins the origins that people see, where a proxy in front passes another Host.
 * @throws RequestError ACKTOR_CROSS_ORIGIN.
 */
export function requireOwnOrigin({ headers }: IncomingMessage, origins: readonly string[]): void {
  const site = headers['sec-fetch-site'];
  const isOwnSite = site === undefined || site === 'same-origin' || site === 'none';
  if (!isOwnSite || !isOwnOrigin(headers.origin, headers.host, origins)) throw crossOrigin(headers.origin ?? site);
}

/**
 * Refuses a name of ours that is not the machine's own, and a proxy. Where this machine is trusted, a page whose name was made
 * to mean 127.0.0.1 is not, nor is a proxy that speaks for others.
 *
 * @throws RequestError ACKTOR_BAD_HOST.
 */
export function requireLocalHost({ headers }: IncomingMessage): void {
  const name = hostName(headers.host);
  const isProxied = PROXY_HEADERS.some((header) => headers[header] !== undefined);
  if (name !== undefined && isLoopbackName(name) && !isProxied) return;
  throw new RequestError(
    403,
    'ACKTOR_BAD_HOST',
    'expected a request to localhost, 127.0.0.1 or [::1] from this machine itself: with another name, or through a proxy, ' +
      'the dashboard needs tokens in place of trustMachine',
  );
}

/** Whether only this machine can reach an address or a name. */
export function isLoopbackName(name: string): boolean {
  return name === 'localhost' || name.endsWith('.localhost') || name === '::1' || /^127(\.\d{1,3}){3}$/.test(name);
}

/** By any of them a proxy says that it speaks for another: most proxies can be told to send just one. */
const PROXY_HEADERS = [
  'forwarded',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-proto',
  'x-forwarded-server',
  'x-original-forwarded-for',
  'x-real-ip',
  'x-client-ip',
  'x-cluster-client-ip',
  'x-envoy-external-address',
  'true-client-ip',
  'cf-connecting-ip',
  'fastly-client-ip',
  'fly-client-ip',
] as const;

function isOwnOrigin(origin: string | undefined, host: string | undefined, origins: readonly string[]): boolean {
  if (origin === undefined || origins.includes(origin)) return true;
  // "null", a sandboxed page's origin, is no URL.
  return host !== undefined && URL.canParse(origin) && new URL(origin).host === host.toLowerCase();
}

function hostName(host: string | undefined): string | undefined {
  if (host === undefined || !URL.canParse(`http://${host}`)) return undefined;
  return new URL(`http://${host}`).hostname.replace(/^\[(.*)\]$/, '$1');
}

function crossOrigin(from: string | undefined): RequestError {
  return new RequestError(
    403,
    'ACKTOR_CROSS_ORIGIN',
    `expected a request of the dashboard's own page, got one of ${JSON.stringify(from)}: behind a proxy that passes another ` +
      `Host, name what people see in origins: ['https://…']`,
  );
}
