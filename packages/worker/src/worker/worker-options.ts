// The options of a worker.
import { isFlow, type FlowContract } from '@acktor/core';
import { actorsOption } from '../handler/hosted-actor.js';
import {
  brokerOptionTable,
  defineOptions,
  type OptionInput,
  type OptionTable,
  type SharedOptions,
} from '@acktor/core/engine';
import { textLimitTable, type TextLimitOptions } from '@acktor/core/internal';
import { isContainer, type Container } from '../handler/container.js';
import type { AnyHandler } from '../handler/handler.js';
import { areMiddleware, isMiddleware, type Middleware } from '../handler/middleware.js';
import { isLogger, type Logger } from '../logger.js';
import { areDeadListeners, isDeadListener, type DeadListener } from '../events/on-dead.js';
import { areMachines } from '../feed/followed-actors.js';
import type { AnyStateMachine } from 'xstate';
import { isConsumerCounts, isUnknownPolicies, type ConsumerCounts, type UnknownPolicies } from './by-queue.js';
import { isRateLimits, type RateLimits } from './rate-limits.js';

const { engine, ...serverOptionTable } = brokerOptionTable;

/** The options that can be sent to another process: plain values. */
export const travellingOptionTable = {
  ...serverOptionTable,
  consumers: {
    type: 'value',
    default: 1,
    expected: 'a whole number from 1 to 10,000, or such numbers by queue',
    accepts: (value: unknown): value is ConsumerCounts => isConsumerCounts(value),
    doc: 'How many deliveries are handled at a time: for each queue, or by queue.',
  },
  worker: {
    type: 'string',
    expected: '1 to 128 characters without control characters',
    accepts: (text) => /^[^\p{Cc}\p{Zl}\p{Zp}\p{Cs}]{1,128}$/u.test(text),
    doc: "What BullMQ's clients and dashboards call the worker, in `queue.getWorkers()`; by default its id.",
  },
  countedMinutes: {
    type: 'count',
    default: 0,
    max: 20_160,
    doc: "For how many minutes each queue keeps how many of its jobs ended, for `queue.getMetrics()` of BullMQ's clients and their dashboards; 0: none are counted. As `metrics.maxDataPoints` of a BullMQ worker.",
    because: { max: 'a count is kept for each of them, and two weeks are what dashboards show' },
  },
  unknown: {
    type: 'value',
    default: 'deadLetter',
    expected: "'deadLetter', 'leave' or 'ack', or one of them by queue",
    accepts: (value: unknown): value is UnknownPolicies => isUnknownPolicies(value),
    doc: "What becomes of jobs that no handler is for: a dead letter; left to other workers, which the job comes back for after a growing wait; or acked without being handled. For all queues, or by queue: a queue that is not named has `'deadLetter'` ([handlers.md](handlers.md#jobs-without-a-handler)).",
  },
  limit: {
    type: 'value',
    expected: '{ max, durationMs } with whole numbers from 1, durationMs up to 86,400,000, or such limits by queue',
    accepts: (value: unknown): value is RateLimits => isRateLimits(value),
    doc: "How many jobs of a queue may begin within a span, by all workers that have the limit: for each queue, or by queue. It is the `limiter` of BullMQ's workers, and counts with them. A limit that is stored with the queue counts before it.",
  },
  leaseMs: {
    type: 'ms',
    default: 15_000,
    min: 1_000,
    max: 3_600_000,
    doc: 'How long a lease lasts unless renewed; it is renewed three times in that span.',
    because: { min: 'a lease shorter than a second is lost to a garbage collection' },
  },
  deliveryLimit: {
    type: 'count',
    default: 20,
    min: 1,
    max: 1_000,
    doc: 'How often a job may lose its lease before it is dead-lettered, for it may be what kills its workers.',
  },
  poisonLimit: {
    type: 'count',
    default: 3,
    min: 2,
    max: 1_000,
    doc: 'How many times a supervised worker may end by its own doing with a job before that job is dead-lettered as poison: at this one it is.',
    because: { min: 'the first such end says nothing of which of the jobs that the worker held it was' },
  },
  graceMs: {
    type: 'ms',
    default: 250,
    min: 50,
    max: 600_000,
    doc: 'How long another worker process may be gone from the server before its jobs are given back.',
    because: { min: 'a connection that breaks for a moment takes some 50 ms to come back' },
  },
  hangMs: {
    type: 'ms',
    default: 0,
    max: 86_400_000,
    doc: "How long a handler may block this process's main thread before its leases are let go, and its supervisor, if it has one, ends it; 0: for ever.",
  },
  letGoMs: {
    type: 'ms',
    default: 1_000,
    max: 3_600_000,
    doc: 'How long a handler has to let go once its deadline has passed or its job is cancelled, before its delivery ends without it and what it returns is dropped.',
  },
  replaceStuckConsumers: {
    type: 'boolean',
    default: false,
    doc: 'Whether another consumer takes the place of one whose handler does not let go, until it does: at most as many at a time as there are consumers, so up to twice as many handlers run.',
  },
  drainMs: {
    type: 'ms',
    default: 30_000,
    max: 86_400_000,
    doc: 'How long a stopping worker lets its handlers finish before it requeues what they hold.',
  },
  metrics: {
    type: 'boolean',
    default: false,
    doc: 'Whether to measure how long consumers stay in each state, and to keep what `metrics()` returns.',
  },
  inspectUrl: {
    type: 'string',
    doc: "WebSocket URL of a server of `@statelyai/inspect`, to show the worker's actors in Stately's inspector; slows them down.",
  },
  maxPayloadBytes: {
    type: 'bytes',
    default: 262_144,
    min: 1,
    max: 536_870_912,
    doc: 'The most bytes of JSON that a payload or a result may have. Set it alike at producers.',
  },
  maxPayloadDepth: {
    type: 'count',
    default: 64,
    min: 1,
    max: 1_000,
    doc: 'The most arrays and objects within each other. Set it alike at producers.',
  },
  ...textLimitTable,
} as const satisfies OptionTable;

