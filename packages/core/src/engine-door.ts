// The door for engines and tools on them, '@acktor/core/engine': the port, its errors, option tables, the fleet. Under semver.
export {
  type BrokerOpening,
  type BrokerRole,
  type ConnectedBroker,
  type Engine,
  type EngineClock,
  type EngineModule,
  type FleetOpening,
  type LivenessOpening,
} from './engine/engine.js';
export { EngineFeatureError, EngineModuleError, EngineNotPortableError, importEngine } from './engine/engine-module.js';
export { engineFor, isOfDefaultEngine, type EngineChoice } from './engine/default-engine.js';
export type {
  Broker,
  CancelOutcome,
  Confirm,
  ConfirmDemand,
  ConfirmShortfall,
  DeadProcess,
  EventGap,
  FurtherConfirm,
  JobEnd,
  JobEventKind,
  OwnEnd,
  QueueEvent,
  QueueWatcher,
  ReleasedJobs,
  SendAnswer,
  SendDuplicate,
  SendOutcome,
  SendRefusal,
  SendShortfall,
  Suspect,
  Trials,
} from './engine/broker.js';
export {
  BrokerReplyError,
  BrokerUnreachableError,
  ClosedError,
  ConfirmUnsupportedError,
  ConnectionLostError,
  ServerRefusalError,
  StaleRecordError,
  UnwritableCallError,
  type RefusalCause,
  type RefusalDetails,
} from './engine/broker-errors.js';
export type {
  AnsweredTokens,
  ChannelAnswer,
  ChannelReply,
  ChannelRequest,
  ChildOutcome,
  ChildRef,
  DueTime,
  Failure,
  FetchedJob,
  JobChildren,
  JobRecord,
  Lease,
  LeasedJob,
  NewChild,
  OutgoingJob,
  QueuedSend,
  QueueStatus,
  ScheduleSlot,
  RateLimit,
  SettleAndFetchOptions,
  Settlement,
  SettleOutcome,
  Settling,
  StoredStep,
  WakeSignal,
  WorkQueue,
} from './engine/work-queue.js';
export type { AttemptEnd, AttemptNote, AttemptRecord } from './engine/attempt-record.js';
export type { Dedup, Expiry, MaxLength, PublishedBy } from './engine/send-terms.js';
export type {
  ExchangesChange,
  ExchangeStore,
  PublishAnswer,
  PublishCall,
  StoredExchanges,
} from './engine/exchange-store.js';
export { DEFAULT_ACKED, retentionOf, type Kept, type Retention, type RetentionOptions } from './engine/retention.js';
export {
  OVERDUE_MS,
  type CancelRequest,
  type Liveness,
  type ReapReport,
  type ReapRules,
  type RenewalReport,
  type RenewedLeases,
} from './engine/liveness.js';
export type {
  ListedRecord,
  RecordCount,
  RecordRange,
  RecordStore,
  RecordWrite,
  StoredRecord,
} from './engine/record-store.js';
export type { FlowChange, FlowChangeOutcome, FlowStore, JobAddress, StoredFlow } from './engine/flow-store.js';
export type { DeadLetterStore, DeadRecord, DeadSpan, DeadSummary, Death } from './engine/dead-letter-store.js';
export type { KeyPage, KeyState, KeyStore, PurgeOutcome, PurgePage } from './engine/key-store.js';
export type { JobGroup } from './contract/groups.js';
export { MOST_MISSED_RUNS } from './engine/schedule-store.js';
export type {
  Missed,
  NewSchedule,
  Overlap,
  PutOutcome,
  SchedulePage,
  ScheduleSpan,
  ScheduleStore,
  StoredSchedule,
  Timetable,
} from './engine/schedule-store.js';
export { Calendar, type CronRule } from './schedules/calendar.js';
export { cronRule } from './schedules/timetables.js';
export { readHistory } from './dead-letters/dead-letter.js';
export type { JobListing, JobListOptions } from './operator/operator-options.js';
export {
  attemptsOf,
  type BulkStep,
  type ClearSpan,
  type JobAttempt,
  type JobDetails,
  type JobStep,
  type MoveSpan,
  type JobPage,
  type JobPlace,
  type JobSpan,
  type JobSummary,
  type LimitChange,
  type ProcessDeath,
  type QueueAdmin,
  type QueueDeath,
  type QueueDepth,
  type QueueLimits,
  type QueueSymptoms,
} from './operator/queue-admin.js';
export type { InspectionOptions, QueueFault, QueueInspection, RepairOutcome } from './operator/queue-fault.js';
export { connectFleet, fleetOptions, type FleetOptions } from './fleet/connect-fleet.js';
export type { ConnectedFleet, Fleet, FleetWatcher, MachineDefinition } from './fleet/fleet.js';
export type { FleetHub, FleetPublisher } from './fleet/fleet-hub.js';
export { fleetOn, type FleetEnd } from './fleet/hub-fleet.js';
export {
  writeFrame,
  writeMachine,
  writeFleetEvent,
  writeReport,
  type FleetAnswer,
  type FleetRequest,
  type FleetEvent,
} from './fleet/fleet-message.js';
export { readAnswer, readFleetRequest, readFleetEvent } from './fleet/read-message.js';
export type {
  ActorReport,
  ConsumerReport,
  EventLoopReport,
  HeldReport,
  QueueTotals,
  TransitionCount,
  WorkerFrame,
  WorkerReport,
} from './fleet/worker-report.js';
export { DropCount, type DroppedMessages } from './foreign-text/drop-count.js';
export { brokerOptionTable, type SharedOptions } from './engine/broker-options.js';
export { defineOptions, type ExaminedOptions, type OptionRow, type Options } from './options/options.js';
export type { OptionInput, OptionSpec, OptionsInput, OptionTable, OptionValues } from './options/option-spec.js';
export { onAbort, steadyNowMs, systemClock } from './guarded.js';
