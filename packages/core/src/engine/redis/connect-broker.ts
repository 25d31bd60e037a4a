// The way in: from an address, or nothing at all, to a broker on a server that was looked at first.
import { BullmqBroker, type BullmqBrokerParts } from './bullmq/bullmq-broker.js';
import type { AskServers } from './bullmq/desk/queue-names.js';
import type { Broker } from '../broker.js';
import { checkServer, type Durability } from './connection/check-server.js';
import { askMasters } from './connection/ask-masters.js';
import { beginGuarded, connectGuarded, StartTime } from './connection/guarded-connection.js';
import { Lines } from './connection/lines.js';
import { AddressError, BrokerUnreachableError } from './connection/redis-errors.js';
import { readServerFacts, weakerOf } from './connection/server-facts.js';
import type { RedisAddress } from './connection/address.js';
import { findServerPlace } from '../../server/server-place.js';

/** Where the queues are and what is asked of the server. Producers and workers take the same. */
export interface BrokerOptions {
  /** The server's URL; by default the environment's REDIS_URL, and without one the embedded server. */
  readonly redis: string | undefined;
  /** Whether it is the embedded server, whatever the environment says; false: never. */
  readonly embedded?: boolean | undefined;
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
  /** What is left of `connectTimeoutMs`, for whatever else belongs to the start. */
  readonly time: Pick<StartTime, 'leftMs'>;
  /** Closes the broker and, as the last one out, the embedded server. */
  close(): Promise<void>;
}

/**
 * Connects to the server, checks it, and opens a broker on it.
 * @throws AddressError, NoServerError, BrokerUnreachableError, ServerTooOldError, NotDurableError, ServerBinaryMissingError, ServerStartError;
 * nothing is left open then.
 */
export async function connectBroker(options: BrokerOptions): Promise<ConnectedBroker> {
  const place = await findServerPlace(options);
  try {
    // Not before: to fetch a server, or to start one that is embedded, takes as long as it takes.
    const time = new StartTime(place.address, options.connectTimeoutMs);
    const broker = await openBroker(place.address, time, options);
    const close = async () => {
      try {
        await broker.close();
      } finally {
        await place.leave();
      }
    };
    return { broker, address: place.address, time, close };
  } catch (error) {
    await place.leave();
    throw error;
  }
}

async function openBroker(address: RedisAddress, time: StartTime, options: BrokerOptions): Promise<Broker> {
  const { connectTimeoutMs, namespace, ackedAgeSeconds, ackedCount, leanPath = true } = options;
  const place = await (address.isCluster ? openCluster : openServer)(address, time, options);
  const openClient = (name: string, key: string, signal?: AbortSignal) =>
    connectGuarded(address, { name, key, connectTimeoutMs, ...(signal && { signal }) });
  const retention = { ackedAgeSeconds, ackedCount };
  return new BullmqBroker({ ...place, openClient, namespace, database: address.database, leanPath, retention });
}

type OpenPlace = Pick<BullmqBrokerParts, 'lines' | 'server' | 'askServers'>;

/** Looks at the server, and opens the line to it. */
async function openServer(address: RedisAddress, time: StartTime, options: BrokerOptions): Promise<OpenPlace> {
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
async function openCluster(address: RedisAddress, time: StartTime, options: BrokerOptions): Promise<OpenPlace> {
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

function demandsOf({ durability, warn }: BrokerOptions) {
  return warn ? { durability, warn } : { durability };
}
