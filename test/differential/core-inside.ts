// The parts of the core that its door does not show: what the calls of a channel and of a producer are made of. Types come with the build, values from it.
import type * as CallModule from '../../packages/core/dist/engine/redis/bullmq/channel/channel-call.js';
import type * as KeysModule from '../../packages/core/dist/engine/redis/bullmq/queue-keys.js';
import type * as RecordModule from '../../packages/core/dist/engine/redis/bullmq/channel/leased-record.js';
import type * as SendCallModule from '../../packages/core/dist/engine/redis/bullmq/sending/send-call.js';
import type * as BuiltModule from '../../packages/core/dist/engine/redis/bullmq/scripts/built-scripts.js';
import type * as ScriptsModule from '../../packages/core/dist/engine/redis/bullmq/scripts/scripts.js';
import type * as RedisScriptModule from '../../packages/core/dist/engine/redis/connection/redis-script.js';
import type * as ShippedModule from '../../packages/core/dist/engine/redis/bullmq/bullmq-scripts.js';
import type { ChannelRequest } from '../../packages/core/dist/engine/work-queue.js';

export type { ChannelRequest, LeasedJob, Settlement } from '../../packages/core/dist/engine/work-queue.js';

export type { JobFields } from '../../packages/core/dist/engine/redis/bullmq/channel/leased-record.js';
export type { BullmqScriptName } from '../../packages/core/dist/engine/redis/bullmq/bullmq-scripts.js';
export type { OutgoingJob } from '../../packages/core/dist/engine/work-queue.js';
export type { ScriptClient } from '../../packages/core/dist/engine/redis/connection/redis-script.js';

const { SEPARATOR, writeCall } = await inside<typeof CallModule>('engine/redis/bullmq/channel/channel-call.js');
export { SEPARATOR };
const writing = { maxTextBytes: Infinity, targetOf: (queue: string) => ({ prefix: `${queue}:`, outbox: undefined }) };
export const writeEntries = (requests: readonly ChannelRequest[], keepsOthers = false) =>
  writeCall(requests, { ...writing, keepsOthers }).entries;
export const { luaText } = await inside<typeof ScriptsModule>('engine/redis/bullmq/scripts/scripts.js');
export const { JOB_FIELDS } = await inside<typeof BuiltModule>('engine/redis/bullmq/scripts/built-scripts.js');
export type { RedisScript } from '../../packages/core/dist/engine/redis/connection/redis-script.js';
export const { RedisScript: Script } = await inside<typeof RedisScriptModule>(
  'engine/redis/connection/redis-script.js',
);
export const { storedOptions, writeJobs } = await inside<typeof SendCallModule>(
  'engine/redis/bullmq/sending/send-call.js',
);
export const { queueKeys } = await inside<typeof KeysModule>('engine/redis/bullmq/queue-keys.js');
export const { readLeasedJob, readJobText } = await inside<typeof RecordModule>(
  'engine/redis/bullmq/channel/leased-record.js',
);
export const { scriptText } = await inside<typeof ShippedModule>('engine/redis/bullmq/bullmq-scripts.js');

// A path that stands in this file is right for the source or for what it is compiled to, never for both.
function inside<Module>(path: string): Promise<Module> {
  return import(new URL(`../../../packages/core/dist/${path}`, import.meta.url).href) as Promise<Module>;
}
