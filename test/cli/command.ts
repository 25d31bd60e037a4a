// Runs the compiled command as a user's shell does.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { runProgram } from '../cli-inside/inside.js';

/** The file that npm links as `acktor`. */
export const commandFile = fileURLToPath(new URL('../../../packages/cli/bin/acktor.js', import.meta.url));

/** What a run of the command left. */
export interface CommandRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where a command is run, and what it finds in its environment besides what every program does. */
export interface CommandPlace {
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** Runs `acktor` to its end. */
export function acktor(...args: string[]): Promise<CommandRun> {
  return acktorIn({ folder: process.cwd(), environment: {} }, ...args);
}

/** Runs it in a folder of its own. */
export async function acktorIn({ folder, environment }: CommandPlace, ...args: string[]): Promise<CommandRun> {
  const child = spawn(process.execPath, [commandFile, ...args], {
    cwd: folder,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close');
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = (await ended) as [number];
  return { code, stdout, stderr };
}

/**
 * Runs the same program within this process, at a tenth of the cost: for commands that end by themselves. What a process adds to that (its
 * exit, its signals, a reader that goes away) is tested with {@link acktor}; so is all of it on a terminal, where a program does other things.
 */
export function acktorInside(...args: string[]): Promise<CommandRun> {
  const { stdin, stdout, stderr } = process;
  if ([stdin, stdout, stderr].some(({ isTTY }) => isTTY)) return acktor(...args);
  const run = before.then(() => runInside(args));
  before = run.catch(() => undefined);
  return run;
}

/** The run before: what they print and their exit codes are the process's own. */
let before: Promise<unknown> = Promise.resolve();

async function runInside(args: readonly string[]): Promise<CommandRun> {
  const exitCode = process.exitCode;
  process.exitCode = undefined;
  using stdout = new Recorded(process.stdout);
  using stderr = new Recorded(process.stderr);
  try {
    await runProgram([process.execPath, commandFile, ...args]);
    return { code: exitCodeNow(), stdout: stdout.text, stderr: stderr.text };
  } finally {
    process.exitCode = exitCode;
  }
}

function exitCodeNow(): number {
  return Number(process.exitCode ?? 0);
}

/** Keeps what is written to a stream instead of writing it, and drops the listeners that it was given meanwhile. */
class Recorded {
  text = '';
  readonly #stream: NodeJS.WriteStream;
  readonly #write: NodeJS.WriteStream['write'];
  readonly #listeners: readonly unknown[];

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
    this.#write = stream.write.bind(stream);
    this.#listeners = stream.listeners('error');
    stream.write = (text: string | Uint8Array) => {
      this.text += typeof text === 'string' ? text : Buffer.from(text).toString();
      return true;
    };
  }

  [Symbol.dispose](): void {
    this.#stream.write = this.#write;
    for (const listener of this.#stream.listeners('error'))
      if (!this.#listeners.includes(listener)) this.#stream.off('error', listener as () => void);
  }
}
