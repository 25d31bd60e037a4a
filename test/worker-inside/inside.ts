// The parts of a worker that its door does not show, for tests of one part alone. Types come with the build, values from it.
import type * as ChannelModule from '../../packages/worker/dist/channel/channel.js';
import type * as DeliveryTableModule from '../../packages/worker/dist/channel/delivery-table.js';
import type * as RunnerModule from '../../packages/worker/dist/delivery/runner.js';
import type * as PoolModule from '../../packages/worker/dist/worker/consumer-pool.js';
import type * as CompiledMachineModule from '../../packages/worker/dist/consumer/compiled-machine.js';
import type * as QuarantineModule from '../../packages/worker/dist/delivery/quarantine.js';
import type * as LoadHandlersModule from '../../packages/worker/dist/handler/load-handlers.js';
import type * as WorkerEventsModule from '../../packages/worker/dist/events/worker-events.js';
import type * as EndLogModule from '../../packages/worker/dist/delivery/settlement.js';
import type * as HeartbeatProtocolModule from '../../packages/worker/dist/heartbeat/heartbeat-protocol.js';
import type * as HeartbeatRunnerModule from '../../packages/worker/dist/heartbeat/heartbeat-runner.js';
import type * as TickingModule from '../../packages/worker/dist/heartbeat/ticking.js';
import type * as ScopeModule from '../../packages/worker/dist/handler/handler-scope.js';
import type * as ContainerModule from '../../packages/worker/dist/handler/container.js';
import type * as CheckModule from '../../packages/worker/dist/handler/check-parameters.js';
import type * as RegistryModule from '../../packages/worker/dist/handler/handler-registry.js';

export type { ChannelDeps } from '../../packages/worker/dist/channel/channel.js';
export type {
  ChannelMessage,
  ConsumerEvent,
  ConsumerRef,
  RunnerOrder,
} from '../../packages/worker/dist/consumer/consumer-protocol.js';
export type { PoolDeps } from '../../packages/worker/dist/worker/consumer-pool.js';
export type { RunnerDeps } from '../../packages/worker/dist/delivery/runner.js';

export type { HeartbeatReport } from '../../packages/worker/dist/heartbeat/heartbeat-protocol.js';
export const { loadHandlers } = await inside<typeof LoadHandlersModule>('handler/load-handlers.js');
export const { WorkerEvents } = await inside<typeof WorkerEventsModule>('events/worker-events.js');
export const { EndLog } = await inside<typeof EndLogModule>('delivery/settlement.js');
export const { tickUntilStopped } = await inside<typeof TickingModule>('heartbeat/ticking.js');
export const { LocalHeartbeat } = await inside<typeof HeartbeatRunnerModule>('heartbeat/heartbeat-runner.js');
export const { machineMs, newSign } = await inside<typeof HeartbeatProtocolModule>('heartbeat/heartbeat-protocol.js');
export const { Channel } = await inside<typeof ChannelModule>('channel/channel.js');
export const { channelLogic } = await inside<typeof ChannelModule>('channel/channel.js');
export const { DeliveryTable } = await inside<typeof DeliveryTableModule>('channel/delivery-table.js');
export { systemClock } from '@acktor/core/engine';
export const { ConsumerPool } = await inside<typeof PoolModule>('worker/consumer-pool.js');
export const { runnerLogic } = await inside<typeof RunnerModule>('delivery/runner.js');
export const { compiledConsumer, compiledMachine } =
  await inside<typeof CompiledMachineModule>('consumer/compiled-machine.js');
export const { Quarantine } = await inside<typeof QuarantineModule>('delivery/quarantine.js');
export const { disposeGlobally, HandlerScopes } = await inside<typeof ScopeModule>('handler/handler-scope.js');
export type HandlerScopes = ScopeModule.HandlerScopes;
export const { emptyContainer } = await inside<typeof ContainerModule>('handler/container.js');
export const { checkParameters } = await inside<typeof CheckModule>('handler/check-parameters.js');
export const { handlersByQueue } = await inside<typeof RegistryModule>('handler/handler-registry.js');

export type Quarantine = QuarantineModule.Quarantine;
export type ConsumerPool = PoolModule.ConsumerPool;
export type WorkerEvents = WorkerEventsModule.WorkerEvents;
export type Channel = ChannelModule.Channel;

/** A second copy of a module, as a second installation of the package has it. */
export function insideAgain<Module>(path: string): Promise<Module> {
  return inside<Module>(`${path}?copy`);
}

// A path that stands in this file is right for the source or for what it is compiled to, never for both.
function inside<Module>(path: string): Promise<Module> {
  return import(new URL(`../../../packages/worker/dist/${path}`, import.meta.url).href) as Promise<Module>;
}
