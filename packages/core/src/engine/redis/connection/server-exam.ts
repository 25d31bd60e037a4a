// How a server does: what `acktor doctor` judges.
import type { ScriptClient } from './redis-script.js';
import { parseInfo, readServerFacts, type ServerFacts } from './server-facts.js';

/** What one server said when it was looked at. */
export interface ServerExam {
  readonly facts: ServerFacts;
  /** How long each of twenty pings took, in milliseconds, the shortest first. */
  readonly pingsMs: readonly number[];
  /** By how much the server's clock is ahead of this machine's, corrected by half the way there and back. */
  readonly clockAheadMs: number;
  readonly memory: MemoryExam;
  readonly disk: DiskExam;
  readonly replication: ReplicationExam;
  /** Scripts that took longer than the server's own limit, of its last 128 slow calls; undefined where it does not tell. */
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

/** Looks at one server, in some thirty round trips. */
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
