// The engine on Redis: finds the server, and opens there what it is asked for.
import type { ConnectedFleet } from '../../fleet/fleet.js';
import type { OptionInput, OptionTable, OptionValues } from '../../options/option-spec.js';
import type { BrokerOpening, Engine, EngineModule, FleetOpening, LivenessOpening } from '../engine.js';
import type { Liveness } from '../liveness.js';
import type { RedisSource } from './connection/address-parts.js';
import { isRedisSource } from './connection/redis-source.js';
import { openRedisBroker, type RedisBroker, openRedisFleet, connectLiveness, type ServerLocation } from './connect.js';

/** What makes a Redis engine: which server, and how it is used. */
export const redisEngineTable = {
  redis: {
    type: 'value',
    isSecret: true,
    expected: 'the URL of a Redis server, its connection options, or the module that makes them',
    accepts: (value: unknown): value is RedisSource => isRedisSource(value),
    hint: (given) => `such as 'redis://host:6379'${given === '' ? '; leave it out to use REDIS_URL' : ''}`,
    doc: 'URL of the Redis server; or what no URL can say, as connection options or the module that makes them ([connecting.md](connecting.md#what-no-url-can-say)). Without it REDIS_URL of the environment, and without that, unless NODE_ENV is production, the embedded server.',
  },
  embedded: {
    type: 'boolean',
    doc: 'Whether the server is the embedded one, whatever REDIS_URL says; false: never. Not together with `redis`.',
  },
  durability: {
    type: 'choice',
    of: ['require', 'warn', 'off'],
    default: 'require',
    doc: 'Whether a server that may lose accepted jobs is refused, complained of, or taken as it is.',
  },
  fastPath: {
    type: 'boolean',
    default: true,
    doc: "Whether ordinary sends, acks and fetches skip the parts of BullMQ's scripts that have nothing to do for them.",
  },
} as const satisfies OptionTable;

// generated: RedisEngineOptions

/** What `redisEngine` takes. */
export interface RedisEngineOptions {
  /**
   * URL of the Redis server; or what no URL can say, as connection options or the module that makes them. Without it REDIS_URL of the
   * environment, and without that, unless NODE_ENV is production, the embedded server.
   */
  readonly redis?: OptionInput<typeof redisEngineTable, 'redis'> | undefined;
  /** Whether the server is the embedded one, whatever REDIS_URL says; false: never. Not together with `redis`. */
  readonly embedded?: OptionInput<typeof redisEngineTable, 'embedded'> | undefined;
  /** Whether a server that may lose accepted jobs is refused, complained of, or taken as it is. By default "require". */
  readonly durability?: OptionInput<typeof redisEngineTable, 'durability'> | undefined;
  /** Whether ordinary sends, acks and fetches skip the parts of BullMQ's scripts that have nothing to do for them. By default true. */
  readonly fastPath?: OptionInput<typeof redisEngineTable, 'fastPath'> | undefined;
}

// end: RedisEngineOptions

export type CheckedRedisOptions = OptionValues<typeof redisEngineTable>;

/** What the engine needs. */
export interface RedisEngineDeps {
  readonly options: CheckedRedisOptions;
  /** Finds the server, or starts it. */
  readonly findServer: () => Promise<ServerLocation>;
  /** How another thread makes an engine of such options. */
  readonly moduleOf: (options: CheckedRedisOptions) => EngineModule;
}

export class RedisEngine implements Engine {
  readonly name = 'redis';
  readonly #deps: RedisEngineDeps;

  constructor(deps: RedisEngineDeps) {
    this.#deps = deps;
  }

  get module(): EngineModule {
    return this.#deps.moduleOf(this.#deps.options);
  }

  async openBroker(opening: BrokerOpening): Promise<RedisBroker> {
    const { options, moduleOf } = this.#deps;
    const durability = opening.isForInspection === true ? 'off' : options.durability;
    const moduleAt = (redis: RedisSource) => moduleOf({ ...options, embedded: undefined, redis });
    const { fastPath } = options;
    const forwardsForAll = opening.isForInspection !== true;
    const further = { durability, fastPath, forwardsForAll, moduleAt };
    return this.#at((location) => openRedisBroker(location, { ...opening, ...further }));
  }

  async openLiveness(opening: LivenessOpening): Promise<Liveness> {
    return this.#at(async (location) => {
      const liveness = await connectLiveness({ ...opening, address: location.address });
      const hangUp = liveness.close.bind(liveness);
      const close = async () => {
        try {
          await hangUp();
        } finally {
          await location.leave();
        }
      };
      return Object.assign(liveness, { close });
    });
  }

  openFleet(opening: FleetOpening): Promise<ConnectedFleet> {
    return this.#at((location) => openRedisFleet(location, opening));
  }

  async #at<Opened>(open: (location: ServerLocation) => Promise<Opened>): Promise<Opened> {
    const location = await this.#deps.findServer();
    try {
      return await open(location);
    } catch (error) {
      await location.leave();
      throw error;
    }
  }
}
