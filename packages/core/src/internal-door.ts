// The door for other packages of ours, '@acktor/core/internal': what they share. No promise: it may change in any release.
export { backoffDelayMs, DEFAULT_BACKOFF, LONGEST_BACKOFF_MS } from './contract/backoff.js';
export { requireContract } from './contract/job.js';
export { metaOption, NO_META, sentMeta } from './contract/meta.js';
export { checkName, LONGEST_ID, nameFault, type NameKind } from './contract/names.js';
export {
  flowEventContract,
  flowEventJob,
  flowEventQueue,
  readPlace,
  stepEndJob,
  writePlace,
  type FlowEvent,
  type NamedFlow,
  type StepEnd,
  type StepEnded,
  type StepPlace,
} from './flows/flow-event.js';
export {
  hasEnded,
  progressOf,
  recordOf,
  stepJobId,
  type FlowAddress,
  type FlowRecord,
  type StepRecord,
} from './flows/flow-record.js';
export { cancelFlow } from './flows/flows.js';
export { actorContract, checkActorId, type ActorParts } from './actors/actor-contract.js';
export {
  actorRecordOf,
  statePaths,
  viewOf,
  type ActorRecord,
  type InvocationRecord,
  type TimerRecord,
} from './actors/actor-record.js';
export {
  invocationEndJob,
  mailGroup,
  mailKey,
  readInvocation,
  writeInvocation,
  type ActionsMail,
  type ActorPlace,
  type InvocationEnd,
  type InvocationPlace,
  type Mail,
} from './actors/mail.js';
export { decodeResult, encodePayload, encodeResult } from './contract/payload.js';
export { readJson, refuse, writeJson, writeResultJson, type Checked } from './contract/json.js';
export type { MaybePromise } from './contract/versions.js';
export { cutText, quoted, shorten, visible, visibleJson } from './foreign-text/foreign-text.js';
export { errorReason, errorText, type ErrorText } from './foreign-text/error-text.js';
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
export {
  defaultTextLimits,
  textLimitTable,
  type FailureLimits,
  type TextLimitOptions,
  type TextLimits,
} from './foreign-text/text-limits.js';
export { describe } from './options/option-fault.js';
export { nearestName } from './options/options.js';
export { GuardedLog, readLogLevel, type LogLevel } from './guarded.js';
export { mayBeTraced, traceDelivery, traceOfSend, type TracedDelivery } from './tracing.js';
export { bindingId, headersMatch } from './routing/binding.js';
export { checkRoutingKey, TopicTrie } from './routing/topic-trie.js';
export { Topology } from './routing/topology.js';
export { TemporaryQueues } from './routing/temporary-queues.js';
export { TEMPORARY } from './engine/exchange-store.js';
export { requireExchange } from './routing/exchange.js';
export { changeExchanges } from './routing/exchanges.js';
export { JobIds, outgoingJob } from './producer/outgoing-job.js';
export { childOptions, sendWithAckOptions } from './producer/producer-options.js';
export { connectBroker, type BrokerOptions } from './engine/default-engine.js';
export { connectLiveness, type LivenessOptions, type RedisBroker } from './engine/redis/connect.js';
export { mostSevere } from './engine/redis/joint-liveness.js';
export { bullmqVersion } from './engine/redis/bullmq/bullmq-scripts.js';
export { controlChannel, readControlMessage, type ControlMessage } from './engine/redis/bullmq/cancelling.js';
export { RedisAddress } from './engine/redis/connection/address.js';
export type { HostPort, RedisEndpoint } from './engine/redis/connection/endpoint.js';
export { checkServer, findDurabilityFaults, type ServerCheckOptions } from './engine/redis/connection/check-server.js';
export type { DurabilityFault } from './engine/redis/connection/redis-errors.js';
export { connectRedis, type ConnectOptions } from './engine/redis/connection/connection.js';
export {
  readServerFacts,
  type PersistenceFacts,
  type ServerExam,
  type ServerFacts,
} from './engine/redis/connection/server-facts.js';
export { retentionIn } from './engine/retention.js';
