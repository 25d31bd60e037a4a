// The way in for those who look at a fleet: dashboards, terminals, tools.
import { randomUUID } from 'node:crypto';
import { brokerOptionTable } from '../broker-options.js';
import type { OptionsInput, OptionTable } from '../../options/option-spec.js';
import { defineOptions } from '../../options/options.js';
import type { RedisAddress } from './connection/address.js';
import type { ConnectionGuard } from './connection/connection-guard.js';
import { connectGuarded, StartTime } from './connection/guarded-connection.js';
import { findServerPlace, type ServerPlace } from '../../server/server-place.js';
import type { Fleet } from '../../fleet/fleet.js';
import { HubFleet } from '../../fleet/hub-fleet.js';
import { RedisFleetHub } from './fleet/redis-fleet-hub.js';

const fleetTable = {
  redis: brokerOptionTable.redis,
  embedded: brokerOptionTable.embedded,
  namespace: brokerOptionTable.namespace,
  connectTimeoutMs: brokerOptionTable.connectTimeoutMs,
} as const satisfies OptionTable;

/** Checks the options of {@link connectFleet}. */
export const fleetOptions = defineOptions(fleetTable);

/** What {@link connectFleet} takes. */
export type FleetOptions = OptionsInput<typeof fleetTable>;

/** A fleet to look at, and the way out. */
export interface ConnectedFleet extends Fleet, AsyncDisposable {
  /** The server's address; printing it does not show the password. */
  readonly address: RedisAddress;
  /**
   * How many messages on the fleet's channels were dropped so far: forged ones, those of newer versions that do not fit, and those on
   * which a watcher threw. A watcher's `onDropped` says it, too.
   */
  readonly droppedMessages: number;
  /** Hangs up. Ends no watch: abort their signals first. May be called twice. */
  close(): Promise<void>;
}

/**
 * Connects to a fleet, by two connections however many watch. Nothing is written on the server.
 *
 * @throws OptionsError, AddressError, NoServerError, BrokerUnreachableError, ServerBinaryMissingError, ServerStartError; nothing is left open.
 * @example
 * await using fleet = await connectFleet();
 * for (const { host, pid, consumers } of await fleet.workers()) console.log(host, pid, consumers.length);
 */
export async function connectFleet(options: FleetOptions = {}): Promise<ConnectedFleet> {
  const checked = fleetOptions.check(options);
  const place = await findServerPlace(checked);
  try {
    return fleetAt(place, await openHub(place.address, checked));
  } catch (error) {
    await place.leave();
    throw error;
  }
}

function fleetAt(place: ServerPlace, hub: RedisFleetHub): ConnectedFleet {
  let closing: Promise<void> | undefined;
  const close = () => {
    hub.close();
    return (closing ??= place.leave());
  };
  const wayOut = { address: place.address, close, [Symbol.asyncDispose]: close };
  return Object.assign(new HubFleet(hub), wayOut);
}

async function openHub(address: RedisAddress, options: ReturnType<typeof fleetOptions.check>): Promise<RedisFleetHub> {
  const { namespace, connectTimeoutMs } = options;
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
