// Where a request comes from: whether from a page of our own, and from which address.
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { isIP, isIPv6 } from 'node:net';
import { RequestError } from '../errors.js';

/**
 * Refuses requests of another site's page, which would use its visitor's rights. Programs other than browsers name no site, and pass.
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
 * Refuses requests to another host name than this machine's own, and requests through a proxy. Where this machine is trusted, a page
 * whose name was made to resolve to 127.0.0.1 is not, nor is a proxy that forwards others' requests.
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

/** Any of these shows that a proxy forwards the request: most proxies can be configured to send just one. */
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

/** The part of a request that names its sender. */
export interface Sender {
  readonly socket: { readonly remoteAddress?: string | undefined };
  readonly headers: IncomingHttpHeaders;
}

/**
 * The address that a request came from, as a key to count by.
 *
 * @param trustProxy how many proxies of the operator's own stand in front. Each appends to `X-Forwarded-For` the address that it
 * was called from, so the entry of the outermost is that many from the end; entries before it can be forged.
 */
export function clientAddress({ socket, headers }: Sender, trustProxy: number): string {
  const own = socket.remoteAddress ?? '';
  const forwarded = trustProxy === 0 ? [] : String(headers['x-forwarded-for'] ?? '').split(',');
  const outermost = forwarded.at(-trustProxy)?.trim() ?? '';
  return addressKey(isIP(outermost) === 0 ? own : outermost);
}

/** An IPv4 address as it is; of an IPv6 address the first 64 bits, for a client usually has a whole network of the rest. */
export function addressKey(address: string): string {
  const v4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (v4 !== undefined) return v4;
  if (!isIPv6(address)) return address === '' ? 'nowhere' : address;
  const [head = '', tail] = address.split('::');
  const [first, last] = [groupsOf(head), groupsOf(tail ?? '')];
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - first.length - last.length }, () => '0');
  return `${[...first, ...zeros, ...last].slice(0, 4).join(':')}::/64`;
}

function groupsOf(text: string): readonly string[] {
  return text === '' ? [] : text.split(':').map((group) => group.toLowerCase().replace(/^0+(?=.)/, ''));
}
