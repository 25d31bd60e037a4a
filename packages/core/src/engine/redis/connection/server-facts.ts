// Reads a server's properties and its health: from INFO, which every server answers, and CONFIG GET, which managed ones forbid.
import type { Redis } from 'ioredis';
import type { ScriptClient } from './redis-script.js';

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
  /** The most bytes that the server takes in one text; it hangs up on a client that sends more. */
  readonly maxTextBytes: number;
  readonly persistence: PersistenceFacts;
}

/** The settings that decide whether an accepted job can be lost; undefined where the server does not reveal them. */
export interface PersistenceFacts {
  readonly isAppendOnly: boolean | undefined;
  readonly appendFsync: string | undefined;
  /** Whether `no-appendfsync-on-rewrite` is on, so that nothing reaches the disk for certain during a rewrite. */
  readonly skipsFsyncOnRewrite: boolean | undefined;
  readonly evictionPolicy: string | undefined;
}

/** Redis' default of `proto-max-bulk-len`, for a server that does not reveal it. */
const DEFAULT_MAX_TEXT_BYTES = 536_870_912;

/** Reads the facts in two round trips; a server that forbids CONFIG leaves `appendFsync` undefined. */
export async function readServerFacts(client: Redis): Promise<ServerFacts> {
  // Without a section: several at once need Redis 7.
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

/** The properties that both servers have, for keys that are spread over them. */
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

/** The health of one server. */
export interface ServerExam {
  readonly facts: ServerFacts;
  /** How long each of twenty pings took, in milliseconds, the shortest first. */
  readonly pingsMs: readonly number[];
  /** By how much the server's clock is ahead of this machine's, corrected by half the way there and back. */
  readonly clockAheadMs: number;
  readonly memory: MemoryExam;
  readonly disk: DiskExam;
  readonly replication: ReplicationExam;
  /** Scripts that took longer than the server's own limit, of its last 128 slow calls; undefined where it does not reveal them. */
  readonly slowScripts: readonly SlowScript[] | undefined;
}

export interface MemoryExam {
  readonly usedBytes: number;
  /** `maxmemory`, or all that the machine has; undefined where neither is known. */
  readonly limitBytes: number | undefined;
  readonly isLimitSet: boolean;
  /** Keys that were deleted for want of memory since the server started. */
  readonly evictedKeys: number;
}

/** Whether the last attempt to write each file failed. */
export interface DiskExam {
  readonly hasAppendFailed: boolean;
  readonly hasRewriteFailed: boolean;
  readonly hasSnapshotFailed: boolean;
}

export interface ReplicationExam {
  readonly isReplica: boolean;
  readonly replicas: number;
  /** How far the one that is furthest behind is behind, in bytes of the replication stream. */
  readonly mostLagBytes: number;
}

export interface SlowScript {
  readonly atMs: number;
  readonly tookMs: number;
}

/** Examines one server, in some thirty round trips. */
export async function examineServer(client: ScriptClient): Promise<ServerExam> {
  const pingsMs = await ping(client);
  const [facts, text, slowScripts] = await Promise.all([
    readServerFacts(client),
    client.info(),
    readSlowScripts(client),
  ]);
  const info = parseInfo(text);
  return {
    facts,
    pingsMs,
    clockAheadMs: await clockAhead(client),
    memory: memoryIn(info),
    disk: diskIn(info),
    replication: replicationIn(info),
    slowScripts,
  };
}

async function ping(client: ScriptClient): Promise<readonly number[]> {
  const pingsMs: number[] = [];
  for (let i = 0; i < PINGS; i += 1) {
    const from = performance.now();
    await client.ping();
    pingsMs.push(performance.now() - from);
  }
  return pingsMs.toSorted((one, other) => one - other);
}

async function clockAhead(client: ScriptClient): Promise<number> {
  const from = Date.now();
  const [seconds, microseconds] = await client.time();
  const middleMs = (from + Date.now()) / 2;
  return Math.round(Number(seconds) * 1_000 + Number(microseconds) / 1_000 - middleMs);
}

type ServerInfo = ReadonlyMap<string, string>;

function memoryIn(info: ServerInfo): MemoryExam {
  const limit = Number(info.get('maxmemory') ?? 0);
  const machine = Number(info.get('total_system_memory') ?? 0);
  return {
    usedBytes: Number(info.get('used_memory') ?? 0),
    limitBytes: limit || machine || undefined,
    isLimitSet: limit > 0,
    evictedKeys: Number(info.get('evicted_keys') ?? 0),
  };
}

function diskIn(info: ServerInfo): DiskExam {
  const hasFailed = (name: string) => (info.get(name) ?? 'ok') !== 'ok';
  return {
    hasAppendFailed: hasFailed('aof_last_write_status'),
    hasRewriteFailed: hasFailed('aof_last_bgrewrite_status'),
    hasSnapshotFailed: hasFailed('rdb_last_bgsave_status'),
  };
}

function replicationIn(info: ServerInfo): ReplicationExam {
  const offset = Number(info.get('master_repl_offset') ?? 0);
  const replicas = [...info].filter(([name]) => /^slave\d+$/.test(name)).map(([, line]) => line);
  const offsets = replicas.map((line) => Number(/offset=(\d+)/.exec(line)?.[1] ?? offset));
  return {
    isReplica: info.get('role') === 'slave',
    replicas: replicas.length,
    mostLagBytes: Math.max(0, ...offsets.map((each) => offset - each)),
  };
}

async function readSlowScripts(client: ScriptClient): Promise<readonly SlowScript[] | undefined> {
  try {
    const calls = (await client.slowlog('GET', 128)) as readonly SlowCall[];
    const scripts = calls.filter(([, , , [command = '']]) => /^(evalsha|eval|fcall)/i.test(command));
    return scripts.map(([, atSeconds, tookUs]) => ({ atMs: atSeconds * 1_000, tookMs: tookUs / 1_000 }));
  } catch (error) {
    // Managed servers forbid it.
    if (error instanceof Error && error.name === 'ReplyError') return undefined;
    throw error;
  }
}

type SlowCall = readonly [id: number, atSeconds: number, tookUs: number, words: readonly string[]];

const PINGS = 20;
