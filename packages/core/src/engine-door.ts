// The door for those who write an engine, or a tool on one, '@acktor/core/engine': the port, its errors, option tables, the fleet. Under semver.
export { onAbort } from './on-abort.js';
export { defineOptions, type ExaminedOptions, type OptionRow, type Options } from './options/options.js';
export type { OptionInput, OptionSpec, OptionsInput, OptionTable, OptionValues } from './options/option-spec.js';
export type { DeadLetterStore, DeadRecord, DeadSpan, DeadSummary, Death } from './engine/dead-letter-store.js';
export { engineFor, isOfDefaultEngine, type EngineChoice } from './engine/default-engine.js';
export {
  type RefusalCause,
  type RefusalDetails,
  BrokerReplyError,
  BrokerUnreachableError,
  ClosedError,
  ConnectionLostError,
  ServerRefusalError,
  UnwritableCallError,
} from './engine/broker-errors.js';
export {
  isEngine,
  type BrokerOpening,
  type ConnectedBroker,
  type Engine,
  type EngineClock,
  type EngineModule,
  type FleetOpening,
  type LivenessOpening,
} from './engine/engine.js';
export { EngineFeatureError, EngineModuleError, EngineNotPortableError, importEngine } from './engine/engine-module.js';
export { OVERDUE_MS, type CancelRequest, type Liveness, type ReapReport, type ReapRules } from './engine/liveness.js';
export { brokerOptionTable, type SharedOptions } from './engine/broker-options.js';
export type { ConfirmDemand, Confirm, ConfirmShortfall, FurtherConfirm } from './engine/confirm.js';
export type { OutgoingJob, SendAnswer, SendOutcome, SendRefusal, SendShortfall } from './engine/sending.js';
export type { DeadProcess, ReleasedJobs, OwnEnd, Suspect, Trials } from './engine/dead-process.js';
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
  QueueStatus,
  SettleAndFetchOptions,
  Settlement,
  SettleOutcome,
  Settling,
  WorkQueue,
  WakeSignal,
} from './engine/work-queue.js';
export type { AttemptEnd, AttemptNote, AttemptRecord } from './engine/attempt-record.js';
export { connectFleet, fleetOptions, type FleetOptions } from './fleet/connect-fleet.js';
export { fleetOn, type FleetEnd } from './fleet/hub-fleet.js';
export type { FleetHub } from './fleet/fleet-hub.js';
export { readAnswer, readAsk, readNews } from './fleet/read-message.js';
export { readHistory } from './dead-letters/past-attempt.js';
export { attemptsOf } from './operator/job-attempts.js';
export {
  type FleetAnswer,
  type FleetNews,
  writeAsk,
  writeFrame,
  writeMachine,
  writeNews,
  writeReport,
} from './fleet/fleet-message.js';
export { DropCount, type DroppedMessages } from './foreign-text/drop-count.js';
export type { ConnectedFleet, Fleet, FleetWatcher, MachineDefinition } from './fleet/fleet.js';
export type { FleetAsk, FleetLine } from './fleet/fleet-line.js';
export { steadyNowMs, systemClock } from './fleet/steady-time.js';
export type { TransitionCount, WorkerFrame } from './fleet/worker-frame.js';
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
  QueueAdmin,
  QueueSymptoms,
} from './operator/queue-admin.js';
export type { EventGap, JobEventKind, QueueEvent, QueueWatcher } from './engine/job-events.js';
export { ConfirmUnsupportedError } from './engine/confirm-errors.js';
export type { CancelOutcome } from './engine/cancel-outcome.js';
