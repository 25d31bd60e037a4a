// The door for applications: contracts, the producer and what comes of a job.
export {
  job,
  type AnyJob,
  type JobContract,
  type JobOptions,
  type PayloadInput,
  type PayloadOf,
  type ResultInput,
  type ResultOf,
} from './contract/job.js';
export type { Backoff } from './contract/retry-options.js';
export {
  NewerPayloadError,
  UpgradeError,
  type StepsTo,
  type UpgradeStep,
  type VersionOptions,
} from './contract/versions.js';
export { defaultJsonLimits, type JsonLimits } from './contract/json.js';
export { decodePayload, type PayloadReading } from './contract/payload.js';
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
export type { Durability } from './engine/redis/connection/check-server.js';
export { AddressError, NotDurableError, ServerTooOldError } from './engine/redis/connection/redis-errors.js';
export {
  BrokerUnreachableError,
  ConnectionLostError,
  ServerRefusalError,
  UnwritableCallError,
} from './engine/broker-errors.js';
export { redisEngine, type RedisEngineOptions } from './engine/default-engine.js';
export type { Engine, EngineModule } from './engine/engine.js';
export { Producer } from './producer/producer.js';
export type { JobConsumers } from './producer/job-consumers.js';
export { Receipt } from './producer/receipt.js';
export { BulkSendError, type BulkOptions, type BulkSummary } from './producer/bulk.js';
export { DeadLetteredError, JobGoneError, ResultTimeoutError } from './producer/producer-errors.js';
export type { CancelOptions, ProducerOptions, ResultOptions, SendOptions } from './producer/producer-options.js';
export { DeadLetters, type DeadLetterBulkSummary, type DeadLetterPreview } from './dead-letters/dead-letters.js';
export type { DeadLetter } from './dead-letters/dead-letter.js';
export type { PastAttempt, PastAttemptEnd, PastState } from './dead-letters/past-attempt.js';
export type {
  DeadLetterBulkOptions,
  DeadLetterFilter,
  DeadLetterListOptions,
  ReasonFilter,
} from './dead-letters/dead-letter-options.js';
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
export { Operator } from './operator/operator.js';
export { QueueNotFoundError } from './operator/operator-errors.js';
export type { JobListing, JobListOptions, OperatorOptions, PauseOptions } from './operator/operator-options.js';
export type { JobAttempt, JobDetails, JobPlace, JobSummary, ProcessDeath, QueueDepth } from './operator/queue-admin.js';
export type { CancelOutcome } from './engine/cancel-outcome.js';
export { BrokerReplyError, ClosedError, SendRefusedError, SendUnconfirmedError } from './engine/broker-errors.js';
export { BrokerVersionError } from './engine/redis/connection/redis-errors.js';
export type { Confirm, ConfirmShortfall, FurtherConfirm } from './engine/confirm.js';
export { ConfirmShortfallError, ConfirmUnsupportedError } from './engine/confirm-errors.js';
export { NoServerError } from './server/server-errors.js';
export { EmbeddedServer, type EmbeddedServerOptions } from './server/embedded-server.js';
export { PrivateServer, type PrivateServerOptions } from './server/private-server.js';
export { ServerBinaryMissingError, ServerStartError, type ServerStartDetails } from './server/server-errors.js';
export { EngineFeatureError, EngineModuleError, EngineNotPortableError } from './engine/engine-module.js';
