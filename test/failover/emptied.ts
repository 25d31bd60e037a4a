// Waits for the end of a load on the server itself, by a plain connection.
import type { Redis } from 'ioredis';
import { setTimeout as pause } from 'node:timers/promises';

/** Resolves when nothing of the queue, whose keys begin with `prefix`, is active or waits. */
export async function emptied(client: Redis, prefix: string): Promise<void> {
  for (;;) {
    const left = await Promise.all([
      client.llen(`${prefix}active`),
      client.llen(`${prefix}wait`),
      client.zcard(`${prefix}prioritized`),
      client.zcard(`${prefix}delayed`),
    ]);
    if (left.every((count) => count === 0)) return;
    await pause(LOOK_EVERY_MS);
  }
}

const LOOK_EVERY_MS = 20;
