// A project of a test's own: a temporary folder, the processes that share its server, and what is left of it ended.
import { EmbeddedServer, type EmbeddedServerOptions } from '@acktor/core/server';
import { connectRedis, RedisAddress } from '@acktor/core/internal';
import { fork, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../signals/until.js';

export class Project implements AsyncDisposable {
  readonly folder: string;
  readonly #processes: ChildProcess[] = [];

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async create(): Promise<Project> {
    return new Project(await mkdtemp(join(tmpdir(), 'acktor-project-')));
  }

  share(options: EmbeddedServerOptions = {}): Promise<EmbeddedServer> {
    return EmbeddedServer.start({ folder: this.folder, ...options });
  }

  /** A process of its own; it has not yet joined. */
  spawn(env: NodeJS.ProcessEnv = process.env): ChildProcess {
    const child = fork(new URL('sharing-process.js', import.meta.url), [this.folder], { env });
    this.#processes.push(child);
    return child;
  }

  /** A process of its own that has joined. */
  async spawnSharing(): Promise<ChildProcess> {
    const child = this.spawn();
    const [answer] = (await once(child, 'message')) as [{ readonly fault?: string }];
    if (answer.fault !== undefined) throw new Error(answer.fault);
    return child;
  }

  /** The process id of the server that was last started, as it is noted. */
  async serverPid(): Promise<number> {
    const note = await readFile(join(this.folder, '.acktor', 'redis', 'server.json'), 'utf8');
    return (JSON.parse(note) as { readonly pid: number }).pid;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#processes) await end(child);
    const pid = await this.serverPid().catch(() => undefined);
    if (pid !== undefined && isRunning(pid)) process.kill(pid, 'SIGKILL');
    await until('its watcher has ended', () => this.watchers().length === 0);
    await rm(this.folder, { recursive: true, force: true });
  }

  /** The ids of the processes that watch its server; on Linux alone, elsewhere none is seen. */
  watchers(): readonly number[] {
    if (process.platform !== 'linux') return [];
    const isWatcher = (pid: number) => {
      const [, program = '', home = ''] = contentOf(`/proc/${pid}/cmdline`).split('\0');
      return program.endsWith('embedded-watcher.js') && home.startsWith(this.folder) && isRunning(pid);
    };
    return readdirSync('/proc').map(Number).filter(Number.isInteger).filter(isWatcher);
  }
}

/** Kills the process and resolves when it has gone. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

/** Tells the process to leave and resolves when it has. */
export async function leave(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  child.send('leave');
  await gone;
}

/** Whether the process runs; one that has ended and was not yet noticed by its parent does not. */
export function isRunning(pid: number): boolean {
  return !['', 'Z'].includes(lookAt(pid).state.slice(0, 1));
}

/** The process group, which a terminal's signals go to. */
export function groupOf(pid: number): number {
  return lookAt(pid).group;
}

function lookAt(pid: number): { readonly state: string; readonly group: number } {
  // Not every Linux has ps, and nothing else has /proc.
  const [state = '', , group] =
    process.platform === 'linux'
      ? (contentOf(`/proc/${pid}/stat`).split(') ').at(-1)?.split(' ') ?? [])
      : spawnSync('ps', ['-o', 'stat=,ppid=,pgid=', '-p', String(pid)], { encoding: 'utf8' })
          .stdout.trim()
          .split(/ +/);
  return { state, group: Number(group) };
}

function contentOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** Asks the server one thing over a connection of its own. */
export async function ask(server: { readonly url: string }, command: string, ...args: string[]): Promise<unknown> {
  const client = await connectRedis(RedisAddress.parse(server.url));
  try {
    return await client.call(command, ...args);
  } finally {
    client.disconnect();
  }
}
