// Asks a server what it is: INFO first, which every server answers, then CONFIG GET, which managed ones forbid.
import type { Redis } from 'ioredis';

/** What Acktor needs to know of a server. */
export interface ServerFacts {
  readonly kind: 'redis' | 'valkey';
  /** The version of that kind of server, such as `7.2.5`. */
  readonly version: string;
  /** Changes with every start of the server. */
  readonly runId: string;
  readonly isCluster: boolean;
  /** Whether presence works: sharded pub/sub, from Redis 7.0. */
  readonly hasShardPubSub: boolean;
  /** Whether `confirm: 'fsync'` works: WAITAOF, from Redis 7.2. */
  readonly hasWaitAof: boolean;
  /** The most bytes that the server takes in one text; it hangs up on whoever sends more. */
  readonly maxTextBytes: number;
  readonly persistence: PersistenceFacts;
}

/** The settings that decide whether an accepted job can be lost; undefined where the server does not tell. */
export interface PersistenceFacts {
  readonly isAppendOnly: boolean | undefined;
  readonly appendFsync: string | undefined;
  /** Whether `no-appendfsync-on-rewrite` is on, so that nothing reaches the disk for certain during a rewrite. */
  readonly skipsFsyncOnRewrite: boolean | undefined;
  readonly evictionPolicy: string | undefined;
}

/** Of every server that does not tell (`proto-max-bulk-len`). */
const DEFAULT_MAX_TEXT_BYTES = 536_870_912;

/** Reads the facts in two round trips; a server that forbids CONFIG leaves `appendFsync` undefined. */
export async function readServerFacts(client: Redis): Promise<ServerFacts> {
  // Without a section: asking for several at once needs Redis 7.
  const info = parseInfo(await client.info());
  const kind = info.has('valkey_version') || info.get('server_name') === 'valkey' ? 'valkey' : 'redis';
  const version = info.get('valkey_version') ?? info.get('redis_version') ?? '0.0.0';
  const [maxTextBytes = DEFAULT_MAX_TEXT_BYTES, persistence] = await Promise.all([
    readSetting(client, 'proto-max-bulk-len'),
    readPersistence(client, info),
  ]);
  return {
    kind,
    version,
    runId: info.get('run_id') ?? '',
    isCluster: info.get('cluster_enabled') === '1',
    hasShardPubSub: kind === 'valkey' || isVersionAtLeast(version, 7, 0),
    hasWaitAof: kind === 'valkey' || isVersionAtLeast(version, 7, 2),
    maxTextBytes: Number(maxTextBytes),
    persistence,
  };
}

/** What can be relied on where some of the keys are on the one server and some on the other. */
export function weakerOf(one: ServerFacts, other: ServerFacts): ServerFacts {
  const older = isOlder(other.version, one.version) ? other : one;
  return {
    ...older,
    hasShardPubSub: one.hasShardPubSub && other.hasShardPubSub,
    hasWaitAof: one.hasWaitAof && other.hasWaitAof,
    maxTextBytes: Math.min(one.maxTextBytes, other.maxTextBytes),
    persistence: {
      ...older.persistence,
      isAppendOnly: bothTrue(one.persistence.isAppendOnly, other.persistence.isAppendOnly),
      appendFsync:
        one.persistence.appendFsync === 'always' ? other.persistence.appendFsync : one.persistence.appendFsync,
      skipsFsyncOnRewrite: eitherTrue(one.persistence.skipsFsyncOnRewrite, other.persistence.skipsFsyncOnRewrite),
    },
  };
}

function isOlder(one: string, other: string): boolean {
  return one.localeCompare(other, 'en', { numeric: true }) < 0;
}

/** Undefined where neither is true and one is not known. */
function eitherTrue(one: boolean | undefined, other: boolean | undefined): boolean | undefined {
  if (one === true || other === true) return true;
  return one === undefined ? undefined : other;
}

/** Undefined where neither is false and one is not known. */
function bothTrue(one: boolean | undefined, other: boolean | undefined): boolean | undefined {
  if (one === false || other === false) return false;
  return one && other;
}

/** Whether a version such as `6.2.14` is `major.minor` or later. */
export function isVersionAtLeast(version: string, major: number, minor: number): boolean {
  const [ours = 0, oursMinor = 0] = version.split('.').map(Number);
  return ours > major || (ours === major && oursMinor >= minor);
}

async function readPersistence(client: Redis, info: ReadonlyMap<string, string>): Promise<PersistenceFacts> {
  const [appendOnly, appendFsync, skipsFsync, policy] = await Promise.all([
    readSetting(client, 'appendonly'),
    readSetting(client, 'appendfsync'),
    readSetting(client, 'no-appendfsync-on-rewrite'),
    readSetting(client, 'maxmemory-policy'),
  ]);
  return {
    isAppendOnly: asYes(info.get('aof_enabled'), '1') ?? asYes(appendOnly, 'yes'),
    appendFsync,
    skipsFsyncOnRewrite: asYes(skipsFsync, 'yes'),
    evictionPolicy: info.get('maxmemory_policy') ?? policy,
  };
}

async function readSetting(client: Redis, name: string): Promise<string | undefined> {
  try {
    const reply: unknown = await client.config('GET', name);
    return Array.isArray(reply) && typeof reply[1] === 'string' ? reply[1] : undefined;
  } catch (error) {
    // "unknown command" and NOPERM are how managed servers say that CONFIG is theirs alone.
    if (error instanceof Error && error.name === 'ReplyError') return undefined;
    throw error;
  }
}

/** `INFO` as names and values. */
export function parseInfo(text: string): ReadonlyMap<string, string> {
  const lines = text.split(/\r?\n/).filter((line) => line.includes(':'));
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]));
}

function asYes(value: string | undefined, yes: string): boolean | undefined {
  return value === undefined ? undefined : value === yes;
}
