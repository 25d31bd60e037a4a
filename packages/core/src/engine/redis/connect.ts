// From a server's address to what the engine opens there: a broker, a liveness, a fleet.
import { randomUUID } from 'node:crypto';
import { BullmqBroker, type BullmqBrokerDeps } from './bullmq/bullmq-broker.js';
import type { AskServers } from './bullmq/admin/queue-names.js';
import type { BrokerOpening, ConnectedBroker, EngineModule, FleetOpening, LivenessOpening } from '../engine.js';
import { checkServer, type Durability } from './connection/check-server.js';
import { requireRights } from './bullmq/scripts/rights.js';
import { askMasters, beginGuarded, connectGuarded, StartTime } from './connection/guarded-connection.js';
import { Connections, type ConnectionGuard } from './connection/connection-guard.js';
import { AddressError } from './connection/redis-errors.js';
import { BrokerUnreachableError } from '../broker-errors.js';
import { retentionOf } from '../retention.js';
import { readServerFacts, weakerOf, type ServerFacts } from './connection/server-facts.js';
import type { RedisAddress } from './connection/address.js';
import type { RedisSource } from './connection/address-parts.js';
import type { ConnectedFleet } from '../../fleet/fleet.js';
import { fleetOn } from '../../fleet/hub-fleet.js';
import { RedisFleetHub } from './fleet/redis-fleet-hub.js';
import { BullmqLiveness } from './bullmq/bullmq-liveness.js';
import { queueKeys } from './bullmq/queue-keys.js';
import { JointLiveness } from './joint-liveness.js';
import type { Liveness } from '../liveness.js';

/** How a broker is opened, and how it uses the server. */
export interface RedisBrokerOptions extends Omit<BrokerOpening, 'isForInspection'> {
  readonly durability: Durability;
  /** Whether ordinary sends, acks and fetches may take a shorter path with the same effect and the same answer. */
  readonly fastPath: boolean;
  /** Whether it forwards what others have left in their outboxes, in a cluster. */
  readonly forwardsForAll: boolean;
  /** How another thread makes an engine on this server. */
  readonly moduleAt: (redis: RedisSource) => EngineModule;
}

/** An open broker, and the server that it is on. */
export class RedisBroker implements ConnectedBroker {
  readonly broker: BullmqBroker;
  /** May be printed. */
  readonly redis: RedisAddress;
  readonly #time: StartTime;
  readonly #module: () => EngineModule;
  readonly #leave: () => Promise<void>;

  constructor(broker: BullmqBroker, location: ServerLocation, start: RedisStart) {
    this.broker = broker;
    this.redis = location.address;
    this.#time = start.time;
    this.#module = () => start.moduleAt(location.address.revealSource());
    this.#leave = () => location.leave();
  }

  get address(): string {
    return this.redis.toString();
  }

  /** Made on demand, because its options hold the password: printing this object does not print it. */
  get module(): EngineModule {
    return this.#module();
  }

  get leftMs(): number {
    return this.#time.leftMs;
  }

