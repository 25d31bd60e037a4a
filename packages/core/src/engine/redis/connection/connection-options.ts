// What no URL can say of a Redis: options by the names that ioredis has for them, checked, and made the parts of an address.
import { OptionsError, type OptionFault } from '../../../errors.js';
import { defineOptions } from '../../../options/options.js';
import type { OptionTable, OptionValues } from '../../../options/option-spec.js';
import type { AddressParts, DnsLookup, NatMap, Pem, RedisConnection, RedisSource, TlsParts } from './address-parts.js';
import { showHostPort, type HostPort, type RedisEndpoint } from './endpoint.js';

const PLACES = "an array of at least one place such as { host: 'localhost', port: 6379 }";

const tlsTable = {
  ca: {
    type: 'value',
    isSecret: true,
    expected: 'a certificate in PEM, or an array of them',
    accepts: arePems,
    doc: 'Authorities.',
  },
  cert: {
    type: 'value',
    isSecret: true,
    expected: 'a certificate in PEM',
    accepts: isPem,
    doc: 'Our own certificate.',
  },
  key: { type: 'value', isSecret: true, expected: 'a key in PEM', accepts: isPem, doc: 'Its key.' },
  passphrase: { type: 'string', isSecret: true, doc: 'Of the key.' },
  servername: { type: 'string', doc: 'The name that the certificate must be for.' },
  rejectUnauthorized: { type: 'boolean', doc: 'Whether the certificate is checked.' },
  minVersion: { type: 'choice', of: ['TLSv1.3', 'TLSv1.2', 'TLSv1.1', 'TLSv1'], doc: 'Of TLS.' },
  maxVersion: { type: 'choice', of: ['TLSv1.3', 'TLSv1.2', 'TLSv1.1', 'TLSv1'], doc: 'Of TLS.' },
  ciphers: { type: 'string', doc: "In OpenSSL's form." },
  checkServerIdentity: {
    type: 'value',
    expected: 'a function',
    accepts: isFunction,
    doc: 'Checks the names of a certificate.',
  },
} as const satisfies OptionTable;

const connectionTable = {
  host: { type: 'string', expected: 'the name of a host', accepts: isHost, doc: 'The host.' },
  port: { type: 'count', min: 1, max: 65_535, doc: 'The port.' },
  path: { type: 'string', expected: 'the path of a socket', accepts: (text) => text !== '', doc: 'Of a socket.' },
  nodes: { type: 'value', expected: PLACES, accepts: arePlaces, doc: 'Some nodes of a cluster.' },
  sentinels: { type: 'value', expected: PLACES, accepts: arePlaces, doc: 'Some sentinels.' },
  name: {
    type: 'string',
    expected: 'a name',
    accepts: (text) => text !== '',
    doc: 'Of the primary that the sentinels watch.',
  },
  username: { type: 'string', doc: 'The user.' },
  password: { type: 'string', isSecret: true, doc: 'The password.' },
  sentinelUsername: { type: 'string', doc: 'The user at the sentinels.' },
  sentinelPassword: { type: 'string', isSecret: true, doc: 'The password there.' },
  db: { type: 'count', max: 99_999, doc: 'The number of the database.' },
  family: { type: 'value', expected: '0, 4 or 6', accepts: isFamily, doc: 'The version of IP.' },
  tls: { type: 'group', of: tlsTable, doc: 'TLS with the servers.' },
  sentinelTLS: { type: 'group', of: tlsTable, doc: 'TLS with the sentinels.' },
  natMap: {
    type: 'value',
    expected: "places by 'host:port', or a function of that",
    accepts: isNatMap,
    doc: 'Where servers are reached.',
  },
  dnsLookup: { type: 'value', expected: 'a function (host, answer)', accepts: isLookUp, doc: 'Finds IP addresses.' },
} as const satisfies OptionTable;

/** As a group, so that what is wrong is named as its user wrote it: `redis.tls.ca`. */
const connectionOptions = defineOptions({
  redis: { type: 'group', of: connectionTable, required: true, doc: 'Which Redis.' },
});

type Checked = OptionValues<typeof connectionTable>;

/** @throws OptionsError naming all that is unknown or wrong, and what cannot be handed to another thread or process. */
export function requirePlain(options: RedisConnection): void {
  const faults = [...faultsOf(options), ...unportableFaults(options)];
  if (faults.length > 0) throw new OptionsError(faults);
}

/** @throws OptionsError naming all that is unknown or wrong. */
export function partsOfOptions(options: RedisConnection, source: RedisSource): AddressParts {
  const faults = faultsOf(options);
  if (faults.length > 0) throw new OptionsError(faults);
  const { redis } = connectionOptions.check({ redis: options });
  const { username, password, sentinelUsername, sentinelPassword, db = 0, family, natMap, dnsLookup } = redis;
  return {
    endpoint: endpointOf(redis),
    database: db,
    credentials: { username, password },
    sentinelCredentials: { username: sentinelUsername, password: sentinelPassword },
    tls: tlsOf(redis.tls),
    sentinelTls: tlsOf(redis.sentinelTLS),
    ...(family !== undefined && { family }),
    ...(natMap && { reachedAt: reachedBy(natMap) }),
    ...(dnsLookup && { lookUp: lookUpBy(dnsLookup) }),
    source,
  };
}

function faultsOf(options: RedisConnection): readonly OptionFault[] {
  const examined = connectionOptions.examine({ redis: options });
  return 'values' in examined ? placeFaults(examined.values.redis) : examined.faults;
}

