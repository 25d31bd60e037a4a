// Finds or fetches RabbitMQ, and starts it and the port mapper of its Erlang, both ours alone, on a folder and ports of their own.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, open, readFile, writeFile, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { canUseApt, freePort, unpackPackages } from '@acktor/core/server';
import { fileURLToPath } from 'node:url';

/** Two processes of the system that run until `end`. */
export interface RabbitMqProcess {
  readonly url: string;
  readonly pid: number;
  /** Rejects with the last lines of the log when the server ends. */
  readonly ended: Promise<never>;
  end(): Promise<void>;
}

export async function spawnRabbitMq(home: RabbitMqHome, folder: string): Promise<RabbitMqProcess> {
  const ports = { amqp: await freePort(), distribution: await freePort(), mapper: await freePort() };
  await writeErl(home, folder);
  await writeFile(join(folder, 'rabbitmq.conf'), configurationOf(ports.amqp));
  const env = environmentOf(home, folder, ports);
  await using log = await open(join(folder, LOG), 'w');
  const options = { cwd: folder, env, stdio: ['ignore', log.fd, log.fd] as const satisfies readonly unknown[] };
  const children = [spawn(join(home.programs, 'epmd'), [], { ...options, stdio: [...options.stdio] })];
  const server = spawn(home.script, [], { ...options, stdio: [...options.stdio] });
  children.push(server);
  endWithThisProcess(children);
  await once(server, 'spawn');
  const url = `amqp://guest:guest@127.0.0.1:${ports.amqp}`;
  return { url, pid: server.pid ?? 0, ended: endOf(server, folder), end: () => endAll(children) };
}

const LOG = 'server.log';

interface Ports {
  readonly amqp: number;
  readonly distribution: number;
  readonly mapper: number;
}

/** RabbitMQ's defaults, but for where it listens and that it logs to us. */
function configurationOf(port: number): string {
  return [`listeners.tcp.1 = 127.0.0.1:${port}`, 'log.console = true', 'log.file = false', ''].join('\n');
}

function environmentOf({ erlang }: RabbitMqHome, folder: string, ports: Ports): NodeJS.ProcessEnv {
  return {
    ...process.env,
    PATH: [folder, join(erlang, 'bin'), process.env['PATH'] ?? ''].join(':'),
    HOME: folder,
    RABBITMQ_NODENAME: 'bench@localhost',
    RABBITMQ_MNESIA_BASE: join(folder, 'data'),
    RABBITMQ_LOG_BASE: join(folder, 'log'),
    RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq.conf'),
    RABBITMQ_CONF_ENV_FILE: join(folder, 'none'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'plugins'),
    RABBITMQ_PID_FILE: join(folder, 'pid'),
    RABBITMQ_DIST_PORT: String(ports.distribution),
    ERL_EPMD_PORT: String(ports.mapper),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    // The script becomes Erlang rather than its parent, so that its pid is the server's.
    RABBITMQ_ALLOW_INPUT: 'true',
    RABBITMQ_SERVER_START_ARGS: '-noinput',
  };
}

/** Debian's `erl` knows only the place where Debian installs it; this one stands before it on the PATH. */
async function writeErl({ erlang, programs }: RabbitMqHome, folder: string): Promise<void> {
  const path = join(folder, 'erl');
  const variables = `ROOTDIR='${erlang}' BINDIR='${programs}' EMU=beam PROGNAME=erl`;
  await mkdir(folder, { recursive: true });
  await writeFile(path, `#!/bin/sh\n${variables} exec '${join(programs, 'erlexec')}' "$@"\n`);
  await chmod(path, 0o755);
}

function endOf(server: ChildProcess, folder: string): Promise<never> {
  const ended = once(server, 'exit').then(async ([code, signal]) => {
    const lines = (await readFile(join(folder, LOG), 'utf8').catch(() => '')).trim().split('\n');
    throw new Error(`RabbitMQ ended with ${code ?? signal}: ${lines.slice(-3).join(' ')}`);
  });
  ended.catch(() => undefined);
  return ended;
}

/** By their own ids, without ceremony: the data go as well. What Erlang has started beside itself ends with it. */
async function endAll(children: readonly ChildProcess[]): Promise<void> {
  await Promise.all(
    children.map(async (child) => {
      if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    }),
  );
}

function endWithThisProcess(children: readonly ChildProcess[]): void {
  for (const child of children) child.once('error', () => undefined);
  process.once('exit', () => children.forEach((child) => child.kill('SIGKILL')));
}

/** Debian's RabbitMQ and Erlang, below any folder. */
export interface RabbitMqHome {
  readonly script: string;
  /** The folder that Erlang calls its root. */
  readonly erlang: string;
  /** The folder of Erlang's own programs. */
  readonly programs: string;
}

/**
 * Finds RabbitMQ where Debian installs it, else unpacks Debian's packages into the clone's cache: once, some seconds, no root
 * needed. @throws Error that says why there is none.
 */
export async function ensureRabbitMq(log: (message: string) => void): Promise<RabbitMqHome> {
  const present = (await homeIn('/')) ?? (await homeIn(CACHE));
  if (present !== undefined) return present;
  if (!(await canUseApt(process.env))) throw new Error('rabbitmq-server is not installed, and there is no apt-get');
  log('RabbitMQ: fetching it with apt-get (once, some seconds)');
  await fillCache();
  const fetched = await homeIn(CACHE);
  if (fetched === undefined)
    throw new Error('what apt-get fetched as rabbitmq-server has another layout than Debian 12');
  return fetched;
}

/** Ignored by git, and by no means shared with other clones. */
const CACHE = fileURLToPath(new URL('../../../.cache/rabbitmq', import.meta.url));

async function homeIn(root: string): Promise<RabbitMqHome | undefined> {
  const script = join(root, 'usr/lib/rabbitmq/bin/rabbitmq-server');
  const erlang = join(root, 'usr/lib/erlang');
  const runtime = (await readdir(erlang).catch(() => [])).find((name) => name.startsWith('erts-'));
  if (runtime === undefined || (await stat(script).catch(() => undefined)) === undefined) return undefined;
  return { script, erlang, programs: join(erlang, runtime, 'bin') };
}

/** In a folder of its own, put in place with one rename: a crash midway leaves only rubbish. */
async function fillCache(): Promise<void> {
  const parent = join(CACHE, '..');
  await mkdir(parent, { recursive: true });
  const fresh = await mkdtemp(join(parent, 'rabbitmq-'));
  try {
    await unpackPackages({ name: 'rabbitmq-server', folder: fresh, env: process.env });
    await rename(fresh, CACHE);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}
