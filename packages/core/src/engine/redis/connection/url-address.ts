// What a Redis URL says, besides where it points: database, credentials, parameters, the files of TLS.
import { readFileSync } from 'node:fs';
import { closestMatch } from 'leven';
import type { AddressParts, Credentials, TlsParts } from './address-parts.js';
import { decode, endpointOf, isEncrypted, readUrl, type ReadUrl, type RedisEndpoint } from './endpoint.js';
import { AddressError } from './redis-errors.js';

/** @throws AddressError when the text is no such URL, or names a file that cannot be read. Its message holds nothing of the text. */
export function partsOfUrl(text: string): AddressParts {
  const read = readUrl(text);
  const { url } = read;
  const endpoint = endpointOf(read);
  checkParameters(endpoint, read);
  const tls = isEncrypted(endpoint) ? readTlsParts(url.searchParams) : undefined;
  return {
    endpoint,
    database: databaseOf(endpoint, read),
    credentials: credentialsOf(read),
    sentinelCredentials: parametersOf(url, 'sentinel_username', 'sentinel_password'),
    tls,
    sentinelTls: tls,
    source: text,
  };
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

const TLS_PARAMETERS = ['ca', 'cert', 'key', 'servername'] as const;

/** Reads the files that the parameters name. @throws AddressError when one cannot be read, or a key has no certificate. */
function readTlsParts(parameters: URLSearchParams): TlsParts {
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

function readPem(name: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new AddressError(`the file of its parameter "${name}" cannot be read (${String(cause)})`, { cause });
  }
}
