// From a server's address to a broker on it, once the server was looked at.
import { BullmqBroker, type BullmqBrokerDeps } from './bullmq/bullmq-broker.js';
import type { AskServers } from './bullmq/admin/queue-names.js';
import type { BrokerOpening, ConnectedBroker, EngineModule } from '../engine.js';
import { checkServer, type Durability } from './connection/check-server.js';
import { askMasters } from './connection/ask-masters.js';
import { beginGuarded, connectGuarded, StartTime } from './connection/guarded-connection.js';
import { Lines } from './connection/lines.js';
import { AddressError } from './connection/redis-errors.js';
import type { ServerPlace } from './server-place.js';
import { BrokerUnreachableError } from '../broker-errors.js';
import { readServerFacts, weakerOf } from './connection/server-facts.js';
import type { RedisAddress } from './connection/address.js';

/** Who opens a broker, and how this server is used. */
export interface RedisBrokerOptions extends Omit<BrokerOpening, 'isForInspection'> {
  readonly durability: Durability;
  /** Whether ordinary sends, acks and fetches may take a shorter way that leaves and answers the same. */
  readonly fastPath: boolean;
  /** How another thread makes an engine on the server at this URL. */
  readonly moduleAt: (url: string) => EngineModule;
}

/** A broker that is open, and the server that it is on. */
export class RedisBroker implements ConnectedBroker {
  readonly broker: BullmqBroker;
  /** May be printed. */
  readonly redis: RedisAddress;
  readonly #time: StartTime;
  readonly #module: () => EngineModule;
  readonly #leave: () => Promise<void>;

  constructor(broker: BullmqBroker, place: ServerPlace, start: RedisStart) {
    this.broker = broker;
    this.redis = place.address;
    this.#time = start.time;
    this.#module = () => start.moduleAt(place.address.revealUrl());
    this.#leave = () => place.leave();
  }

  get address(): string {
    return this.redis.toString();
  }

  /** Its options hold the password: it is made when it is asked for, and is printed with nothing. */
  get module(): EngineModule {
    return this.#module();
  }

  get leftMs(): number {
    return this.#time.leftMs;
  }

  /** Taken out of this object, too: whoever wraps an engine may hand it on. */
  readonly close = async (): Promise<void> => {
    try {
      await this.broker.close();
    } finally {
      await this.#leave();
    }
  };
}

interface RedisStart extends Pick<RedisBrokerOptions, 'moduleAt'> {
  readonly time: StartTime;
}

/**
 * Connects to the server at this place, checks it, and opens a broker on it, which leaves the place in the end.
 * @throws AddressError, BrokerUnreachableError, ServerTooOldError, NotDurableError; nothing is left open then.
 */
export async function openRedisBroker(place: ServerPlace, options: RedisBrokerOptions): Promise<RedisBroker> {
  // Not before: to fetch a server, or to start one that is embedded, takes as long as it takes.
  const time = new StartTime(place.address, options.connectTimeoutMs);
  const { moduleAt } = options;
  return new RedisBroker(await openBroker(place.address, time, options), place, { time, moduleAt });
}

async function openBroker(address: RedisAddress, time: StartTime, options: RedisBrokerOptions): Promise<BullmqBroker> {
  const { connectTimeoutMs, namespace, ackedAgeSeconds, ackedCount, fastPath } = options;
  const place = await (address.isCluster ? openCluster : openServer)(address, time, options);
  const openClient = (name: string, key: string, signal?: AbortSignal) =>
    connectGuarded(address, { name, key, connectTimeoutMs, ...(signal && { signal }) });
  const retention = { ackedAgeSeconds, ackedCount };
  return new BullmqBroker({ ...place, openClient, namespace, database: address.database, fastPath, retention });
}

type OpenPlace = Pick<BullmqBrokerDeps, 'lines' | 'server' | 'askServers'>;

/** Looks at the server, and opens the line to it. */
async function openServer(address: RedisAddress, time: StartTime, options: RedisBrokerOptions): Promise<OpenPlace> {
  const { name, connectTimeoutMs } = options;
  const line = await connectGuarded(address, { name, connectTimeoutMs });
  try {
    const server = await time.answer(line, readServerFacts);
    checkServer(server, demandsOf(options));
    if (server.isCluster) throw new AddressError(`the server at ${String(address)} is one of a cluster: say +cluster`);
    const lines = new Lines({ open: () => line, areSpread: false });
    // At once, lest a broker that nobody calls on leaves it open.
    lines.to('', '');
    return { lines, server, askServers: async (ask) => [await line.read(ask)] };
  } catch (error) {
    line.hangUp();
    throw error;
  }
}

/** Looks at every server that has keys. */
async function openCluster(address: RedisAddress, time: StartTime, options: RedisBrokerOptions): Promise<OpenPlace> {
  const { name, connectTimeoutMs } = options;
  const servers = await askMasters(address, { name, time }, (guard) => time.answer(guard, readServerFacts));
  for (const server of servers) checkServer(server, demandsOf(options));
  const [server, ...others] = servers;
  if (server === undefined) throw new BrokerUnreachableError(String(address), 'no node of it has any keys');
  const open = (key: string) => beginGuarded(address, { name, key, connectTimeoutMs });
  const askServers: AskServers = (ask) =>
    askMasters(address, { name, time: new StartTime(address, connectTimeoutMs) }, (guard) => guard.read(ask));
  return { lines: new Lines({ open, areSpread: true }), server: others.reduce(weakerOf, server), askServers };
}

function demandsOf({ durability, warn }: RedisBrokerOptions) {
  return warn ? { durability, warn } : { durability };
}
