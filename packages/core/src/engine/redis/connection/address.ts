// Where a Redis listens: read from a URL, shown to people without its password, and turned into client options.
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import type { RedisOptions } from 'ioredis';
import { closestMatch } from 'leven';
import {
  decode,
  endpointOf,
  readUrl,
  showEndpoint,
  showHostPort,
  type HostPort,
  type ReadUrl,
  type RedisEndpoint,
} from './endpoint.js';
import { AddressError } from './redis-errors.js';

/** Options of a client whose replies look as in RESP2. */
export type ClientOptions = RedisOptions & { replyMapping?: 'legacy' };

interface Credentials {
  readonly username: string | undefined;
  readonly password: string | undefined;
}

/** The address of one Redis server, of a cluster, or of sentinels. Printing it in any way (text, JSON, inspection) does not show the password. */
export class RedisAddress {
  readonly endpoint: RedisEndpoint;
  /** The number of the database on that server, from 0. */
  readonly database: number;
  readonly #credentials: Credentials;
  readonly #sentinelCredentials: Credentials;
  readonly #tls: TlsParts | undefined;
  readonly #read: ReadUrl;

  private constructor(read: ReadUrl) {
    const { url } = read;
    this.#read = read;
    this.endpoint = endpointOf(read);
    checkParameters(this.endpoint, read);
    this.database = databaseOf(this.endpoint, read);
    this.#credentials = credentialsOf(read);
    this.#sentinelCredentials = parametersOf(url, 'sentinel_username', 'sentinel_password');
    this.#tls = isEncrypted(this.endpoint) ? readTlsParts(url.searchParams) : undefined;
  }

  /**
   * Reads one of
   * - `redis://[user:password@]host[:port][/database]`; the port is 6379 and the database 0 unless given,
   * - `unix:///path/to.sock[?db=n&username=u&password=p]`,
   * - `redis+cluster://[user:password@]host[:port][,host[:port]…]`, some nodes of a cluster,
   * - `redis+sentinel://[user:password@]host[:port][,…]/name[/database]`, sentinels (port 26379) and the name of the primary that
   *   they watch; what they themselves ask for is `?sentinel_username=u&sentinel_password=p`.
   *
   * With `rediss` for `redis`, TLS is spoken with every one of these servers; `?ca=/path.pem` names whom to trust instead of the
   * system's authorities, `cert` and `key` what to show, `servername` the name to expect instead of the host.
   *
   * @throws {AddressError} when the text is none of these, or names a file that cannot be read. Its message holds nothing of the text.
   */
  static parse(text: string): RedisAddress {
    return new RedisAddress(readUrl(text));
  }

  /** The address of a Unix socket by its absolute path. */
  static ofSocket(path: string, password?: string): RedisAddress {
    const query = password === undefined ? '' : `?password=${encodeURIComponent(password)}`;
    return RedisAddress.parse(`unix://${path.split('/').map(encodeURIComponent).join('/')}${query}`);
  }

  /** Whether keys are spread over several servers there, so that each key has a server of its own. */
  get isCluster(): boolean {
    return this.endpoint.kind === 'cluster';
  }

