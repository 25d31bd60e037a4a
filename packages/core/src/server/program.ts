// Runs a program to its end, for its output.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

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
