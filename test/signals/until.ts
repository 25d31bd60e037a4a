// Waiting for what no signal announces: it is asked for again and again, and not for ever.
import { setTimeout as pause } from 'node:timers/promises';

/** Resolves when the condition holds, and rejects after `withinMs`, by default 20 s. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, withinMs = 20_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`expected within ${withinMs} ms that ${what}`);
    await pause(20);
  }
}