  /**
   * What an ioredis client needs to reach this address; of a cluster or behind sentinels the host is still to be found. Holds
   * the password: for the client only.
   */
  clientOptions(): ClientOptions {
    const { endpoint } = this;
    if (endpoint.kind === 'tcp') return this.clientOptionsAt(endpoint);
    const place = endpoint.kind === 'unix' ? { path: endpoint.path } : { ...(this.#tls && { tls: this.#tls }) };
    return { ...place, db: this.database, ...given(this.#credentials) };
  }

  /** The address of one server of those that this address is made of. */
  nodeAt(place: HostPort): RedisAddress {
    const { username, password, searchParams } = this.#read.url;
    const user = username === '' && password === '' ? '' : `${username}:${password}@`;
    const query = TLS_PARAMETERS.flatMap((name) => {
      const value = searchParams.get(name);
      return value === null ? [] : [`${name}=${encodeURIComponent(value)}`];
    });
    const scheme = this.#tls === undefined ? 'redis' : 'rediss';
    return RedisAddress.parse(`${scheme}://${user}${showHostPort(place)}/${this.database}?${query.join('&')}`);
  }

  /** The same for one server of those that the address is made of. */
  clientOptionsAt({ host, port }: HostPort): ClientOptions {
    return { ...this.#hostOptions({ host, port }), db: this.database, ...given(this.#credentials) };
  }

  /** What a client needs to reach one of the sentinels. */
  sentinelOptionsAt(place: HostPort): ClientOptions {
    return { ...this.#hostOptions(place), ...given(this.#sentinelCredentials) };
  }

  /** The URL as it was given, password and all: for handing on to a child process, never for a message. */
  revealUrl(): string {
    return this.#read.text;
  }

  /** The address for people: without user and password. */
  toString(): string {
    return `${showEndpoint(this.endpoint)}${this.database === 0 ? '' : `, database ${this.database}`}`;
  }

  toJSON(): string {
    return this.toString();
  }

  #hostOptions({ host, port }: HostPort): ClientOptions {
    return { host, port, family: 0, ...(this.#tls && { tls: tlsFor(host, this.#tls) }) };
  }
}

function isEncrypted(endpoint: RedisEndpoint): boolean {
  return endpoint.kind !== 'unix' && endpoint.isEncrypted;
}

function databaseOf({ kind }: RedisEndpoint, { url }: ReadUrl): number {
  const parts = kind === 'unix' ? [] : url.pathname.split('/').slice(kind === 'sentinel' ? 2 : 1);
  const inPath = parts.join('/');
  const number = url.searchParams.get('db') ?? (inPath === '' ? '0' : inPath);
  if (!/^\d{1,5}$/.test(number)) throw new AddressError('the database of the one given is no whole number from 0');
  if (kind === 'cluster' && Number(number) > 0) throw new AddressError('a cluster has database 0 only');
  return Number(number);
}

// A URL with a socket's path has no place for them before the path.
function credentialsOf({ url }: ReadUrl): Credentials {
  if (url.protocol === 'unix:') return parametersOf(url, 'username', 'password');
  const read = (part: string) => (part === '' ? undefined : decode(part));
  return { username: read(url.username), password: read(url.password) };
}

function parametersOf({ searchParams }: URL, username: string, password: string): Credentials {
  const read = (name: string) => searchParams.get(name) ?? undefined;
  return { username: read(username), password: read(password) };
}

function given({ username, password }: Credentials): Partial<Credentials> {
  return { ...(username === undefined ? {} : { username }), ...(password === undefined ? {} : { password }) };
}

function checkParameters(endpoint: RedisEndpoint, { url }: ReadUrl): void {
  const known = [...PARAMETERS[endpoint.kind], ...(isEncrypted(endpoint) ? TLS_PARAMETERS : [])];
  for (const [i, name] of [...url.searchParams.keys()].entries()) {
    if (known.includes(name)) continue;
    const near = closestMatch(name, known, { maxDistance: 2 });
    const advice = near === undefined ? 'user and password stand before the host' : `did you mean "${near}"?`;
    throw new AddressError(`parameter ${i + 1} of the one given is none of ${known.join(', ')} (${advice})`);
  }
}

const PARAMETERS: Readonly<Record<RedisEndpoint['kind'], readonly string[]>> = {
  tcp: ['db'],
  unix: ['db', 'username', 'password'],
  cluster: ['db'],
  sentinel: ['db', 'sentinel_username', 'sentinel_password'],
};

/** What TLS needs besides a host, in PEM. */
export interface TlsParts {
  /** Certificates of the authorities to trust instead of the system's. */
  readonly ca?: string;
  /** Our own certificate, for servers that ask for one, and its key. */
  readonly cert?: string;
  readonly key?: string;
  /** The name that the server's certificate must be for. */
  readonly servername?: string;
}

export const TLS_PARAMETERS = ['ca', 'cert', 'key', 'servername'] as const;

/** Reads the files that the parameters name. @throws AddressError when one cannot be read, or a key has no certificate. */
export function readTlsParts(parameters: URLSearchParams): TlsParts {
  const given = TLS_PARAMETERS.flatMap((name) => {
    const value = parameters.get(name);
    if (value === null) return [];
    return [[name, name === 'servername' ? value : readPem(name, value)] as const];
  });
  const parts: TlsParts = Object.fromEntries(given);
  if ((parts.cert === undefined) !== (parts.key === undefined)) {
    throw new AddressError('of "cert" and "key" the one given has one only');
  }
  return parts;
}

/** The TLS options for that host. A server name is sent for hosts that have one; an IP address is none (RFC 6066). */
export function tlsFor(host: string, parts: TlsParts): TlsParts {
  return isIP(host) === 0 ? { servername: host, ...parts } : parts;
}

function readPem(name: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new AddressError(`the file of its parameter "${name}" cannot be read (${String(cause)})`, { cause });
  }
}

/**
 * The part of a pub/sub channel's name that says which database it belongs to, such as `db1:`. Redis' pub/sub channels know no databases:
 * a message reaches the subscribers of that name in all of them.
 *
 * Empty in database 0, so that processes of older versions and newer ones find each other there.
 */
export function databasePart(database: number): string {
  return database === 0 ? '' : `db${database}:`;
}
