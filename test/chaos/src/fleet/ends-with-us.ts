// Processes of a trial that end with it, whatever becomes of it: a stopped process notices nothing else.
import type { ChildProcess } from 'node:child_process';

/** Has the child killed when this process exits before it. */
export function endsWithUs(child: ChildProcess): void {
  if (living.size === 0) process.once('exit', killAll);
  living.add(child);
  child.once('exit', () => {
    living.delete(child);
    if (living.size === 0) process.off('exit', killAll);
  });
}

const living = new Set<ChildProcess>();

function killAll(): void {
  for (const child of living) child.kill('SIGKILL');
}
