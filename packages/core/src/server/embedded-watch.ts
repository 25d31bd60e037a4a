// Begins the process that ends an embedded server when nobody uses it any more: those who would end it may be killed.
import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { hasEnded } from './process-life.js';

/**
 * Begins one, for the server that is noted in this home; out of reach of the terminal's signals. It ends with that server, or after half a minute
 * in which that does not come to listen, and where another one watches. Where it cannot run, a server whose programs are all killed stays until
 * the next one leaves.
 */
export function beginWatch(home: string, socket: string): void {
  const watcher = spawn(process.execPath, [PROGRAM, home, socket], {
    cwd: home,
    detached: true,
    stdio: 'ignore',
    // What the project's program is run with, such as a debugger's port, is not for it.
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  watchers.set(home, watcher);
  watcher.once('exit', () => forget(home, watcher));
  watcher.once('error', () => forget(home, watcher));
  watcher.unref();
}

/** Ends the watcher that this process began, lest it outlives the server: it may still be starting. */
export async function endWatch(home: string): Promise<void> {
  const watcher = watchers.get(home);
  if (watcher?.pid === undefined) return;
  watcher.kill();
  await hasEnded(watcher.pid, ENDING_MS);
}

const PROGRAM = fileURLToPath(new URL('./embedded-watcher.js', import.meta.url));
const ENDING_MS = 2_000;

/** Those that this process began, by the server's home. */
const watchers = new Map<string, ChildProcess>();

function forget(home: string, watcher: ChildProcess): void {
  if (watchers.get(home) === watcher) watchers.delete(home);
}
