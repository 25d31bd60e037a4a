// The parts of the fleet's conversation that no door shows. Types come with the build, values from it.
import type * as RedisFleetHubModule from '../../packages/core/dist/engine/redis/fleet/redis-fleet-hub.js';
import type * as FleetWatchModule from '../../packages/core/dist/fleet/fleet-watch.js';
import type * as GuardedModule from '../../packages/core/dist/engine/redis/connection/guarded-connection.js';
import type * as KnownWorkersModule from '../../packages/core/dist/fleet/known-workers.js';
import type * as PackedTextModule from '../../packages/core/dist/engine/redis/fleet/fleet-channels.js';
import type * as ReadMessageModule from '../../packages/core/dist/fleet/read-message.js';
import type * as FeedModule from '../../packages/worker/dist/feed/feed.js';
import type * as FollowedActorsModule from '../../packages/worker/dist/feed/followed-actors.js';

export type { FleetEvent } from '../../packages/core/dist/fleet/fleet-message.js';
export type { FeedNote, FeedOrder } from '../../packages/worker/dist/feed/feed-protocol.js';
export type { SourceChanges } from '../../packages/worker/dist/feed/feed-protocol.js';

export const { RedisFleetHub } = await inside<typeof RedisFleetHubModule>(
  'core/dist/engine/redis/fleet/redis-fleet-hub.js',
);
export const { watchFleet } = await inside<typeof FleetWatchModule>('core/dist/fleet/fleet-watch.js');
export const { connectGuarded } = await inside<typeof GuardedModule>(
  'core/dist/engine/redis/connection/guarded-connection.js',
);
export const { KnownWorkers } = await inside<typeof KnownWorkersModule>('core/dist/fleet/known-workers.js');
export const { pack, unpack } = await inside<typeof PackedTextModule>('core/dist/engine/redis/fleet/fleet-channels.js');
export const { readAnswer, readFleetRequest, readFleetEvent } = await inside<typeof ReadMessageModule>(
  'core/dist/fleet/read-message.js',
);
export const { Feed } = await inside<typeof FeedModule>('worker/dist/feed/feed.js');
export const { MachineRegistry } = await inside<typeof FollowedActorsModule>('worker/dist/feed/followed-actors.js');

// A path that stands in this file is right for the source or for what it is compiled to, never for both.
function inside<Module>(path: string): Promise<Module> {
  return import(new URL(`../../../packages/${path}`, import.meta.url).href) as Promise<Module>;
}
