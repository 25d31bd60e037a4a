// The door for applications: contracts, the producer and what comes of a job.
export {
  job,
  type AnyJob,
  type ComputedOptions,
  type AcceptedExchange,
  type JobContract,
  type JobOptions,
  type PayloadInput,
  type PayloadOf,
  type ScheduleData,
  type ScheduledRun,
  type ResultInput,
  type ResultOf,
} from './contract/job.js';
export type { GroupOptions, Groups } from './contract/groups.js';
export { flow, isFlow, type FlowContract, type FlowOptions } from './flows/flow.js';
export type {
  After,
  Compensation,
  DeclareEnd,
  DeclareStep,
  FlowEdge,
  FlowEnd,
  FlowRun,
  FlowStep,
  OnFailure,
  StepOptions,
  StepResults,
} from './flows/step.js';
export type { FlowDetails, FlowStepDetails } from './flows/flows.js';
export {
  ActorAddress,
  ActorAskError,
  eventTo,
  type ActorSendOptions,
  type ActorViewOf,
} from './actors/actor-address.js';
export { ActorEndedError, ActorWaitError } from './actors/actor-views.js';
export type {
  ActorAnswer,
  ActorAnswerState,
  ActorContract,
  ActorEvent,
  ActorInput,
  AnyActor,
  EventInput,
  EventSchemas,
  Mailbox,
} from './actors/actor-contract.js';
export type { ActorStatus, ActorView } from './actors/actor-record.js';
export {
  Actors,
  type ActorCounts,
  type ActorDetails,
  type ActorListOptions,
  type ListedActor,
} from './actors/actors.js';
export type { ActorEventObject, MailInput, TurnResult } from './actors/mail.js';
export type { FlowPhase, FlowProgress, StepState } from './flows/flow-record.js';
export type { Backoff, BackoffFunction } from './contract/backoff.js';
export type { Meta } from './contract/meta.js';
export {
  NewerPayloadError,
  UpgradeError,
  type StepsTo,
  type UpgradeStep,
  type VersionOptions,
} from './contract/versions.js';
export { defaultJsonLimits, type JsonLimits } from './contract/json.js';
export { decodePayload, MappingError, type PayloadReading } from './contract/payload.js';
export {
  AcktorError,
  ContractError,
  NameError,
  NotAContractError,
  OptionsError,
  PayloadError,
  ResultError,
  type AcktorErrorDetails,
  type Fault,
  type OptionFault,
} from './errors.js';
export { redisEngine, type RedisEngineOptions } from './engine/default-engine.js';
export type {
  DnsLookup,
  NatMap,
  Pem,
  RedisConnection,
  RedisModule,
  RedisSource,
  RedisTls,
} from './engine/redis/connection/address-parts.js';
export type { MaxLength, PublishedBy } from './engine/send-terms.js';
export type { Engine, EngineModule } from './engine/engine.js';
export { EngineFeatureError, EngineModuleError, EngineNotPortableError } from './engine/engine-module.js';
export type { CancelOutcome, Confirm, ConfirmShortfall, FurtherConfirm } from './engine/broker.js';
export {
  BrokerReplyError,
  BrokerUnreachableError,
  ClosedError,
  ConfirmShortfallError,
  ConfirmUnsupportedError,
  ConnectionLostError,
  QueueFullError,
  SendRefusedError,
  SendUnconfirmedError,
  ServerRefusalError,
  UnwritableCallError,
} from './engine/broker-errors.js';
export type { Durability } from './engine/redis/connection/check-server.js';
export {
  AddressError,
  BrokerVersionError,
  MissingRightsError,
  NoServerError,
  NotDurableError,
  RedisModuleError,
  ServerBinaryMissingError,
  ServerStartError,
  ServerTooOldError,
  type MissingRights,
  type ServerStartDetails,
} from './engine/redis/connection/redis-errors.js';
export {
  exchange,
  type AnyExchange,
  type ExchangeContract,
  type ExchangeOptions,
  type ExchangeType,
  type KeySchema,
  type PublishedInput,
  type RoutingKeyOf,
} from './routing/exchange.js';
export {
  accepts,
  bind,
  type Accepting,
  type Binding,
  type BindingArguments,
  type BindingTarget,
  type HeaderPattern,
  type JobTarget,
} from './routing/binding.js';
export { Exchanges, type ExchangeDetails } from './routing/exchanges.js';
export type { DeclaredExchange } from './routing/topology.js';
export { Published, type PublishedRoute } from './routing/published.js';
export type { PublishOptions } from './routing/publish-options.js';
export {
  BindingMismatchError,
  ExchangeLoopError,
  ExchangeMismatchError,
  ExchangeNotFoundError,
  ExchangesBusyError,
  RoutingLimitError,
  UnroutableError,
} from './routing/routing-errors.js';
export { Producer } from './producer/producer.js';
export type { JobConsumers } from './fleet/connect-fleet.js';
export { CallTimeoutError } from './producer/calling.js';
export type { CallOptions } from './producer/call-options.js';
export { DeadLetteredError, JobGoneError, Receipt, ResultTimeoutError } from './producer/receipt.js';
export { BulkSendError, type BulkOptions, type BulkSummary } from './producer/bulk.js';
export type {
  CancelOptions,
  ProducerOptions,
  ResultOptions,
  SendOptions,
  ChildOptions,
  SendWithAckOptions,
} from './producer/producer-options.js';
export { DeadLetters, type DeadLetterBulkSummary, type DeadLetterPreview } from './dead-letters/dead-letters.js';
export type { DeadLetter, PastAttempt, PastAttemptEnd, PastState } from './dead-letters/dead-letter.js';
export type {
  DeadLetterBulkOptions,
  DeadLetterFilter,
  DeadLetterListOptions,
  ReasonFilter,
  RedriveOptions,
} from './dead-letters/dead-letter-options.js';
export { Schedules, type BackfillSummary, type Schedule, type ScheduleListing } from './schedules/schedules.js';
export type { BackfillOptions } from './schedules/backfill.js';
export type { ScheduleListOptions, ScheduleOptions, UpcomingOptions } from './schedules/schedule-options.js';
export { Events } from './events/events.js';
export type { EventsOptions, ListenerErrorHandler } from './events/events-options.js';
export type {
  EventsGap,
  JobAcked,
  JobDied,
  JobEvent,
  JobEventMap,
  JobEventName,
  JobListener,
  JobProgressed,
  JobWaitsAgain,
} from './events/job-event.js';
export { Keys, type KeyLimitOptions, type KeyListing, type KeyListOptions } from './operator/keys.js';
export type { KeyState } from './engine/key-store.js';
export type { QueueLimitOptions } from './operator/limits.js';
export { Operator } from './operator/operator.js';
export { QueueNotFoundError } from './operator/queue-not-found.js';
export type {
  BulkOutcome,
  ClearOptions,
  InspectOptions,
  JobListing,
  JobListOptions,
  MoveOptions,
  OperatorOptions,
  PauseOptions,
  PromoteOptions,
} from './operator/operator-options.js';
export type { InspectionProgress, QueueFault, QueueInspection, RepairOutcome } from './operator/queue-fault.js';
export type {
  JobAttempt,
  JobDetails,
  JobPlace,
  JobStep,
  JobSummary,
  ProcessDeath,
  QueueDepth,
  QueueLimits,
} from './operator/queue-admin.js';