  /** A bound function: an engine that wraps this one may pass it on by itself. */
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
 * Connects to the server at this location, checks it, and opens a broker on it, which leaves the location when it is closed.
 * @throws AddressError, BrokerUnreachableError, MissingRightsError, ServerTooOldError, NotDurableError; nothing is left open then.
 */
export async function openRedisBroker(location: ServerLocation, options: RedisBrokerOptions): Promise<RedisBroker> {
  // Not earlier: the time to fetch or start an embedded server does not count.
  const time = new StartTime(location.address, options.connectTimeoutMs);
  const { moduleAt } = options;
  return new RedisBroker(await openBroker(location.address, time, options), location, { time, moduleAt });
}

async function openBroker(address: RedisAddress, time: StartTime, options: RedisBrokerOptions): Promise<BullmqBroker> {
  const { connectTimeoutMs, namespace, fastPath, forwardsForAll, worker, countedMinutes = 0 } = options;
  const opened = await (address.isCluster ? openCluster : openServer)(address, time, options);
  const openClient = (name: string, key: string, signal?: AbortSignal) =>
    connectGuarded(address, { name, key, connectTimeoutMs, ...(signal && { signal }) });
  const retention = retentionOf(options);
  return new BullmqBroker({
    ...opened,
    openClient,
    namespace,
    database: address.database,
    fastPath,
    forwardsForAll,
    retention,
    worker,
    countedMinutes,
  });
}

type Opened = Pick<BullmqBrokerDeps, 'connections' | 'server' | 'askServers'>;

/** Checks the server, and opens the connection to it. */
async function openServer(address: RedisAddress, time: StartTime, options: RedisBrokerOptions): Promise<Opened> {
  const { name, connectTimeoutMs } = options;
  const guard = await connectGuarded(address, { name, connectTimeoutMs });
  try {
    const server = await meet(guard, address, { time, options });
    if (server.isCluster) throw new AddressError(`the server at ${String(address)} is one of a cluster: say +cluster`);
    const connections = new Connections({ open: () => guard, areSpread: false });
    // At once, so that closing an unused broker closes it.
    connections.to('', '');
    return { connections, server, askServers: async (ask) => [await guard.read(ask)] };
  } catch (error) {
    guard.hangUp();
    throw error;
  }
}

/** Checks every server that has keys. */
async function openCluster(address: RedisAddress, time: StartTime, options: RedisBrokerOptions): Promise<Opened> {
  const { name, connectTimeoutMs } = options;
  const servers = await askMasters(address, { name, time }, (guard) => meet(guard, address, { time, options }));
  const [server, ...others] = servers;
  if (server === undefined) throw new BrokerUnreachableError(String(address), 'no node of it has any keys');
  const open = (key: string) => beginGuarded(address, { name, key, connectTimeoutMs });
  const askServers: AskServers = (ask) =>
    askMasters(address, { name, time: new StartTime(address, connectTimeoutMs) }, (guard) => guard.read(ask));
  const connections = new Connections({ open, areSpread: true });
  return { connections, server: others.reduce(weakerOf, server), askServers };
}

interface Meeting {
  readonly time: StartTime;
  readonly options: RedisBrokerOptions;
}

/** Both questions travel together. @throws MissingRightsError, and what the check of its settings throws. */
async function meet(guard: ConnectionGuard, { user }: RedisAddress, { time, options }: Meeting): Promise<ServerFacts> {
  const { role, namespace } = options;
  const facts = time.answer(guard, readServerFacts);
  const rights = role && time.answer(guard, (client) => requireRights(client, { role, user, namespace }));
  const [server, asked] = await Promise.allSettled([facts, rights]);
  // A server that is too old says first that it is.
  if (server.status === 'fulfilled') checkServer(server.value, demandsOf(options));
  // A user who may not do what its role does may not be allowed to ask for the facts either: that says less.
  if (asked.status === 'rejected') throw asked.reason;
  if (server.status === 'rejected') throw server.reason;
  return server.value;
}

function demandsOf({ durability, warn }: RedisBrokerOptions) {
  return warn ? { durability, warn } : { durability };
}

/** Opens the fleet on the server at this location, which it leaves when it is closed. @throws BrokerUnreachableError; nothing is left open then. */
export async function openRedisFleet(location: ServerLocation, opening: FleetOpening): Promise<ConnectedFleet> {
  const { address } = location;
  return fleetOn(await openHub(address, opening), { address: address.toString(), leave: () => location.leave() });
}

async function openHub(address: RedisAddress, { namespace, connectTimeoutMs }: FleetOpening): Promise<RedisFleetHub> {
  const time = new StartTime(address, connectTimeoutMs);
  const guard = await connectGuarded(address, { name: 'acktor-fleet-asks', connectTimeoutMs });
  let subscriber: ConnectionGuard | undefined;
  try {
    subscriber = await connectGuarded(address, { name: 'acktor-fleet', connectTimeoutMs: time.leftMs });
    const { isCluster, database } = address;
    const hub = new RedisFleetHub({ namespace, database, asker: randomUUID(), isCluster, guard, subscriber });
    await hub.open(time);
    return hub;
  } catch (error) {
    subscriber?.hangUp();
    guard.hangUp();
    throw error;
  }
}

/** The process and its queues, and the server. */
export interface LivenessOptions extends LivenessOpening {
  readonly address: RedisAddress;
}

/** Opens the connections that carry the liveness's calls. @throws BrokerUnreachableError; nothing is left open then. */
export async function connectLiveness(options: LivenessOptions): Promise<Liveness> {
  const { address } = options;
  if (!address.isCluster) return openLiveness(address, options);
  // Each queue may lie on another server, and may move.
  const opened = await Promise.allSettled(
    options.queues.map((queue) => openLiveness(address, { ...options, queues: [queue] })),
  );
  const livenesses = opened.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const failed = opened.find((one) => one.status === 'rejected');
  const [first, ...others] = livenesses;
  if (failed === undefined && first !== undefined) return new JointLiveness(first, others);
  await Promise.all(livenesses.map((liveness) => liveness.close()));
  throw failed?.reason ?? new TypeError('expected a queue at least for a liveness to watch over');
}

async function openLiveness(address: RedisAddress, options: LivenessOptions): Promise<Liveness> {
  const { connectTimeoutMs, answerTimeoutMs, namespace, queues } = options;
  const [keys] = queues.map((queue) => queueKeys(namespace, queue, { isInCluster: address.isCluster }));
  const time = new StartTime(address, connectTimeoutMs);
  const key = keys?.marker ?? '';
  const patience = answerTimeoutMs === undefined ? {} : { answerTimeoutMs };
  const guard = await connectGuarded(address, { connectTimeoutMs, key, ...patience, name: 'acktor-heartbeat' });
  const openSubscriber = () => connectGuarded(address, { connectTimeoutMs: time.leftMs, key, name: 'acktor-presence' });
  const { isCluster: isInCluster, database } = address;
  return new BullmqLiveness({ ...options, isInCluster, database, guard, openSubscriber, time });
}

/** A server that was found, or started for the caller. */
export interface ServerLocation {
  readonly address: RedisAddress;
  /** Call it when nothing is open there any more: the last one to leave ends the embedded server. */
  leave(): Promise<void>;
}
