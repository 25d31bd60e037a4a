// The door for other packages of ours, '@acktor/core/internal': what they share. No promise: it may change in any release.
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
export { checkServer, type ServerCheckOptions } from './engine/redis/connection/check-server.js';
export { connectRedis, type ConnectOptions } from './engine/redis/connection/connection.js';
export { findDurabilityFaults, type DurabilityFault } from './engine/redis/connection/durability.js';
export type { ServerExam } from './engine/redis/connection/server-exam.js';
export { readServerFacts, type PersistenceFacts, type ServerFacts } from './engine/redis/connection/server-facts.js';
export { describe } from './options/option-fault.js';
export { logLevels, readLogLevel, type LogLevel } from './options/log-level.js';
export {
  controlChannel,
  readControlMessage,
  type ControlMessage,
} from './engine/redis/bullmq/cancelling/control-channel.js';
export { connectBroker, type BrokerOptions } from './engine/default-engine.js';
export type { RedisBroker } from './engine/redis/connect-broker.js';
export { bullmqVersion } from './engine/redis/bullmq/bullmq-version.js';
export { connectLiveness, type LivenessOptions } from './engine/redis/connect-liveness.js';
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
export { GuardedLog } from './guarded-log.js';
export { mostSevere } from './engine/joined-report.js';
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
export { traceDelivery, type TracedDelivery } from './tracing.js';
