// The default engine, Redis, and how its server is found: the one file in which the port meets Redis and the embedded server.
import { OptionsError } from '../errors.js';
import { defineOptions } from '../options/options.js';
import type { BrokerOpening, Engine } from './engine.js';
import type { RedisBroker, ServerLocation } from './redis/connect.js';
import { RedisAddress } from './redis/connection/address.js';
import type { RedisSource } from './redis/connection/address-parts.js';
import { addressAt, requireSource } from './redis/connection/redis-source.js';
import { NoServerError } from './redis/connection/redis-errors.js';
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

/** As `redisEngine`, typed as its class. @throws OptionsError for connection options that are wrong. */
export function engineOf(options: CheckedRedisOptions): RedisEngine {
  requireSource(options.redis);
  return new RedisEngine({ options, findServer: () => locateServer(options), moduleOf });
}

/**
 * The server that `redis` names; without it that of REDIS_URL in the environment, and without that, unless in production, the embedded
 * server, which is started or joined. With `embedded` it is that one in any case. Its code is loaded only then.
 * @throws AddressError, RedisModuleError, NoServerError, ServerBinaryMissingError, ServerStartError
 */
export async function locateServer(
  options: Pick<CheckedRedisOptions, 'redis' | 'embedded'>,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<ServerLocation> {
  const source = sourceOf(options, env);
  if (source !== undefined) return { address: await addressAt(source), leave: () => Promise.resolve() };
  const { EmbeddedServer } = await import('../server/embedded-server.js');
  const server = await EmbeddedServer.start();
  return { address: RedisAddress.parse(server.url), leave: () => server.close() };
}

/** Undefined for the embedded server. */
function sourceOf(
  { redis, embedded }: Pick<CheckedRedisOptions, 'redis' | 'embedded'>,
  env: Readonly<Record<string, string | undefined>>,
): RedisSource | undefined {
  if (embedded === true && redis !== undefined)
    throw new NoServerError('both the option redis and embedded: true name one');
  if (embedded === true) return undefined;
  const [name, source] = redis === undefined ? ['REDIS_URL', env['REDIS_URL']] : ['the option redis', redis];
  // A variable that was meant to be filled in: on another server the program would work on the wrong queues.
  if (typeof source === 'string' && source.trim() === '') throw new NoServerError(`${name} is an empty text`);
  if (source !== undefined) return source;
  if (embedded === false) throw new NoServerError('embedded is false, and neither redis nor REDIS_URL names one');
  if (env['NODE_ENV'] === 'production') throw new NoServerError(IN_PRODUCTION);
  return undefined;
}

const IN_PRODUCTION =
  'in production (NODE_ENV) neither the option redis nor REDIS_URL names one, and each host would start one of its own';

/** Which Redis, and what is opened there. */
export interface BrokerOptions extends BrokerOpening, Partial<CheckedRedisOptions> {}

/** Opens a broker on Redis, for callers that need more than the port has. */
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
  readonly redis?: RedisSource | undefined;
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

/** Whether an option belongs to the default engine alone. */
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
