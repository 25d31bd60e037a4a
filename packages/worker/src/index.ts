// The door for applications, '@acktor/worker': workers, handlers, middleware, events. Under semver.
export { Worker } from './worker/worker.js';
export type { WorkerOptions } from './worker/worker-options.js';
export {
  subscribe,
  type SubscribedJob,
  type SubscribeOptions,
  type SubscriberWorker,
  type Subscription,
} from './worker/subscription.js';
export type { ConsumerCounts, UnknownPolicies } from './worker/by-queue.js';
export { onDead, type DeadJob, type DeadJobListener, type DeadListener } from './events/on-dead.js';
export type { RateLimits } from './worker/rate-limits.js';
export type {
  ConnectionChange,
  DeliveryEnded,
  DeliveryFacts,
  DeliveryOutcome,
  DeliveryStarted,
  HandlerStuck,
  WorkerEventMap,
  WorkerEventName,
  WorkerListener,
  WorkerStateChange,
} from './events/worker-events.js';
export type { ConnectionHealth, QueueHealth, WorkerHealth } from './worker/health.js';
export type { HeartbeatState } from './heartbeat/heartbeat.js';
export { handle, handleAll, handles } from './handler/handler.js';
export type {
  AnyHandler,
  AnyHandlerClass,
  FunctionHandler,
  HandleAllOptions,
  Handler,
  HandlerClass,
  HandlerFunction,
  HandlerOptions,
  UncheckedJob,
} from './handler/handler.js';
export { handleBatch } from './handler/batch.js';
export type { Batch, BatchFunction, BatchHandler, BatchOptions, BatchOutcome } from './handler/batch.js';
export { middleware } from './handler/middleware.js';
export type { Middleware, MiddlewareOptions, Next, NextResult } from './handler/middleware.js';
export type { Container, Injected, Token } from './handler/container.js';
export type { Delivery, StepResult } from './delivery/delivery.js';
export type { AckedChild, DeadChild, EndedChildren } from './delivery/children.js';
export { DuplicateStepError, StepLimitError, StepResultError } from './delivery/step-errors.js';
export type { UnknownPolicy } from './delivery/for-others.js';
export type { AbortError } from './handler/executor.js';
export type { HostDeps, HostedActor, TakeTurn, TurnCommit } from './handler/hosted-actor.js';
export { desiredConsumers, type Demand, type MetricsData } from './metrics/worker-metrics.js';
export { isRejection, reject, type Rejection, type RejectOptions } from './delivery/settlement.js';
export type { ConsumerState } from './consumer/consumer-protocol.js';
export { consumerMachine } from './consumer/consumer.machine.js';
export { workerMachine } from './worker/worker.machine.js';
export {
  chartOf,
  mermaid,
  type Chart,
  type ChartState,
  type ChartStateKind,
  type ChartTransition,
} from '@acktor/chart';
export { InspectorMissingError } from './worker/stately-inspector.js';
export type { Logger } from './logger.js';
export {
  BatchError,
  CancelledError,
  DeadlineError,
  DeliveryEndedError,
  DuplicateHandlerError,
  FinalError,
  HandlerBuildError,
  HandlesTwiceError,
  HeartbeatError,
  LeaseLostError,
  MetricsOffError,
  MetricsPortError,
  MiddlewareResultError,
  NextCalledError,
  NotAHandlerError,
  NotProvidedError,
  ProgressError,
  SendLimitError,
  WaitingForChildrenError,
  ChildDeadError,
  ChildIdTakenError,
  ShutdownError,
  UnresolvableParameterError,
} from './errors.js';
export { HandlerFileError, NoHandlersError, UnknownQueueError } from './handler/load-handlers.js';