const httpTable = {
  port: {
    type: 'count',
    max: 65_535,
    required: true,
    doc: 'The port; 0: any free one, which `worker.httpPort` names.',
  },
  host: {
    type: 'string',
    default: '127.0.0.1',
    doc: 'The address to listen at: `0.0.0.0` for a container that is asked from outside.',
  },
} as const satisfies OptionTable;

const workerTable = {
  handlers: {
    type: 'value',
    required: true,
    expected: 'an array of classes decorated with @handles(job), or functions of handle(job, …)',
    accepts: (value: unknown): value is readonly AnyHandler[] => Array.isArray(value),
    doc: 'The handlers ([handlers.md](handlers.md)). Their jobs say which queues are consumed. There is one at least, but for a worker that has `flows` or `actors`.',
  },
  use: {
    type: 'value',
    default: [] as readonly Middleware[],
    expected: 'an array of functions (delivery, next) => result',
    accepts: areMiddleware,
    item: { expected: 'a function (delivery, next) => result that is no generator', accepts: isMiddleware },
    doc: "Middleware around every handler, the first outermost, and all of it around the handler's own ([middleware.md](middleware.md)).",
  },
  engine,
  ...travellingOptionTable,
  handleSignals: {
    type: 'boolean',
    default: false,
    doc: "Whether SIGTERM and SIGINT drain the worker and then end **the whole process**, whatever else it does; a second one ends it at once. For a process that is the worker's alone; elsewhere call `close()` in your own shutdown.",
  },
  http: {
    type: 'group',
    of: httpTable,
    doc: 'Where to answer /healthz, /readyz and /metrics over HTTP; by default nowhere. The worker keeps `metrics` then.',
  },
  onDead: {
    type: 'value',
    default: [] as readonly DeadListener[],
    expected: 'an array of what onDead(job, listener) makes',
    accepts: (value: unknown): value is readonly DeadListener[] => areDeadListeners(value),
    item: { expected: 'what onDead(job, listener) makes', accepts: isDeadListener },
    doc: "What to call with a contract's jobs that become dead letters here ([events.md](events.md#when-a-job-is-dead)).",
  },
  flows: {
    type: 'value',
    default: [] as readonly FlowContract[],
    expected: 'an array of what flow() makes',
    accepts: (value: unknown): value is readonly FlowContract[] => Array.isArray(value) && value.every(isFlow),
    item: { expected: 'what flow() makes', accepts: isFlow },
    doc: 'The flows that are run here: what comes after a step is decided by these workers ([flows.md](flows.md)).',
  },
  actors: actorsOption,
  container: {
    type: 'value',
    expected: 'a container, with resolve()',
    accepts: (value: unknown): value is Container => isContainer(value),
    doc: "The container that builds the handlers, a child of it for each delivery; by default a fresh child of tsyringe's global one, or none where nothing is to be injected. What its singletons are built of is disposed of when the last worker on it closes ([handlers.md](handlers.md#what-it-is-built-of)).",
  },
  machines: {
    type: 'value',
    default: [] as readonly AnyStateMachine[],
    expected: "an array of XState machines, none with the id of another or of Acktor's own",
    accepts: (value: unknown): value is readonly AnyStateMachine[] => areMachines(value),
    doc: 'Machines of your own, to be drawn beside the consumers; `worker.inspect` lets their actors be followed.',
  },
  logger: {
    type: 'value',
    expected: 'a logger with debug, info, warn and error, such as pino()',
    accepts: (value: unknown): value is Logger => isLogger(value),
    doc: 'Where the worker writes its log; by default JSON lines on standard error. One that throws or rejects costs lines of the log, and no job.',
  },
} as const satisfies OptionTable;

