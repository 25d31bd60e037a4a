// Starts one server process on a folder of its own and waits until it answers.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RedisAddress } from '../engine/redis/connection/address.js';
import type { ConnectionGuard } from '../engine/redis/connection/connection-guard.js';
import { connectGuarded } from '../engine/redis/connection/guarded-connection.js';
import { lastLines } from './program.js';
import type { ServerBinary } from './server-binary.js';
import { ServerStartError } from './server-errors.js';
import { mendTornFile } from './torn-file.js';

/** Directives of redis.conf with their values as they stand there. */
export type ServerSettings = Readonly<Record<string, string | number>>;

export interface ServerProcessOptions {
  readonly binary: ServerBinary;
  /** Where its data, its settings and its log lie. Created when missing, for this user only. */
  readonly folder: string;
  readonly address: RedisAddress;
  readonly settings: ServerSettings;
  /** Whether it lives on after this process, out of reach of the terminal's signals. */
  readonly isDetached: boolean;
  readonly startTimeoutMs: number;
  /** The name of the connection by which its answer is awaited. */
  readonly clientName: string;
  /** Told the process id as soon as there is one, in the same turn. */
  readonly onSpawn?: (child: ChildProcess) => void;
}

/** A server that answers, and the connection that found it answering, for the caller to close. */
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
