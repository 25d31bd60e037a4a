// The parameters of a URL that say how TLS is spoken: whom to trust, what to show, and which name to expect.
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { AddressError } from './redis-errors.js';

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

/** What the client asks of that host. A name for the certificate is sent for hosts that have one; an IP address is none (RFC 6066). */
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
