// Runs handlers for one consumer, one after another, and reports how each ended.
import { fromCallback, type CallbackLogicFunction } from 'xstate';
import { decodePayload, PayloadError, type AnyJob, type PayloadReading } from '@acktor/core';
import type { JobRecord, LeasedJob, EngineClock } from '@acktor/core/engine';
import {
  encodePayload,
  encodeResult,
  mayBeTraced,
  traceDelivery,
  type MaybePromise,
  type TracedDelivery,
  type GuardedLog,
} from '@acktor/core/internal';
import type { ConsumerEvent, Rejected, RunnerOrder } from '../consumer/consumer-protocol.js';
import { CancelledError } from '../errors.js';
import { entryFor, type HandlerEntry, type QueueHandlers } from '../handler/handler-registry.js';
import type { HandlerScopes } from '../handler/handler-scope.js';
import { abortError, Attempt } from '../handler/executor.js';
import { LeasedDelivery, type DeliveryLimits, type DeliveryQueue } from './delivery.js';
import {
  EndLog,
  isRejection,
  bounded,
  deadLetter,
  FinalFailure,
  settleError,
  settleOwnFault,
  settleRejection,
  type Rejecting,
} from './settlement.js';
import { LaterReturns, NewerPayloads, UnknownJobs, type UnknownPolicy } from './for-others.js';
import { RetryWaits } from './retry-waits.js';
import type { Quarantine } from './quarantine.js';

/** What a runner is made of; shared by all consumers of a queue. */
export interface RunnerDeps {
  /** Where progress, log lines and steps go. */
  readonly queue: DeliveryQueue;
  readonly handlers: QueueHandlers;
  /** What becomes of the jobs that none of them is for. */
  readonly unknown: UnknownPolicy;
  /** How often such a job is left to others before it is dead-lettered all the same. */
  readonly mostTimesLeft: number;
  readonly scopes: HandlerScopes;
  readonly limits: DeliveryLimits;
  readonly quarantine: Quarantine;
  /** How many ends of its workers poison a job; from 2. */
  readonly poisonLimit: number;
  /** How long a handler may run on once its signal has aborted, before its delivery ends without it. */
  readonly letGoMs: number;
  readonly clock: EngineClock;
  readonly log: GuardedLog;
}

type HandlerRejected = Extract<ConsumerEvent, { readonly type: 'handler.rejected' }>;

/** How a handler ended, as an event of the consumer. */
type HandlerEnd = Extract<ConsumerEvent, { readonly type: 'handler.returned' | 'handler.rejected' }>;

/** Returns the runner as an actor: it answers an order to handle a delivery with `handler.returned` or `handler.rejected`. */
export function runnerLogic(deps: RunnerDeps) {
  return fromCallback(runnerCallback(deps));
}

/** Returns what a runner does, before it is an actor. */
export function runnerCallback(deps: RunnerDeps): CallbackLogicFunction<RunnerOrder> {
  const laterReturns = new LaterReturns(deps);
  const newerPayloads = new NewerPayloads({ log: deps.log, laterReturns });
  const unknownJobs = new UnknownJobs(deps, { log: deps.log, laterReturns });
  const retryWaits = new RetryWaits(deps);
  const running = { ...deps, laterReturns, newerPayloads, unknownJobs, retryWaits, endLog: new EndLog(deps) };
  return ({ receive, sendBack }) => {
    const context: RunnerContext = { deps: running, send: sendBack, disposing: undefined };
    let attempt: Attempt | undefined;
    receive((order) => {
      if (order.type === 'handle') {
        attempt = new Attempt(order.delivery, deps.scopes);
        void runAttempt(attempt, context);
      } else if (attempt) {
        const entry = entryFor(attempt.leased.record, deps.handlers);
        attempt.abort(abortError(order.reason, attempt.leased, entry?.job));
        if (entry) endWithoutHandler({ attempt, entry, deps: running }, sendBack);
      }
    });
  };
}

interface RunningAttempt {
  readonly attempt: Attempt;
  readonly entry: HandlerEntry;
  readonly deps: RunningDeps;
}

/** Ends the delivery without its handler, when that has not let go in time. */
function endWithoutHandler({ attempt, entry, deps }: RunningAttempt, send: (event: ConsumerEvent) => void): void {
  const { record } = attempt.leased;
  const sinceMs = deps.clock.now();
  attempt.waitToLetGo(deps.clock, deps.letGoMs, () => {
    const end = rejected(settleError(attempt.abortedBy, rejectingOf(entry, record, deps)), deps);
    send({ type: 'handler.stuck', settlement: end.settlement, sinceMs });
    if (!attempt.isForNothing) deps.endLog.write(end, record);
  });
}

/** What the runners of a queue share while they run. */
interface RunningDeps extends RunnerDeps {
  readonly laterReturns: LaterReturns;
  readonly newerPayloads: NewerPayloads;
  readonly unknownJobs: UnknownJobs;
  readonly retryWaits: RetryWaits;
  readonly endLog: EndLog;
}

