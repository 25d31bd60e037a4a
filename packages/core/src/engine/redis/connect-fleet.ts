// From a server's address to the fleet that is on it: two connections, one that asks and one that subscribes.
import { randomUUID } from 'node:crypto';
import type { ConnectedFleet } from '../../fleet/fleet.js';
import { fleetOn } from '../../fleet/hub-fleet.js';
import type { FleetOpening } from '../engine.js';
import type { RedisAddress } from './connection/address.js';
import type { ConnectionGuard } from './connection/connection-guard.js';
import { connectGuarded, StartTime } from './connection/guarded-connection.js';
import { RedisFleetHub } from './fleet/redis-fleet-hub.js';
import type { ServerPlace } from './server-place.js';

/** Opens the fleet on the server at this place, which it leaves in the end. @throws BrokerUnreachableError; nothing is left open then. */
export async function openRedisFleet(place: ServerPlace, opening: FleetOpening): Promise<ConnectedFleet> {
  const { address } = place;
  return fleetOn(await openHub(address, opening), { address: address.toString(), leave: () => place.leave() });
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
