// What a Redis URL points at: one server, a cluster, or sentinels that know where the server is.
import { AddressError } from './redis-errors.js';

/** A host and a port. */
export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** What an address points at; `isEncrypted` is TLS, to every server of it. */
export type RedisEndpoint =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number; readonly isEncrypted: boolean }
  | { readonly kind: 'unix'; readonly path: string }
  /** Some nodes of a cluster; they know the others. */
  | { readonly kind: 'cluster'; readonly nodes: readonly HostPort[]; readonly isEncrypted: boolean }
  /** Some sentinels, and the name under which they watch the primary. */
  | {
      readonly kind: 'sentinel';
      readonly sentinels: readonly HostPort[];
      readonly master: string;
      readonly isEncrypted: boolean;
    };

/** A URL, read as far as its scheme allows: of several hosts the URL holds the first, `hosts` all. */
export interface ReadUrl {
  readonly text: string;
  readonly url: URL;
  readonly hosts: readonly string[];
}

/** @throws AddressError when the text is no URL. */
export function readUrl(text: string): ReadUrl {
  // No URL has more than one host, so all but the first are taken out before the rest is read as one.
  const [, head = '', list = '', tail = ''] = SEVERAL_HOSTS.exec(text) ?? [];
  const hosts = list.split(',');
  const single = hosts.length === 1 ? text : `${head}${hosts[0]}${tail}`;
  if (!URL.canParse(single)) throw new AddressError(`the one given cannot be read as a URL: ${ESCAPES}`);
  const url = new URL(single);
  // A plain client would pass over what comes after it, and show the rest.
  if (url.hash !== '') throw new AddressError(`the one given has a part behind a "#": ${ESCAPES}`);
  return { text, url, hosts };
}

/** @throws AddressError when the URL's scheme is none of ours, or it names nothing to connect to. */
export function endpointOf(read: ReadUrl): RedisEndpoint {
  const endpoint = SCHEMES[read.url.protocol]?.(read);
  if (endpoint === undefined) throw new AddressError(`the scheme of the one given is ${foreignScheme(read.url)}`);
  return endpoint;
}

/** Whether TLS is spoken there. */
export function isEncrypted(endpoint: RedisEndpoint): boolean {
  return endpoint.kind !== 'unix' && endpoint.isEncrypted;
}

/** The endpoint for people. */
export function showEndpoint(endpoint: RedisEndpoint): string {
  if (endpoint.kind === 'unix') return `unix://${endpoint.path}`;
  const scheme = endpoint.isEncrypted ? 'rediss' : 'redis';
  if (endpoint.kind === 'tcp') return `${scheme}://${showHostPort(endpoint)}`;
  if (endpoint.kind === 'cluster') return `${scheme}+cluster://${endpoint.nodes.map(showHostPort).join(',')}`;
  return `${scheme}+sentinel://${endpoint.sentinels.map(showHostPort).join(',')}/${endpoint.master}`;
}

export function showHostPort({ host, port }: HostPort): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Undoes the escapes of a part of a URL. @throws AddressError when they are none. */
export function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new AddressError('the one given holds a "%" that encodes nothing; write a plain "%" as "%25"');
  }
}

const ESCAPES = 'within a user or a password, "@" is written as "%40", "/" as "%2F", "#" as "%23", "?" as "%3F"';

/** Names a well-known scheme only: what looks like a scheme may be the user of an address without one. */
function foreignScheme({ protocol }: URL): string {
  return /^(https?|wss?|tcp|valkeys?|postgres(ql)?|mysql|mongodb|amqps?|file):$/.test(protocol)
    ? `"${protocol}//"`
    : 'none of these';
}

/** Scheme and credentials; hosts; path and parameters. */
const SEVERAL_HOSTS = /^([a-z+]+:\/\/(?:[^/?#]*@)?)([^/?#@]*)(.*)$/is;

const SCHEMES: Readonly<Record<string, (read: ReadUrl) => RedisEndpoint>> = {
  'redis:': (read) => ({ kind: 'tcp', ...onlyHostPort(read), isEncrypted: false }),
  'rediss:': (read) => ({ kind: 'tcp', ...onlyHostPort(read), isEncrypted: true }),
  'redis+cluster:': (read) => ({ kind: 'cluster', nodes: hostPortsOf(read, 6379), isEncrypted: false }),
  'rediss+cluster:': (read) => ({ kind: 'cluster', nodes: hostPortsOf(read, 6379), isEncrypted: true }),
  'redis+sentinel:': (read) => ({ ...sentinelsOf(read), isEncrypted: false }),
  'rediss+sentinel:': (read) => ({ ...sentinelsOf(read), isEncrypted: true }),
  'unix:': unixEndpoint,
};

function onlyHostPort({ hosts }: ReadUrl): HostPort {
  if (hosts.length > 1) {
    throw new AddressError('the one given names several hosts, which only redis+cluster:// and redis+sentinel:// may');
  }
  return hostPortOf(hosts[0] ?? '', 6379);
}

function hostPortsOf({ hosts }: ReadUrl, defaultPort: number): readonly HostPort[] {
  return hosts.map((host) => hostPortOf(host, defaultPort));
}

function hostPortOf(host: string, defaultPort: number): HostPort {
  if (host === '') throw new AddressError('the one given names no host, or an empty one');
  if (!URL.canParse(`redis://${host}`)) throw new AddressError('of the one given, a host is none with a port');
  const { hostname, port } = new URL(`redis://${host}`);
  if (port === '0') throw new AddressError('the one given has port 0, which cannot be connected to');
  return {
    host: decode(hostname).replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? defaultPort : Number(port),
  };
}

function sentinelsOf(read: ReadUrl) {
  const [, master = ''] = read.url.pathname.split('/');
  if (master === '') throw new AddressError('the one given does not end with the name of the primary that they watch');
  if (master.includes('@')) throw new AddressError(`the one given has a "@" in the name of the primary: ${ESCAPES}`);
  return { kind: 'sentinel', sentinels: hostPortsOf(read, 26_379), master: decode(master) } as const;
}

function unixEndpoint({ url }: ReadUrl): RedisEndpoint {
  if (url.host !== '') throw new AddressError('a socket path is absolute and starts after the third slash');
  if (url.pathname.length < 2) throw new AddressError('the one given names no socket');
  return { kind: 'unix', path: decode(url.pathname) };
}