/** What the options say together. */
function placeFaults(options: Checked): readonly OptionFault[] {
  const { host, port, path, nodes, sentinels, name, db = 0 } = options;
  const given = [host ?? port, path, nodes, sentinels].filter((place) => place !== undefined).length;
  const faults: OptionFault[] = [];
  const add = (option: string, message: string) => void faults.push({ option, message });
  if (given !== 1)
    add('redis', `expected redis to have one of ${WHERE}, got ${given === 0 ? 'none' : 'more than one'}`);
  if (sentinels && name === undefined)
    add('redis.name', 'expected redis.name, under which the sentinels watch the primary, got nothing');
  if (!sentinels)
    for (const option of OF_SENTINELS)
      if (options[option] !== undefined)
        add(`redis.${option}`, `expected redis.${option} beside redis.sentinels alone`);
  if (nodes && db > 0) add('redis.db', `expected redis.db to be 0, got ${db} (a cluster has database 0 only)`);
  return faults;
}

const WHERE = 'host (with port), path, nodes (of a cluster) and sentinels';
const OF_SENTINELS = ['name', 'sentinelUsername', 'sentinelPassword', 'sentinelTLS'] as const;

/** What only a module may have: functions, and the bytes of certificates. */
function unportableFaults({ natMap, dnsLookup, tls, sentinelTLS }: RedisConnection): readonly OptionFault[] {
  const all = Object.entries({ natMap, dnsLookup, ...named('tls', tls), ...named('sentinelTLS', sentinelTLS) });
  return all.flatMap(([name, value]) => {
    const option = `redis.${name}`;
    if (typeof value === 'function') return [{ option, message: `expected ${option} in a module, ${CANNOT_CROSS}` }];
    const hasBytes = [value].flat().some((one) => one instanceof Uint8Array);
    return hasBytes ? [{ option, message: `expected ${option} as text, got bytes (readFileSync(path, 'utf8'))` }] : [];
  });
}

function named(group: string, options: object | undefined): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(options ?? {}).map(([name, value]) => [`${group}.${name}`, value]));
}

const CANNOT_CROSS =
  "got a function here, which cannot cross into the heartbeat's thread: export a function that returns these options, and name " +
  "its module: redis: { module: new URL('./redis.js', import.meta.url).href, exportName: 'redis' }";

function endpointOf({
  host = 'localhost',
  port = 6_379,
  path,
  nodes,
  sentinels,
  name = '',
  tls,
}: Checked): RedisEndpoint {
  const isEncrypted = tls !== undefined;
  if (path !== undefined) return { kind: 'unix', path };
  if (nodes) return { kind: 'cluster', nodes: nodes.map(withPort(6_379)), isEncrypted };
  if (sentinels) return { kind: 'sentinel', sentinels: sentinels.map(withPort(26_379)), master: name, isEncrypted };
  return { kind: 'tcp', host, port, isEncrypted };
}

function withPort(defaultPort: number) {
  return ({ host, port = defaultPort }: PlaceInput): HostPort => ({ host, port });
}

function tlsOf(given: Checked['tls']): TlsParts | undefined {
  if (given === undefined) return undefined;
  const { ca, cert, key, ...rest } = given;
  const texts = { ca: isPem(ca) ? textOf(ca) : ca?.map(textOf), cert: cert && textOf(cert), key: key && textOf(key) };
  return Object.fromEntries(Object.entries({ ...rest, ...texts }).filter(([, value]) => value !== undefined));
}

function textOf(pem: Pem): string {
  return typeof pem === 'string' ? pem : Buffer.from(pem).toString();
}

function reachedBy(map: NatMap): NonNullable<AddressParts['reachedAt']> {
  return (announced) => {
    const key = showHostPort(announced);
    if (typeof map === 'function') return map(key) ?? undefined;
    return Object.hasOwn(map, key) ? map[key] : undefined;
  };
}

function lookUpBy(lookUp: DnsLookup): (host: string) => Promise<string> {
  return (host) =>
    new Promise((resolve, reject) => lookUp(host, (error, address) => (error ? reject(error) : resolve(address))));
}

interface PlaceInput {
  readonly host: string;
  readonly port?: number;
}

function arePlaces(value: unknown): value is readonly PlaceInput[] {
  return Array.isArray(value) && value.length > 0 && value.every(isPlace);
}

function isPlace(value: unknown): value is PlaceInput {
  if (typeof value !== 'object' || value === null) return false;
  const { host, port = 1, ...others } = value as Readonly<Record<string, unknown>>;
  const isPort = Number.isInteger(port) && Number(port) >= 1 && Number(port) <= 65_535;
  return typeof host === 'string' && isHost(host) && isPort && Object.keys(others).length === 0;
}

function isHost(text: string): boolean {
  return text !== '' && !/[\s/@?#]/.test(text);
}

function isFamily(value: unknown): value is 0 | 4 | 6 {
  return value === 0 || value === 4 || value === 6;
}

function isFunction(value: unknown): value is NonNullable<TlsParts['checkServerIdentity']> {
  return typeof value === 'function';
}

function isLookUp(value: unknown): value is DnsLookup {
  return typeof value === 'function';
}

function isNatMap(value: unknown): value is NatMap {
  if (typeof value === 'function') return true;
  return typeof value === 'object' && value !== null && Object.values(value).every(isPlace);
}

function isPem(value: unknown): value is Pem {
  return typeof value === 'string' || value instanceof Uint8Array;
}

function arePems(value: unknown): value is Pem | readonly Pem[] {
  return isPem(value) || (Array.isArray(value) && value.every(isPem));
}
