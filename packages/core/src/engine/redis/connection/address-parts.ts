// What names a Redis, and what an address consists of, whatever said it: a URL, options, or a module that makes either.
import type { PeerCertificate, SecureVersion } from 'node:tls';
import type { HostPort, RedisEndpoint } from './endpoint.js';

/** What `redis` takes: a URL, what no URL can say as options, or the module that makes one of these in each thread and process. */
export type RedisSource = string | RedisConnection | RedisModule;

/**
 * Which Redis, and how it is connected to, by ioredis' names. One of `host` (with `port`), `path`, `nodes` (of a cluster) and `sentinels`
 * says where.
 *
 * What is a function cannot cross into the thread of a worker's heartbeat, nor into a supervisor's processes: a {@link RedisModule} makes it there.
 */
export interface RedisConnection {
  /** By default localhost, where a port is given. */
  readonly host?: string | undefined;
  /** By default 6379. */
  readonly port?: number | undefined;
  /** Of a Unix socket. */
  readonly path?: string | undefined;
  /** Some nodes of a cluster; they know the others. */
  readonly nodes?: readonly HostPort[] | undefined;
  /** Some sentinels, which watch the primary under `name`. */
  readonly sentinels?: readonly HostPort[] | undefined;
  readonly name?: string | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly sentinelUsername?: string | undefined;
  readonly sentinelPassword?: string | undefined;
  /** The number of the database; by default 0. */
  readonly db?: number | undefined;
  /** By which version of IP to connect; by default 0, either. */
  readonly family?: 0 | 4 | 6 | undefined;
  /** TLS with the servers, as `node:tls` has it; `{}` for its defaults. */
  readonly tls?: RedisTls | undefined;
  /** TLS with the sentinels. */
  readonly sentinelTLS?: RedisTls | undefined;
  /** Where servers are reached that a cluster or sentinels announce at `host:port`. A function in a module. */
  readonly natMap?: NatMap | undefined;
  /** Finds the IP address of a host, in place of the system. In a module. */
  readonly dnsLookup?: DnsLookup | undefined;
}

/** Places by `host:port`, or a function of that. */
export type NatMap = Readonly<Record<string, HostPort>> | ((announced: string) => HostPort | null | undefined);

export type DnsLookup = (
  host: string,
  answer: (error: Error | null | undefined, address: string, family?: number) => void,
) => void;

/** What of `node:tls` may be set. Certificates and keys are PEM texts, or their bytes. */
export interface RedisTls {
  /** Certificates of the authorities to trust instead of the system's. */
  readonly ca?: Pem | readonly Pem[] | undefined;
  /** Our own certificate, for servers that ask for one, and its key. */
  readonly cert?: Pem | undefined;
  readonly key?: Pem | undefined;
  readonly passphrase?: string | undefined;
  /** The name that the server's certificate must be for, instead of the host. */
  readonly servername?: string | undefined;
  /** False: a server is taken whatever its certificate says. By default true. */
  readonly rejectUnauthorized?: boolean | undefined;
  readonly minVersion?: SecureVersion | undefined;
  readonly maxVersion?: SecureVersion | undefined;
  readonly ciphers?: string | undefined;
  /** Returns what is wrong with the names of a certificate. In a module. */
  readonly checkServerIdentity?: ((host: string, certificate: PeerCertificate) => Error | undefined) | undefined;
}

export type Pem = string | Uint8Array;

/**
 * Which function makes a URL or a {@link RedisConnection}: called once in each process, and in the thread of a worker's heartbeat, whenever
 * something is opened there. It may return a promise, for example of credentials.
 *
 * @example
 * // In redis.ts
 * export const redis = () => ({ host: 'cache.internal', port: 6379, dnsLookup: ourLookup });
 * // Elsewhere
 * await Worker.start({ redis: { module: new URL('./redis.js', import.meta.url).href, exportName: 'redis' }, handlers });
 */
export interface RedisModule {
  /** The module's URL, an absolute path, or a package's name. */
  readonly module: string;
  readonly exportName: string;
  /** Plain data, which the function is called with. */
  readonly options?: unknown;
}

export interface Credentials {
  readonly username: string | undefined;
  readonly password: string | undefined;
}

/** What an address consists of, whatever said it. */
export interface AddressParts {
  readonly endpoint: RedisEndpoint;
  /** The number of the database on that server, from 0. */
  readonly database: number;
  readonly credentials: Credentials;
  readonly sentinelCredentials: Credentials;
  /** Undefined where no TLS is spoken. */
  readonly tls: TlsParts | undefined;
  readonly sentinelTls: TlsParts | undefined;
  /** 4 and 6 for addresses of that version of IP alone; 0, and by default, for either. */
  readonly family?: 0 | 4 | 6;
  /** Where a server is to be reached that others announce at this place; undefined for there. */
  readonly reachedAt?: (announced: HostPort) => HostPort | undefined;
  /** Finds the IP address of a host, in place of the system. */
  readonly lookUp?: (host: string) => Promise<string>;
  /** What it was made of, for another thread or process. */
  readonly source: RedisSource;
}

/** What TLS needs besides a host; certificates and keys in PEM. Node's own names. */
export interface TlsParts {
  /** Certificates of the authorities to trust instead of the system's. */
  readonly ca?: string | readonly string[];
  /** Our own certificate, for servers that ask for one, and its key. */
  readonly cert?: string;
  readonly key?: string;
  readonly passphrase?: string;
  /** The name that the server's certificate must be for. */
  readonly servername?: string;
  /** False: a server is taken whatever its certificate says. */
  readonly rejectUnauthorized?: boolean;
  readonly minVersion?: SecureVersion;
  readonly maxVersion?: SecureVersion;
  readonly ciphers?: string;
  /** Returns what is wrong with a certificate's names. */
  readonly checkServerIdentity?: (host: string, certificate: PeerCertificate) => Error | undefined;
}
