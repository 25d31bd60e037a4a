// The keys of a queue in Redis: `scripts/includes/turns.lua` says how they lie there.
import type { KeyPage, KeyState, KeyStore, PurgeOutcome, PurgePage } from '../../key-store.js';
import type { LimitChange } from '../../../operator/queue-admin.js';
import type { RateLimit } from '../../work-queue.js';
import type { ConnectionGuard } from '../connection/connection-guard.js';
import type { RedisScript } from '../connection/redis-script.js';
import type { QueueKeys } from './queue-keys.js';
import { scripts } from './scripts/scripts.js';

/** The {@link KeyStore} beside BullMQ's keys of a queue. */
export class BullmqKeys implements KeyStore {
  readonly #keys: QueueKeys;
  readonly #guard: ConnectionGuard;

  constructor(keys: QueueKeys, guard: ConnectionGuard) {
    this.#keys = keys;
    this.#guard = guard;
  }

  async page(cursor = FIRST, limit: number): Promise<KeyPage> {
    const { channel, prefix } = this.#keys;
    const answer = await this.#guard.read((client) => scripts.listKeys.run(client, channel, [prefix, cursor, limit]));
    const [next, rows] = answer as readonly [string, readonly KeyRow[]];
    return { keys: rows.map(stateOf), cursor: next === FIRST ? undefined : next };
  }

  async limit(key: string | undefined, { concurrency, rate }: LimitChange): Promise<void> {
    const turns = concurrency === undefined ? [] : ['turns', concurrency ?? ''];
    const rates = rate === undefined ? [] : ['rate', rate === null ? '' : `${rate.max} ${rate.durationMs}`];
    await this.#run(scripts.setKey, [key ?? '', ...turns, ...rates]);
  }

  async pause(key: string): Promise<void> {
    await this.#run(scripts.setKey, [key, 'paused', '1']);
  }

  async resume(key: string): Promise<void> {
    await this.#run(scripts.setKey, [key, 'paused', '']);
  }

  async purge(key: string, { most, isLast }: PurgePage): Promise<PurgeOutcome> {
    const answer = await this.#run(scripts.purgeKey, [key, most, isLast ? '1' : '']);
    const [removed, left] = answer as readonly [number, number];
    return { removed, left };
  }

  #run(script: RedisScript, args: readonly (string | number)[]): Promise<unknown> {
    const { channel, prefix } = this.#keys;
    return this.#guard.run((client) => script.run(client, channel, [prefix, ...args]));
  }
}

const FIRST = '0';

type KeyRow = readonly [
  key: string,
  held: number,
  turns: number,
  paused: string | null,
  concurrency: string | null,
  rate: string | null,
];

function stateOf([key, held, turns, paused, concurrency, rate]: KeyRow): KeyState {
  const limit = concurrency === null ? undefined : Number(concurrency);
  return { key, held, turns, isPaused: paused !== null, concurrency: limit, rate: rateIn(rate) };
}

function rateIn(stored: string | null): RateLimit | undefined {
  const [max = 0, durationMs = 0] = (stored ?? '').split(' ').map(Number);
  return max > 0 && durationMs > 0 ? { max, durationMs } : undefined;
}