/** What the deliveries of one consumer share. */
interface RunnerContext {
  readonly deps: RunningDeps;
  readonly send: (event: ConsumerEvent) => void;
  /** What the last delivery is still disposing of; the next one waits for it, for three seconds at most. */
  disposing: Promise<void> | undefined;
}

/**
 * Reports an end in any case: a fault of our own must neither end the process nor leave the consumer waiting. What was built for the
 * delivery is disposed of once its end is decided: that can neither change the end nor delay it.
 */
async function runAttempt(attempt: Attempt, context: RunnerContext): Promise<void> {
  const { deps } = context;
  if (context.disposing) await context.disposing;
  let end: HandlerEnd;
  try {
    end = await endOf(attempt, context);
  } catch (fault) {
    end = ownFault(fault, attempt, deps);
  }
  const { scope } = attempt;
  attempt.ended();
  context.send(end);
  context.disposing = scope && deps.scopes.close(scope);
  if (attempt.isStuck)
    deps.log.warn({ job: attempt.leased.record.id }, 'a stuck handler has let go; its end is dropped');
  else if (!attempt.isForNothing) deps.endLog.write(end, attempt.leased.record);
}

// No async function without need: each one more costs a short delivery as much as its two transitions on the chart.
function endOf(attempt: Attempt, context: RunnerContext): MaybePromise<HandlerEnd> {
  const { deps } = context;
  const { record } = attempt.leased;
  if (record.poisoned !== undefined) return rejected(deadLetter(record.poisoned), deps);
  if (record.cancelled !== undefined) return rejected(deadLetter(cancelled(record.id, record.cancelled)), deps);
  const entry = entryFor(record, deps.handlers);
  if (entry === undefined) return endUnknown(record, deps);
  if (record.version > entry.job.version) return rejected(deps.newerPayloads.leave(record, entry.job), deps);
  if (record.suspicions === 0 && !deps.quarantine.isClosed) return begin(attempt, entry, context);
  return whenAdmitted(attempt, deps, { begin: () => begin(attempt, entry, context), job: entry.job });
}

/** Runs the handler within the job's deadline and its span. Neither costs a delivery anything that has none. */
function begin(attempt: Attempt, entry: HandlerEntry, context: RunnerContext): Promise<HandlerEnd> {
  const { deadlineMs } = entry.job;
  if (deadlineMs === undefined) return traced(attempt, entry, context.deps);
  return withDeadline(deadlineMs, () => traced(attempt, entry, context.deps), context);
}

async function withDeadline(
  deadlineMs: number,
  run: () => Promise<HandlerEnd>,
  { deps: { clock }, send }: RunnerContext,
): Promise<HandlerEnd> {
  const timer = clock.setTimeout(() => send({ type: 'deadline.passed' }), deadlineMs);
  try {
    return await run();
  } finally {
    clock.clearTimeout(timer);
  }
}

function traced(attempt: Attempt, entry: HandlerEntry, deps: RunningDeps): Promise<HandlerEnd> {
  if (!mayBeTraced(attempt.leased.record.trace)) return handle(attempt, entry, deps);
  return traceDelivery(tracedOf(attempt), () => handle(attempt, entry, deps), failureIn);
}

interface Beginning {
  readonly begin: () => Promise<HandlerEnd>;
  readonly job: AnyJob;
}

/** A suspect runs when no other does, and nothing runs beside one that is tried alone. */
async function whenAdmitted(attempt: Attempt, deps: RunningDeps, { begin, job }: Beginning): Promise<HandlerEnd> {
  const { leased } = attempt;
  const { quarantine, poisonLimit, laterReturns, retryWaits } = deps;
  if (await quarantine.admit(leased, { signal: attempt.signal(), poisonLimit })) {
    try {
      return await begin();
    } finally {
      quarantine.tried(leased);
    }
  }
  const { record } = leased;
  if (attempt.abortedBy) return rejected(settleError(attempt.abortedBy, { job, record, retryWaits }), deps);
  return rejected({ kind: 'requeue', afterMs: laterReturns.afterMs(record), isForOthers: true }, deps);
}

interface TracedRun extends TracedDelivery {
  readonly run: Attempt;
}

function tracedOf(run: Attempt): TracedRun {
  const { queue, name, id, attemptsMade, deliveries, trace: carrier } = run.leased.record;
  return { queue, name, id, attempt: attemptsMade + 1, deliveries, carrier, run };
}

function failureIn(end: HandlerEnd, { run }: TracedRun): string | undefined {
  if (run.isStuck) return run.abortedBy?.message;
  return end.type === 'handler.rejected' && 'failure' in end.settlement ? end.settlement.failure.reason : undefined;
}

