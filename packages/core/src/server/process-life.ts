// Whether a process of this machine, ours or another's, still runs.
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** False also for one that has ended and waits for its parent to notice: in a container it may wait for ever. */
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

// Linux alone tells; elsewhere the system's first process sees to them.
function isZombie(pid: number): boolean {
  try {
    return /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
