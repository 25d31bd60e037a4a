// Removes a queue as a whole: one to which nothing is sent any more, and that no worker consumes, so that it may go step by step.
import type { ConnectionGuard } from '../../connection/connection-guard.js';
import type { ScriptClient } from '../../connection/redis-script.js';
import type { QueueKeys } from '../queue-keys.js';
import { CONSTANTS, OWN_KEYS } from '../scripts/built-scripts.js';

/** A queue that is to go. */
export interface WholeQueue {
  readonly keys: QueueKeys;
  readonly guard: ConnectionGuard;
  /** Removes its name from the list of all queues. */
  readonly forget: () => Promise<void>;
}

/** A queue by its name and its keys. */
export function wholeQueue(
  queue: string,
  keys: QueueKeys,
  {
    forget,
    guardTo,
  }: {
    readonly forget: (queue: string) => Promise<void>;
    readonly guardTo: (queue: string, key: string) => ConnectionGuard;
  },
): WholeQueue {
  return { keys, guard: guardTo(queue, keys.marker), forget: () => forget(queue) };
}

/** Jobs first, and the parts that name them after: a crash midway leaves what the next call finds. */
export async function dropQueue({ keys: { prefix }, guard, forget }: WholeQueue): Promise<void> {
  for (const part of LISTS)
    await drain(guard, prefix, { page: (client) => client.lrange(prefix + part, 0, PAGE - 1), part });
  for (const part of SETS)
    await drain(guard, prefix, { page: (client) => client.zrange(prefix + part, '0', String(PAGE - 1)), part });
  const groups = await guard.run((client) => client.hkeys(prefix + OWN_KEYS.turns));
  const lines = groups.flatMap((key) => [CONSTANTS.linesKey + key, CONSTANTS.ratesKey + key]);
  if (lines.length > 0) await guard.run((client) => client.del(...lines.map((line) => prefix + line)));
  await guard.run((client) => client.del(...PARTS.map((part) => prefix + part)));
  await forget();
}

interface Draining {
  readonly part: string;
  readonly page: (client: ScriptClient) => Promise<string[]>;
}

async function drain(guard: ConnectionGuard, prefix: string, { part, page }: Draining): Promise<void> {
  for (;;) {
    const ids = await guard.run(page);
    if (ids.length === 0) return;
    const keys = ids.flatMap((id) => SIDES.map((side) => prefix + id + side));
    const isList = LISTS.includes(part);
    await guard.run((client) => client.del(...keys));
    if (isList) await guard.run((client) => client.ltrim(prefix + part, ids.length, -1));
    else await guard.run((client) => client.zrem(prefix + part, ...ids));
  }
}

/** A job, and what lies beside it. */
const SIDES = ['', ':lock', ':logs', ':dependencies', ':processed', ':failed', ':unsuccessful'];
const LISTS = ['wait', 'paused', 'active'];
const SETS = ['prioritized', 'delayed', 'completed', 'failed', 'waiting-children', CONSTANTS.heldKey];
const PARTS = [
  ...LISTS,
  ...SETS,
  'id',
  'meta',
  'events',
  'marker',
  'pc',
  'stalled',
  'stalled-check',
  'limiter',
  'repeat',
  'metrics:completed',
  'metrics:completed:data',
  'metrics:failed',
  'metrics:failed:data',
  ...Object.values(OWN_KEYS),
  'acktor:confirm',
  'acktor:mending',
  'acktor:mended',
  'acktor:key-settings',
  'acktor:forwarded',
];
/** Some milliseconds of the server's time. */
const PAGE = 500;