function ownFault(fault: unknown, { leased }: Attempt, deps: RunnerDeps): HandlerEnd {
  deps.log.error({ err: fault, job: leased.record.id }, 'a delivery could not be run');
  return rejected(settleOwnFault(fault), deps);
}

async function handle(attempt: Attempt, entry: HandlerEntry, deps: RunningDeps): Promise<HandlerEnd> {
  const { record } = attempt.leased;
  deps.quarantine.begun();
  try {
    // Its signal may have aborted while it waited for what came before it.
    if (attempt.abortedBy) throw attempt.abortedBy;
    const value = await deliver(attempt, entry, deps);
    if (attempt.waitsFor > 0) return waits(attempt, deps);
    if (isRejection(value)) return rejected(settleRejection(value, rejectingOf(entry, record, deps)), deps);
    const encoded = encode(entry, value, deps);
    const result = encoded instanceof Promise ? await encoded : encoded;
    const sends = attempt.takeSends();
    if (sends === undefined) return { type: 'handler.returned', result };
    return { type: 'handler.returned', result, sends: await sends, write: attempt.write };
  } catch (error) {
    if (attempt.waitsFor > 0 && attempt.abortedBy === undefined) return waits(attempt, deps);
    // A handler whose signal has aborted may throw anything; people want to read why it aborted.
    return rejected(settleError(attempt.abortedBy ?? error, rejectingOf(entry, record, deps)), deps);
  } finally {
    deps.quarantine.ended();
  }
}

/** A handler that has found out that it must wait for children does, whatever it, or a middleware around it, makes of that. */
function waits({ waitsFor }: Attempt, deps: RunnerDeps): HandlerEnd {
  const reason = waitsFor === 1 ? 'waits for a child' : `waits for ${waitsFor} children`;
  return rejected({ kind: 'waitForChildren', reason }, deps);
}

function rejectingOf({ job }: HandlerEntry, record: JobRecord, { retryWaits }: RunningDeps): Rejecting {
  return { job, record, retryWaits };
}

async function deliver(attempt: Attempt, entry: HandlerEntry, deps: RunnerDeps): Promise<unknown> {
  const decoded = decode(attempt.leased, entry, deps);
  const data: unknown = decoded instanceof Promise ? await decoded : decoded;
  const { queue, limits } = deps;
  return await entry.executor.execute(
    new LeasedDelivery({ job: entry.job, data, run: attempt, queue, limits }),
    attempt,
  );
}

function decode({ record }: LeasedJob, { job, payloads }: HandlerEntry, { limits }: RunnerDeps): MaybePromise<unknown> {
  const { maxPayloadBytes, maxPayloadDepth } = payloads ?? limits;
  if (record.computedFor !== undefined) return computed(record, job, limits);
  const published = record.published?.exchange;
  const reading: Required<PayloadReading> = { version: record.version, published, maxPayloadBytes, maxPayloadDepth };
  try {
    const data = decodePayload(job, record.payload, reading);
    return data instanceof Promise ? data.catch(failFinally) : data;
  } catch (error) {
    return failFinally(error);
  }
}

/** The payload that the contract computes for a run of a schedule. What it throws fails the attempt, as a handler's error does. */
async function computed(record: JobRecord, job: AnyJob, limits: DeliveryLimits): Promise<unknown> {
  const { computedFor: schedule = '', slot, sentAtMs } = record;
  if (job.scheduleData === undefined) return failFinally(new PayloadError({ job: job.name, faults: [NOT_COMPUTED] }));
  const value = await job.scheduleData({ schedule, scheduledFor: new Date(slot?.atMs ?? sentAtMs) });
  try {
    return await decodePayload(job, await encodePayload(job, value, limits), limits);
  } catch (error) {
    return failFinally(error);
  }
}

const NOT_COMPUTED = {
  path: 'data',
  message:
    'expected scheduleData in the contract of the worker, by which the payload of its runs is computed, found none',
};

function encode({ job }: HandlerEntry, value: unknown, { limits }: RunnerDeps): MaybePromise<string> {
  try {
    const result = encodeResult(job, value as never, limits);
    return result instanceof Promise ? result.catch(failFinally) : result;
  } catch (error) {
    return failFinally(error);
  }
}

/** What fails on reading a payload or writing a result would fail with every attempt. */
function failFinally(error: unknown): never {
  throw new FinalFailure(error);
}

/** Texts are cut here, before the log, the trace and the queue get them. */
function rejected(settlement: Rejected, { limits }: RunnerDeps): HandlerRejected {
  return { type: 'handler.rejected', settlement: bounded(settlement, limits) };
}

/** Cancelled before this delivery began. */
function cancelled(id: string, why: string): string {
  return new CancelledError(id, why).message;
}

function endUnknown(record: JobRecord, deps: RunningDeps): HandlerEnd {
  const end = deps.unknownJobs.end(record, deps.handlers.keys());
  return end === 'ack' ? { type: 'handler.returned', result: 'null' } : rejected(end, deps);
}
