// Programs and processes of this machine: running a program for its output, whether a process lives, which program is a Redis server.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { basename } from 'node:path';

/** The variables of a process; what a program is found by (`PATH`) and configured with. */
export type Environment = Readonly<Record<string, string | undefined>>;

export interface ProgramOptions {
  readonly args: readonly string[];
  readonly env: Environment;
  readonly cwd?: string;
  /** The name the program sees as its own, where that decides what it does. */
  readonly argv0?: string;
  /** Killed after this many milliseconds. Default 120,000. */
  readonly timeoutMs?: number;
}

/** Resolves with what the program wrote to its standard output; rejects with the last lines it wrote when it fails. */
export async function runProgram(file: string, options: ProgramOptions): Promise<string> {
  const { args, timeoutMs = 120_000, ...rest } = options;
  // Not execFile, which does not pass argv0 on.
  const child = spawn(file, args, { ...rest, stdio: ['ignore', 'pipe', 'pipe'] });
  // Not the option `timeout`: its timer outlives a program that was not found, and keeps our process from ending (Node 20.20).
  const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
  const parts = [text(child.stdout), text(child.stderr), endOf(child)] as const;
  const [output, complaints, end] = await Promise.all(parts).finally(() => clearTimeout(timer));
  if (end === 0) return output;
  const command = [file, ...args.slice(-2)].join(' ');
  throw new Error(`"${command}" ended with ${end}:\n${lastLines(`${output}\n${complaints}`, 12)}`.trimEnd());
}

/** The last lines of a text that are not empty. */
export function lastLines(whole: string, count: number): string {
  const lines = whole.split('\n').filter((line) => line.trim() !== '');
  return lines.slice(-count).join('\n');
}

async function endOf(child: ChildProcess): Promise<number | string> {
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return code ?? signal ?? 'no status';
}

/** Whether a process of this machine runs. False also for a zombie, whose parent may never reap it in a container. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return !isZombie(pid);
}

/** Resolves when the process has ended, or after the time. */
export async function hasEnded(pid: number, waitMs: number): Promise<void> {
  const deadline = performance.now() + waitMs;
  while (isAlive(pid) && performance.now() < deadline) await sleep(POLL_MS);
}

const POLL_MS = 5;

// Only on Linux; elsewhere the system's first process reaps them.
function isZombie(pid: number): boolean {
  try {
    return /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** Which of the two servers that Acktor runs on. */
export type ServerKind = 'redis' | 'valkey';

/** A program that is a Redis or Valkey server, and how to start it. */
export interface ServerBinary {
  readonly kind: ServerKind;
  readonly path: string;
  /** The name it must be started under: Debian's one program acts by the name it is called. */
  readonly argv0: string;
  /** Variables it needs besides the process's own, such as the folders of its libraries. */
  readonly env: Readonly<Record<string, string>>;
  /** Such as `7.0.15`. */
  readonly version: string;
}

/** A program that may be a server; only running it shows. */
export type ServerCandidate = Omit<ServerBinary, 'kind' | 'version'>;

/** Runs the program's `--version`. Rejects when it does not run or is no server. */
export async function identify(candidate: ServerCandidate, env: Environment): Promise<ServerBinary> {
  const output = await runProgram(candidate.path, {
    args: ['--version'],
    argv0: candidate.argv0,
    env: { ...env, ...candidate.env },
    timeoutMs: 10_000,
  });
  const [, name = '', version] = /(\w+) server v=(\d+\.\d+\.\d+)/i.exec(output) ?? [];
  if (version === undefined) throw new Error(`"${candidate.path} --version" is not a server's: ${output.trim()}`);
  return { ...candidate, kind: name.toLowerCase() === 'valkey' ? 'valkey' : 'redis', version };
}

/** The name under which a program acts as a server: the checker of Debian's tools package is one as well. */
export function nameOf(path: string): string {
  return basename(path).replace('-check-rdb', '-server');
}
