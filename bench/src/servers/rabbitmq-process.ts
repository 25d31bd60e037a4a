// Starts RabbitMQ and the port mapper of its Erlang, both ours alone, on a folder and ports of their own.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '@acktor/core/internal';
import type { RabbitMqHome } from './rabbitmq-home.js';

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
