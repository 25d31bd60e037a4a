// Whether a server can tell that a process died: by a subscription that comes, and goes with its connection.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { asTypedError } from '../../../redis/connection-guard.js';
import { ServerRefusalError } from '../../../redis/redis-errors.js';

export interface PresenceTestParts {
  /** What to subscribe to; nobody else does. */
  readonly channel: string;
  readonly openSubscriber: () => Promise<Redis>;
  /** Asks the server how many subscribers a channel has. */
  readonly count: (channel: string) => Promise<number>;
}

/** Never throws. A server that refuses will refuse again; one that was away for a moment, or busy, is asked again. */
export async function testPresence(parts: PresenceTestParts): Promise<boolean> {
  for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt += 1) {
    const answer = await comesAndGoes({ ...parts, channel: `${parts.channel}-${attempt}` }).catch(asTypedError);
    if (answer === true) return true;
    if (answer instanceof ServerRefusalError) return false;
    if (attempt < MOST_ATTEMPTS) await sleep(BETWEEN_ATTEMPTS_MS);
  }
  return false;
}

async function comesAndGoes({ channel, openSubscriber, count }: PresenceTestParts): Promise<boolean> {
  const probe = await openSubscriber();
  try {
    await probe.ssubscribe(channel);
    if ((await count(channel)) !== 1) return false;
  } finally {
    probe.disconnect();
  }
  const untilMs = performance.now() + NOTICED_WITHIN_MS;
  while (performance.now() < untilMs) {
    if ((await count(channel)) === 0) return true;
    await sleep(10);
  }
  return false;
}

/** A server, or a proxy before it, that takes longer to notice a broken connection is of no use for presence. */
const NOTICED_WITHIN_MS = 500;
const MOST_ATTEMPTS = 3;
const BETWEEN_ATTEMPTS_MS = 200;