/** Checks the options of a worker. */
export const workerOptions = defineOptions(workerTable);

// generated: TravellingOptions

/** The options of a worker that can be given to another process: plain values. */
export interface TravellingOptions extends SharedOptions, TextLimitOptions {
  /** How many deliveries are handled at a time: for each queue, or by queue. By default 1. */
  readonly consumers?: OptionInput<typeof travellingOptionTable, 'consumers'> | undefined;
  /** What BullMQ's clients and dashboards call the worker, in `queue.getWorkers()`; by default its id. */
  readonly worker?: OptionInput<typeof travellingOptionTable, 'worker'> | undefined;
  /**
   * For how many minutes each queue keeps how many of its jobs ended, for `queue.getMetrics()` of BullMQ's clients and their dashboards; 0:
   * none are counted. As `metrics.maxDataPoints` of a BullMQ worker. Bounded because a count is kept for each of them, and two weeks are
   * what dashboards show. From 0 to 20160; by default 0.
   */
  readonly countedMinutes?: OptionInput<typeof travellingOptionTable, 'countedMinutes'> | undefined;
  /**
   * What becomes of jobs that no handler is for: a dead letter; left to other workers, which the job comes back for after a growing wait;
   * or acked without being handled. For all queues, or by queue: a queue that is not named has `'deadLetter'`. By default "deadLetter".
   */
  readonly unknown?: OptionInput<typeof travellingOptionTable, 'unknown'> | undefined;
  /**
   * How many jobs of a queue may begin within a span, by all workers that have the limit: for each queue, or by queue. It is the `limiter`
   * of BullMQ's workers, and counts with them. A limit that is stored with the queue counts before it.
   */
  readonly limit?: OptionInput<typeof travellingOptionTable, 'limit'> | undefined;
  /**
   * How long a lease lasts unless renewed; it is renewed three times in that span. Bounded because a lease shorter than a second is lost to
   * a garbage collection. In milliseconds, from 1000 to 3600000; by default 15000.
   */
  readonly leaseMs?: OptionInput<typeof travellingOptionTable, 'leaseMs'> | undefined;
  /** How often a job may lose its lease before it is dead-lettered, for it may be what kills its workers. From 1 to 1000; by default 20. */
  readonly deliveryLimit?: OptionInput<typeof travellingOptionTable, 'deliveryLimit'> | undefined;
  /**
   * How many times a supervised worker may end by its own doing with a job before that job is dead-lettered as poison: at this one it is.
   * Bounded because the first such end says nothing of which of the jobs that the worker held it was. From 2 to 1000; by default 3.
   */
  readonly poisonLimit?: OptionInput<typeof travellingOptionTable, 'poisonLimit'> | undefined;
  /**
   * How long another worker process may be gone from the server before its jobs are given back. Bounded because a connection that breaks
   * for a moment takes some 50 ms to come back. In milliseconds, from 50 to 600000; by default 250.
   */
  readonly graceMs?: OptionInput<typeof travellingOptionTable, 'graceMs'> | undefined;
  /**
   * How long a handler may block this process's main thread before its leases are let go, and its supervisor, if it has one, ends it; 0:
   * for ever. In milliseconds, from 0 to 86400000; by default 0.
   */
  readonly hangMs?: OptionInput<typeof travellingOptionTable, 'hangMs'> | undefined;
  /**
   * How long a handler has to let go once its deadline has passed or its job is cancelled, before its delivery ends without it and what it
   * returns is dropped. In milliseconds, from 0 to 3600000; by default 1000.
   */
  readonly letGoMs?: OptionInput<typeof travellingOptionTable, 'letGoMs'> | undefined;
  /**
   * Whether another consumer takes the place of one whose handler does not let go, until it does: at most as many at a time as there are
   * consumers, so up to twice as many handlers run. By default false.
   */
  readonly replaceStuckConsumers?: OptionInput<typeof travellingOptionTable, 'replaceStuckConsumers'> | undefined;
  /**
   * How long a stopping worker lets its handlers finish before it requeues what they hold. In milliseconds, from 0 to 86400000; by default
   * 30000.
   */
  readonly drainMs?: OptionInput<typeof travellingOptionTable, 'drainMs'> | undefined;
  /** Whether to measure how long consumers stay in each state, and to keep what `metrics()` returns. By default false. */
  readonly metrics?: OptionInput<typeof travellingOptionTable, 'metrics'> | undefined;
  /** WebSocket URL of a server of `@statelyai/inspect`, to show the worker's actors in Stately's inspector; slows them down. */
  readonly inspectUrl?: OptionInput<typeof travellingOptionTable, 'inspectUrl'> | undefined;
  /**
   * The most bytes of JSON that a payload or a result may have. Set it alike at producers. In bytes, from 1 to 536870912; by default
   * 262144.
   */
  readonly maxPayloadBytes?: OptionInput<typeof travellingOptionTable, 'maxPayloadBytes'> | undefined;
  /** The most arrays and objects within each other. Set it alike at producers. From 1 to 1000; by default 64. */
  readonly maxPayloadDepth?: OptionInput<typeof travellingOptionTable, 'maxPayloadDepth'> | undefined;
}

