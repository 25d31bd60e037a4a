// The way in: from an address, or nothing at all, to a broker on a server that was looked at first.
import { BullmqBroker, type BullmqBrokerParts } from './bullmq/bullmq-broker.js';
import type { AskServers } from './bullmq/desk/queue-names.js';
import type { Broker } from './broker.js';
import { checkServer, type Durability } from '../redis/check-server.js';
import { askMasters } from '../redis/ask-masters.js';
import { beginConnecting, connectRedis } from '../redis/connection.js';
import { Lines } from '../redis/lines.js';
import { AddressError, BrokerUnreachableError } from '../redis/redis-errors.js';
import { weakerOf } from '../redis/server-facts.js';
import type { RedisAddress } from '../redis/address.js';
import { findServerPlace } from '../server/server-place.js';

/** Where the queues are and what is asked of the server. Producers and workers take the same. */
export interface BrokerOptions {
  /** The server's URL; by default the environment's REDIS_URL, and without one the embedded server. */
  readonly redis: string | undefined;
  readonly namespace: string;
  readonly durability: Durability;
  readonly connectTimeoutMs: number;
  readonly ackedAgeSeconds: number;
  readonly ackedCount: number;
  /** Whether ordinary sends may take a shorter way that leaves and answers the same; default true. */
  readonly leanPath?: boolean;
  /** Who connects, as the server lists it. */
  readonly name: string;
  /** Told what the server may lose, when `durability` is `warn`. */
  readonly warn?: (message: string) => void;
}

/** A broker that is open, and the server it is on as an address that may be printed. */
export interface ConnectedBroker {
  readonly broker: Broker;
  readonly address: RedisAddress;
  /** Closes the broker and, as the last one out, the embedded server. */
  close(): Promise<void>;
}

/**
 * Connects to the server, checks it, and opens a broker on it.
 * @throws AddressError, BrokerUnreachableError, ServerTooOldError, NotDurableError, ServerBinaryMissingError, ServerStartError;
 * nothing is left open then.
 */
export async function connectBroker(options: BrokerOptions): Promise<ConnectedBroker> {
  const place = await findServerPlace(options.redis);
  try {
    const broker = await openBroker(place.address, options);
    const close = async () => {
      try {
        await broker.close();
      } finally {
        await place.leave();
      }
    };
    return { broker, address: place.address, close };
  } catch (error) {
    await place.leave();
    throw error;
  }
}

async function openBroker(address: RedisAddress, options: BrokerOptions): Promise<Broker> {
  const { connectTimeoutMs, namespace, ackedAgeSeconds, ackedCount, leanPath = true } = options;
  const place = await openPlace(address, options);
  const openClient = (name: string, key: string, signal?: AbortSignal) =>
    connectRedis(address, { name, key, connectTimeoutMs, keepsCommands: false, ...(signal && { signal }) });
  const retention = { ackedAgeSeconds, ackedCount };
  return new BullmqBroker({ ...place, openClient, namespace, database: address.database, leanPath, retention });
}

type OpenPlace = Pick<BullmqBrokerParts, 'lines' | 'server' | 'askServers'>;

/** Looks at every server that has keys, and opens the lines to them. */
async function openPlace(address: RedisAddress, options: BrokerOptions): Promise<OpenPlace> {
  return address.isCluster ? openCluster(address, options) : openServer(address, options);
}

async function openServer(address: RedisAddress, options: BrokerOptions): Promise<OpenPlace> {
  const { name, connectTimeoutMs } = options;
  const client = await connectRedis(address, { name, connectTimeoutMs, keepsCommands: false });
  try {
    const server = await checkServer(client, demandsOf(options));
    if (server.isCluster) throw new AddressError(String(address), 'the server there is one of a cluster: say +cluster');
    const lines = new Lines({ open: () => client, areSpread: false, openTimeoutMs: connectTimeoutMs });
    const line = lines.to('', '');
    return { lines, server, askServers: async (ask) => [await line.run(ask)] };
  } catch (error) {
    client.disconnect();
    throw error;
  }
}

async function openCluster(address: RedisAddress, options: BrokerOptions): Promise<OpenPlace> {
  const { name, connectTimeoutMs } = options;
  const askServers: AskServers = (ask) => askMasters(address, { name, connectTimeoutMs }, ask);
  const [server, ...others] = await askServers((client) => checkServer(client, demandsOf(options)));
  if (server === undefined) throw new BrokerUnreachableError(String(address), 'no node of it has any keys');
  const open = (key: string) => beginConnecting(address, { name, key, keepsCommands: false });
  const lines = new Lines({ open, areSpread: true, openTimeoutMs: connectTimeoutMs });
  return { lines, server: others.reduce(weakerOf, server), askServers };
}

function demandsOf({ durability, warn }: BrokerOptions) {
  return warn ? { durability, warn } : { durability };
}
