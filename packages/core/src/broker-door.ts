// The door for what runs on the broker: workers, tools and views. Applications need only the front door, './index.js'.
export { backoffDelayMs } from './contract/retry-options.js';
export { checkId, checkName, LONGEST_ID, nameFault, type NameKind } from './contract/names.js';
export { quoted, visible, visibleJson } from './foreign-text/foreign-text.js';
export { requireContract } from './contract/job.js';
export { decodeResult, encodePayload, encodeResult } from './contract/payload.js';
export { refuse, writeJson, type Checked } from './contract/json.js';
export { cutText, shorten, wellFormed } from './foreign-text/cut-text.js';
export { errorReason, errorText, type ErrorText } from './foreign-text/error-text.js';
export {
  defaultTextLimits,
  textLimitTable,
  type FailureLimits,
  type TextLimitOptions,
  type TextLimits,
} from './foreign-text/text-limits.js';
export type { MaybePromise } from './contract/codec.js';
export { RedisAddress } from './engine/redis/connection/address.js';
export type { Place, RedisEndpoint } from './engine/redis/connection/endpoint.js';
export { onAbort } from './on-abort.js';
export { checkServer, type ServerCheckOptions } from './engine/redis/connection/check-server.js';
export { connectRedis, type ConnectOptions } from './engine/redis/connection/connection.js';
export { findDurabilityFaults, type DurabilityFault } from './engine/redis/connection/durability.js';
export type { ServerExam } from './engine/redis/connection/server-exam.js';
export { readServerFacts, type PersistenceFacts, type ServerFacts } from './engine/redis/connection/server-facts.js';
export { logLevels, readLogLevel, type LogLevel } from './options/log-level.js';
export { defineOptions, type ExaminedOptions, type OptionRow, type Options } from './options/options.js';
export type { OptionInput, OptionSpec, OptionsInput, OptionTable, OptionValues } from './options/option-spec.js';
export type { DeadLetterBox, DeadRecord, DeadSpan, DeadSummary, Death } from './engine/dead-letter-box.js';
export {
  controlChannel,
  readControlMessage,
  type ControlMessage,
} from './engine/redis/bullmq/cancelling/control-channel.js';
export {
  connectBroker,
  engineFor,
  isOfDefaultEngine,
  type BrokerOptions,
  type EngineChoice,
} from './engine/default-engine.js';
export type { RedisBroker } from './engine/redis/connect-broker.js';
export type { RefusalCause, RefusalDetails } from './engine/broker-errors.js';
export { isEngine } from './engine/engine.js';
export type {
  BrokerOpening,
  ConnectedBroker,
  Engine,
  EngineClock,
  EngineModule,
  FleetOpening,
  PulseOpening,
} from './engine/engine.js';
export { EngineFeatureError, EngineModuleError, EngineNotPortableError, importEngine } from './engine/engine-module.js';
export { bullmqVersion } from './engine/redis/bullmq/bullmq-version.js';
export { OVERDUE_MS } from './engine/pulse.js';
export { connectPulse, type PulseOptions } from './engine/redis/connect-pulse.js';
export { brokerOptionTable, type SharedOptions } from './engine/broker-options.js';
export type { ConfirmDemand } from './engine/confirm.js';
export type { OutgoingJob, SendAnswer, SendOutcome, SendRefusal, SendShortfall } from './engine/sending.js';
export type { Burial, Buried, OwnEnd, Suspect, Trials } from './engine/burial.js';
export type { Broker, JobEnd } from './engine/broker.js';
export type {
  AnsweredTokens,
  ChannelAnswer,
  ChannelReply,
  ChannelRequest,
  DueTime,
  Failure,
  FetchedJob,
  JobRecord,
  Lease,
  LeasedJob,
  QueueGlance,
  SettleAndFetchOptions,
  Settlement,
  SettleOutcome,
  Settling,
  WorkQueue,
  WorkSign,
} from './engine/work-queue.js';
export { ensureServerBinary, type EnsureServerOptions } from './server/ensure-server.js';
export { findServerBinary } from './server/find-server.js';
export {
  stopEmbeddedServer,
  viewEmbeddedServer,
  type EmbeddedServerView,
  type RunningServerView,
  type StopOptions,
  type StopOutcome,
  type StopReport,
} from './server/embedded-control.js';
export { freePort } from './server/free-port.js';
export { canUseApt, libraryFolders, unpackPackages, type AptWish } from './server/apt-packages.js';
export type { Environment } from './server/program.js';
export type { ServerBinary, ServerKind } from './server/server-binary.js';
export type { ServerSettings } from './server/server-process.js';
export type { CancelRequest, Pulse, ReapReport, ReapRules } from './engine/pulse.js';
export { GuardedLog } from './guarded-log.js';
export { gravest } from './engine/joined-report.js';
export type { AttemptEnd, AttemptNote, AttemptRecord } from './engine/attempt-record.js';
export { connectFleet, fleetOptions, type FleetOptions } from './fleet/connect-fleet.js';
export { fleetOn, type FleetEnd } from './fleet/hub-fleet.js';
export type { FleetHub } from './fleet/fleet-hub.js';
export { readAnswer, readAsk, readNews } from './fleet/read-message.js';
export { readHistory } from './dead-letters/past-attempt.js';
export { attemptsOf } from './operator/job-attempts.js';
export type { FleetAnswer, FleetNews } from './fleet/fleet-message.js';
export { DropCount, type DroppedMessages } from './foreign-text/drop-count.js';
export {
  amount,
  byType,
  count,
  flag,
  listOf,
  MISFIT,
  oneOf,
  optional,
  shape,
  text,
  type Reader,
} from './foreign-text/reader.js';
export type { ConnectedFleet, Fleet, FleetWatcher, MachineDefinition } from './fleet/fleet.js';
export type { FleetAsk, FleetLine } from './fleet/fleet-line.js';
export { steadyNowMs } from './fleet/steady-time.js';
export { writeAsk, writeFrame, writeMachine, writeNews, writeReport } from './fleet/fleet-message.js';
export type { StepCount, WorkerFrame } from './fleet/worker-frame.js';
export type {
  ActorReport,
  ConsumerReport,
  EventLoopReport,
  HeldReport,
  QueueTotals,
  WorkerReport,
} from './fleet/worker-report.js';
export type { JobListing, JobListOptions } from './operator/operator-options.js';
export type {
  JobAttempt,
  JobDetails,
  JobPage,
  JobPlace,
  JobSpan,
  JobSummary,
  ProcessDeath,
  QueueDeath,
  QueueDepth,
  QueueDesk,
  QueueSymptoms,
} from './operator/queue-desk.js';
export { traceDelivery, type TracedDelivery } from './tracing/traced.js';
export type { EventGap, JobEventKind, QueueEvent, QueueWatcher } from './engine/job-events.js';
