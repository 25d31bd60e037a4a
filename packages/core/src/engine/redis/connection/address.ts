// Where a Redis listens, and how it is connected to: shown to people without its password, and turned into client options.
import { isIP } from 'node:net';
import type { RedisOptions } from 'ioredis';
import type { AddressParts, Credentials, RedisSource, TlsParts } from './address-parts.js';
import { showEndpoint, type HostPort, type RedisEndpoint } from './endpoint.js';
import { partsOfUrl } from './url-address.js';

/** Options of a client whose replies look as in RESP2. */
export type ClientOptions = RedisOptions & { replyMapping?: 'legacy' };

/** The address of one Redis server, of a cluster, or of sentinels. Printing it in any way (text, JSON, inspection) does not show the password. */
export class RedisAddress {
  readonly endpoint: RedisEndpoint;
  /** The number of the database on that server, from 0. */
  readonly database: number;
  readonly #parts: AddressParts;

  /** Of parts that are checked: by {@link RedisAddress.parse}, or as options. */
  constructor(parts: AddressParts) {
    this.endpoint = parts.endpoint;
    this.database = parts.database;
    this.#parts = parts;
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
    return new RedisAddress(partsOfUrl(text));
  }

  /** The address of a Unix socket by its absolute path. */
  static ofSocket(path: string, password?: string): RedisAddress {
    const query = password === undefined ? '' : `?password=${encodeURIComponent(password)}`;
    return RedisAddress.parse(`unix://${path.split('/').map(encodeURIComponent).join('/')}${query}`);
  }

  /** The server's user that connects there; `default` where none is named. */
  get user(): string {
    return this.#parts.credentials.username ?? 'default';
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
    const { tls, credentials, family } = this.#parts;
    if (endpoint.kind === 'tcp') return this.clientOptionsAt(endpoint);
    const place = {
      ...(endpoint.kind === 'unix' ? { path: endpoint.path } : family && { family }),
      ...(tls && { tls }),
    };
    return { ...place, db: this.database, ...given(credentials) } as ClientOptions;
  }

  /** The address of one server of those that this address is made of. */
  nodeAt(place: HostPort): RedisAddress {
    const endpoint = { kind: 'tcp', ...place, isEncrypted: this.#parts.tls !== undefined } as const;
    return new RedisAddress({ ...this.#parts, endpoint });
  }

  /** The same for one server of those that the address is made of. */
  clientOptionsAt(place: HostPort): ClientOptions {
    const { tls, credentials } = this.#parts;
    return { ...this.#hostOptions(place, tls), db: this.database, ...given(credentials) };
  }

  /** What a client needs to reach one of the sentinels. */
  sentinelOptionsAt(place: HostPort): ClientOptions {
    const { sentinelTls, sentinelCredentials } = this.#parts;
    return { ...this.#hostOptions(place, sentinelTls), ...given(sentinelCredentials) };
  }

  /** Where a server is reached that a cluster, or a sentinel, announces at this place. */
  reachedAt(announced: HostPort): HostPort {
    return this.#parts.reachedAt?.(announced) ?? announced;
  }

  /** What finds the IP address of a host; undefined where the system does. */
  get lookUp(): AddressParts['lookUp'] {
    return this.#parts.lookUp;
  }

  /** The URL as it was given, password and all: for handing on to a child process, never for a message. @throws TypeError for what no URL said. */
  revealUrl(): string {
    const { source } = this.#parts;
    if (typeof source === 'string') return source;
    throw new TypeError(`expected ${this.toString()} to come from a URL, but options or a module said it`);
  }

  /** What it was made of, password and all: for another thread or process, never for a message. */
  revealSource(): RedisSource {
    return this.#parts.source;
  }

  /** The address for people: without user and password. */
  toString(): string {
    return `${showEndpoint(this.endpoint)}${this.database === 0 ? '' : `, database ${this.database}`}`;
  }

  toJSON(): string {
    return this.toString();
  }

  #hostOptions({ host, port }: HostPort, tls: TlsParts | undefined): ClientOptions {
    const { family = 0 } = this.#parts;
    return { host, port, family, ...(tls && { tls: tlsFor(host, tls) }) } as ClientOptions;
  }
}

function given({ username, password }: Credentials): Partial<Credentials> {
  return { ...(username === undefined ? {} : { username }), ...(password === undefined ? {} : { password }) };
}

/** The TLS options for that host. A server name is sent for hosts that have one; an IP address is none (RFC 6066). */
export function tlsFor(host: string, parts: TlsParts): TlsParts {
  return isIP(host) === 0 ? { servername: host, ...parts } : parts;
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
