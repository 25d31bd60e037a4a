// Starts one server process on a folder of its own, waits until it answers, and repairs a torn append-only file.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { RedisAddress } from '../engine/redis/connection/address.js';
import type { ConnectionGuard } from '../engine/redis/connection/connection-guard.js';
import { connectGuarded } from '../engine/redis/connection/guarded-connection.js';
import { lastLines, type ServerBinary } from './program.js';
import { ServerStartError } from '../engine/redis/connection/redis-errors.js';

/** Directives of redis.conf with their values, as written there. */
export type ServerSettings = Readonly<Record<string, string | number>>;

export interface ServerProcessOptions {
  readonly binary: ServerBinary;
  /** The folder of its data, settings and log. Created when missing, for this user only. */
  readonly folder: string;
  readonly address: RedisAddress;
  readonly settings: ServerSettings;
  /** Whether it lives on after this process, out of reach of the terminal's signals. */
  readonly isDetached: boolean;
  readonly startTimeoutMs: number;
  /** The name of the connection by which its answer is awaited. */
  readonly clientName: string;
  /** Called with the child as soon as it has a process id, in the same turn. */
  readonly onSpawn?: (child: ChildProcess) => void;
}

/** A server that answers, and the connection that it answered on, for the caller to close. */
export interface RunningServer {
  readonly child: ChildProcess;
  readonly connection: ConnectionGuard;
}

/** Settings of every server of ours: each accepted job is in a file, none is evicted, only this user may connect. */
export const DURABLE_SETTINGS: ServerSettings = {
  appendonly: 'yes',
  appendfsync: 'everysec',
  save: '',
  'maxmemory-policy': 'noeviction',
  unixsocketperm: 700,
};

/** @throws {ServerStartError} when it ends, or does not answer in time; then nothing is left running. */
export async function startServerProcess(options: ServerProcessOptions): Promise<RunningServer> {
  const { child, ended } = await spawnServer(options).catch((cause: unknown) => fail(options, cause, cause));
  let connection: ConnectionGuard | undefined;
  try {
    const { address, clientName: name, startTimeoutMs: connectTimeoutMs } = options;
    connection = await connectGuarded(address, { name, connectTimeoutMs, signal: ended });
    if (!(await isServedBy(child, connection))) {
      throw new Error('another server answers there (Address already in use)');
    }
    await mendTornFile(connection, { log: await readLog(options), withinMs: connectTimeoutMs });
    return { child, connection };
  } catch (unreachable) {
    connection?.hangUp();
    child.kill('SIGKILL');
    return fail(options, ended.aborted ? ended.reason : unreachable, unreachable);
  }
}

const LOG = 'server.log';
const CONFIGURATION = 'redis.conf';

interface SpawnedServer {
  readonly child: ChildProcess;
  /** Aborts when the process ends, with an error that says how. */
  readonly ended: AbortSignal;
}

async function spawnServer(options: ServerProcessOptions): Promise<SpawnedServer> {
  const { binary, folder, isDetached } = options;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(join(folder, CONFIGURATION), configurationOf(options), { mode: 0o600 });
  // The log of the run before is kept: it may hold the reason why there is a new one.
  await rename(join(folder, LOG), join(folder, `${LOG}.1`)).catch(() => {});
  await using log = await open(join(folder, LOG), 'w', 0o600);
  const child = spawn(binary.path, [CONFIGURATION], {
    argv0: binary.argv0,
    cwd: folder,
    env: { ...process.env, ...binary.env },
    detached: isDetached,
    stdio: ['ignore', log.fd, log.fd],
  });
  options.onSpawn?.(child);
  const ended = new AbortController();
  child.once('exit', (code, signal) => ended.abort(new Error(`it ended with ${code ?? signal}`)));
  await once(child, 'spawn');
  return { child, ended: ended.signal };
}

// Where the address was taken, the other server answers before ours has noticed.
async function isServedBy(child: ChildProcess, connection: ConnectionGuard): Promise<boolean> {
  return (await connection.run((client) => client.info('server'))).includes(`process_id:${child.pid}\r\n`);
}

function configurationOf({ address, settings }: ServerProcessOptions): string {
  const all = { ...placeOf(address), ...settings, daemonize: 'no', dir: './', logfile: '""' };
  return Object.entries(all)
    .map(([directive, value]) => `${directive} ${value === '' ? '""' : value}\n`)
    .join('');
}

function placeOf({ endpoint }: RedisAddress): ServerSettings {
  if (endpoint.kind === 'unix') return { port: 0, unixsocket: quoted(endpoint.path) };
  if (endpoint.kind !== 'tcp') throw new TypeError(`expected the address of one server, got a ${endpoint.kind}'s`);
  return { port: endpoint.port, bind: endpoint.host };
}

/** A value of redis.conf that may hold spaces. */
export function quoted(value: string): string {
  return `"${value.replace(/["\\]/g, '\\$&')}"`;
}

function readLog({ folder }: ServerProcessOptions): Promise<string> {
  return readFile(join(folder, LOG), 'utf8').catch(() => '');
}

async function fail(options: ServerProcessOptions, fault: unknown, cause: unknown): Promise<never> {
  const { folder } = options;
  const log = lastLines(await readLog(options), 12);
  const complaint = fault instanceof Error ? fault.message : String(fault);
  throw new ServerStartError({ folder, complaint, log, cause });
}

/**
 * Has the server write its file anew when its log says that it has cut off the end of it. Resolves when that is done, however it went:
 * the server's own log has a failure. A crash meanwhile leaves the old file. The wait for a large one ends after `withinMs`: the server
 * goes on with it by itself.
 *
 * A server that is killed while it writes a transaction cuts off the last command at its next start and leaves the ones before: a
 * `MULTI` without an `EXEC` (Redis 7.0.15; Valkey before the mend linked here). At the start after that they run together with what was
 * written later. Seen: the ghost of a fetch took five other jobs off their queue, which were in no list any more.
 *
 * @see https://github.com/valkey-io/valkey/pull/4342
 */
export async function mendTornFile(connection: ConnectionGuard, { log, withinMs }: TornFileOptions): Promise<void> {
  if (!log.includes('Truncating the AOF')) return;
  const deadline = performance.now() + withinMs;
  await connection.run((client) => client.bgrewriteaof());
  while (performance.now() < deadline && (await isRewriting(connection))) await pause(POLL_EVERY_MS);
}

export interface TornFileOptions {
  /** What the server wrote to its log while it started. */
  readonly log: string;
  readonly withinMs: number;
}

async function isRewriting(connection: ConnectionGuard): Promise<boolean> {
  return RUNS.test(await connection.run((client) => client.info('persistence')));
}

/** While a rewrite runs, or waits for its turn. */
const RUNS = /^aof_rewrite_(?:in_progress|scheduled):1/m;
const POLL_EVERY_MS = 5;
