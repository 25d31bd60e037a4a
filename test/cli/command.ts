// Runs the compiled command as a user's shell does.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

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
