// Talking to one server of a set.
import { setTimeout as pause } from 'node:timers/promises';
import type { PrivateServer } from '@acktor/core/server';
import { connectRedis } from '@acktor/core/internal';

/** One command on one server. */
export async function ask(
  server: PrivateServer,
  command: string,
  ...args: readonly (string | number)[]
): Promise<unknown> {
  const client = await connectRedis(server.address, { name: 'chaos-ask' });
  try {
    return await client.call(command, ...args);
  } finally {
    client.disconnect();
  }
}

/** Looks again and again. @throws when it is not so within two minutes: servers that do not come to it never will. */
export async function until(isSo: () => Promise<boolean>): Promise<void> {
  const endMs = performance.now() + PATIENCE_MS;
  while (!(await isSo())) {
    if (performance.now() > endMs)
      throw new Error(`the servers did not come to it within ${PATIENCE_MS} ms: ${isSo.toString()}`);
    await pause(LOOK_EVERY_MS);
  }
}

/** Asks for what servers may give up, or refuse while they are at it, again and again until it is done. */
export async function insist(request: () => Promise<unknown>, isDone: () => Promise<boolean>): Promise<void> {
  while (!(await isDone())) {
    await request().catch(() => undefined);
    const untilMs = performance.now() + ASK_EVERY_MS;
    await until(async () => performance.now() > untilMs || (await isDone()));
  }
}

export function portOf({ address: { endpoint } }: PrivateServer): number {
  if (endpoint.kind !== 'tcp') throw new Error('expected a server on a port');
  return endpoint.port;
}

const LOOK_EVERY_MS = 20;
const PATIENCE_MS = 120_000;
/** Longer than a handover takes: a second one would undo the first. */
const ASK_EVERY_MS = 6_000;