// end: TravellingOptions

// generated: WorkerOptions

/** What {@link Worker.start} takes. */
export interface WorkerOptions extends TravellingOptions {
  /** The handlers. Their jobs say which queues are consumed. There is one at least, but for a worker that has `flows` or `actors`. */
  readonly handlers: OptionInput<typeof workerTable, 'handlers'>;
  /** Middleware around every handler, the first outermost, and all of it around the handler's own. By default []. */
  readonly use?: OptionInput<typeof workerTable, 'use'> | undefined;
  /**
   * What keeps the queues; by default the Redis that `redis`, `embedded` or the environment names. Not together with `redis`, `embedded`
   * and `durability`, which are options of that one.
   */
  readonly engine?: OptionInput<typeof workerTable, 'engine'> | undefined;
  /**
   * Whether SIGTERM and SIGINT drain the worker and then end **the whole process**, whatever else it does; a second one ends it at once.
   * For a process that is the worker's alone; elsewhere call `close()` in your own shutdown. By default false.
   */
  readonly handleSignals?: OptionInput<typeof workerTable, 'handleSignals'> | undefined;
  /** Where to answer /healthz, /readyz and /metrics over HTTP; by default nowhere. The worker keeps `metrics` then. */
  readonly http?:
    | {
        /** The port; 0: any free one, which `worker.httpPort` names. From 0 to 65535. */
        readonly port: OptionInput<(typeof workerTable)['http']['of'], 'port'>;
        /** The address to listen at: `0.0.0.0` for a container that is asked from outside. By default "127.0.0.1". */
        readonly host?: OptionInput<(typeof workerTable)['http']['of'], 'host'> | undefined;
      }
    | undefined;
  /** What to call with a contract's jobs that become dead letters here. By default []. */
  readonly onDead?: OptionInput<typeof workerTable, 'onDead'> | undefined;
  /** The flows that are run here: what comes after a step is decided by these workers. By default []. */
  readonly flows?: OptionInput<typeof workerTable, 'flows'> | undefined;
  /** The durable actors that take their turns here. By default []. */
  readonly actors?: OptionInput<typeof workerTable, 'actors'> | undefined;
  /**
   * The container that builds the handlers, a child of it for each delivery; by default a fresh child of tsyringe's global one, or none
   * where nothing is to be injected. What its singletons are built of is disposed of when the last worker on it closes.
   */
  readonly container?: OptionInput<typeof workerTable, 'container'> | undefined;
  /** Machines of your own, to be drawn beside the consumers; `worker.inspect` lets their actors be followed. By default []. */
  readonly machines?: OptionInput<typeof workerTable, 'machines'> | undefined;
  /**
   * Where the worker writes its log; by default JSON lines on standard error. One that throws or rejects costs lines of the log, and no
   * job.
   */
  readonly logger?: OptionInput<typeof workerTable, 'logger'> | undefined;
}

// end: WorkerOptions

/** The options once checked. */
export type CheckedWorkerOptions = ReturnType<typeof workerOptions.check>;
