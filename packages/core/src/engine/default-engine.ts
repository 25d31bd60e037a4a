// The engine that is taken unless another is named, Redis: here alone the port meets it, and the development server.
import { OptionsError } from '../errors.js';
import { defineOptions } from '../options/options.js';
import { findServerPlace } from '../server/server-place.js';
import type { BrokerOpening, Engine } from './engine.js';
import type { RedisBroker } from './redis/connect-broker.js';
import {
  RedisEngine,
  redisEngineTable,
  type CheckedRedisOptions,
  type RedisEngineOptions,
} from './redis/redis-engine.js';

export { redisEngineTable, type RedisEngineOptions };

/** Checks the options of {@link redisEngine}. */
export const redisEngineOptions = defineOptions(redisEngineTable);

/**
 * The engine on Redis: queues in BullMQ's format, on a server, a cluster, or what sentinels watch. It is the one that `Producer.connect`,
 * `Worker.start` and the others take without `engine`; named, it has options of its own that they do not.
 *
 * Nothing is connected until something is opened. @throws OptionsError.
 * @example
 * const engine = redisEngine({ redis: 'redis://host:6379', durability: 'warn' });
 * await using producer = await Producer.connect({ engine });
 */
export function redisEngine(options: RedisEngineOptions = {}): Engine {
  return engineOf(redisEngineOptions.check(options));
}

/** The same, as the class that it is. */
export function engineOf(options: CheckedRedisOptions): RedisEngine {
  return new RedisEngine({ options, findServer: () => findServerPlace(options), moduleOf });
}

/** Which Redis, and what is opened there. */
export interface BrokerOptions extends BrokerOpening, Partial<CheckedRedisOptions> {}

/** Opens a broker on Redis, for those who ask of it what the port has not. */
export function connectBroker({
  redis,
  embedded,
  durability,
  fastPath,
  ...opening
}: BrokerOptions): Promise<RedisBroker> {
  const options = { ...DEFAULTS, redis, embedded, ...(durability && { durability }) };
  return engineOf({ ...options, fastPath: fastPath ?? true }).openBroker(opening);
}

/** Which engine an application names, or which Redis. */
export interface EngineChoice {
  readonly engine?: Engine | undefined;
  readonly redis?: string | undefined;
  readonly embedded?: boolean | undefined;
  readonly durability?: CheckedRedisOptions['durability'];
}

/**
 * The engine that is named, or the one on the Redis that is.
 *
 * @param given as the application gave them, without defaults.
 * @throws OptionsError when both are named.
 */
export function engineFor({ engine, redis, embedded, durability }: EngineChoice, given: object): Engine {
  if (engine === undefined) return engineOf({ ...DEFAULTS, redis, embedded, ...(durability && { durability }) });
  const doubled = OF_REDIS.filter((option) => Reflect.get(given, option) !== undefined);
  if (doubled.length > 0) throw new OptionsError(doubled.map((option) => ({ option, message: tooMuch(option) })));
  return engine;
}

/** Whether an option is one of the default engine, and says nothing to another. */
export function isOfDefaultEngine(option: string): boolean {
  return OF_REDIS.includes(option);
}

function tooMuch(option: string): string {
  return `expected ${option} to be left out, for the option engine says where the queues are (give it to the engine: redisEngine({ ${option} }))`;
}

const DEFAULTS = redisEngineOptions.check();
const OF_REDIS: readonly string[] = ['redis', 'embedded', 'durability'];

function moduleOf(options: CheckedRedisOptions) {
  return { url: import.meta.url, exportName: 'redisEngine', options };
}
