// One delivery of one handler, as a worker runs it: schema, injection, middleware, deadline, and how it is settled.
import {
  defaultJsonLimits,
  OptionsError,
  type AnyJob,
  type Meta,
  type PayloadInput,
  type ResultOf,
} from '@acktor/core';
import {
  defineOptions,
  type EngineClock,
  type Failure,
  type LeasedJob,
  type OptionTable,
  type Settlement,
  type StoredStep,
  type WorkQueue,
} from '@acktor/core/engine';
import { decodeResult, encodePayload, metaOption, requireContract, sentMeta } from '@acktor/core/internal';
import {
  handle,
  middleware,
  type BatchHandler,
  type Container,
  type FunctionHandler,
  type HandlerClass,
  type HandlerFunction,
  type Middleware,
  type Token,
  type UncheckedJob,
} from '@acktor/worker';
import { ALL_OTHERS, contractOf, runOneDelivery, workerOptions, type OneDelivery } from '@acktor/worker/internal';
import { sentJob, type SentJob } from './memory/memory-engine.js';
import { isDate } from './memory/passing-options.js';

/** What handles `J`: a class with `@handles`, what `handle()`, `handleAll()` or `handleBatch()` made (a batch of one), or a plain function of the delivery. */
export type HandlerOf<J extends AnyJob> =
  HandlerClass<J> | FunctionHandler<J> | FunctionHandler<UncheckedJob> | BatchHandler<J> | HandlerFunction<J>;

/** What of a delivery, and of the worker that runs it, is not as on the first attempt of a job that was just sent. */
export interface PerformOptions {
  /** What injection finds, by token, before it asks a container: `[[Gateway, fakeGateway]]`. */
  readonly services?: Iterable<readonly [token: Token, service: unknown]>;
  /** As of a worker: around the handler's own. */
  readonly use?: readonly Middleware[];
  /** As of a worker. */
  readonly container?: Container;
  /** `test-job` by default. */
  readonly id?: string;
  /** From 1. */
  readonly attempt?: number;
  /** As a send may say; by default as the contract does. */
  readonly attempts?: number;
  /** By default the attempt. */
  readonly fence?: number;
  readonly redelivered?: boolean;
  readonly sentAt?: Date;
  /** What earlier deliveries have stored with `delivery.step()`: the name of each step, and its result. Then the fence is 2 by default. */
  readonly steps?: Iterable<readonly [name: string, result: unknown]>;
  /** Of a run of a schedule: the time that it is for. */
  readonly scheduledFor?: Date;
  /** That the job was sent with. */
  readonly key?: string;
  /** The headers of the job, as of a send; none by default. */
  readonly meta?: Meta;
  /**
   * Aborts when the handler is to let go. Its reason says why: a `LeaseLostError`, `ShutdownError` or `DeadlineError` of Acktor's; anything else is a
   * cancel.
   */
  readonly signal?: AbortSignal;
  /** How long it has for that. As of a worker. */
  readonly letGoMs?: number;
  /** What has become of its children: all of them have ended then. Without, those that the handler adds are open, and it has to wait for them. */
  readonly children?: readonly EndedChild[];
  /** By which its deadline passes: that of a `memoryEngine()`. The machine's by default. */
  readonly clock?: EngineClock;
}

/** A child that was acked with that result, or became a dead letter without which the job goes on. */
export type EndedChild<J extends AnyJob = AnyJob> =
  | { readonly job: J; readonly id?: string; readonly result: unknown }
  | { readonly job: J; readonly id?: string; readonly dead: string };

/** How a delivery was settled, and what its handler wrote meanwhile. */
export type Performed<J extends AnyJob = AnyJob> = Written & Outcome<J>;

/** How a delivery ended. */
export type Outcome<J extends AnyJob = AnyJob> =
  | { readonly kind: 'acked'; readonly result: ResultOf<J> }
  /** An attempt was counted, and the next one comes after the delay. */
  | { readonly kind: 'retried'; readonly delayMs: number; readonly reason: string; readonly stack: string | undefined }
  /** No attempt was counted. */
  | { readonly kind: 'requeued'; readonly afterMs: number; readonly reason: string | undefined }
  /** No attempt was counted: it is run again when its children have ended. */
  | { readonly kind: 'waitingForChildren' }
  | { readonly kind: 'deadLettered'; readonly reason: string; readonly stack: string | undefined }
  /** Not at all: its lease was lost. */
  | { readonly kind: 'leaseLost' };

interface Written {
  /** What was given to `delivery.progress()`, in order, as JSON keeps it. */
  readonly progress: readonly unknown[];
  /** What was given to `delivery.log()`, in order. */
  readonly log: readonly string[];
  /** The results of the steps that it stored with `delivery.step()`, in order, by name: not of those that an earlier delivery had stored. */
  readonly steps: ReadonlyMap<string, unknown>;
  /** What was sent with its ack, by `delivery.sendWithAck()`, in order; nothing unless it was acked. */
  readonly sent: readonly SentJob[];
  /** What was given to `delivery.addChild()`, in order. */
  readonly children: readonly SentJob[];
}

/**
 * Runs one delivery through the consumer's chart and its runner, and resolves with how it is settled; never with a rejection for what the
 * handler does. The payload goes through the contract's schema as at `producer.send`, and the result as at a worker.
 *
 * @throws PayloadError when the payload is off the contract's schema; NotAContractError, NotAHandlerError, OptionsError; UnresolvableParameterError when a worker
 * could not start with the handler, such as one whose service is missing: nothing was run.
 * @example
 * const outcome = await perform(ChargeCard, chargeCard, { orderId: 'o-1', cents: 990 }, { services: [[Gateway, gateway]] });
 * expect(outcome).to.deep.include({ kind: 'acked', result: { receipt: 'r-1' } });
 */
export async function perform<J extends AnyJob>(
  handler: HandlerOf<J>,
  job: J,
  ...[data, given = {}]: readonly [PayloadInput<J>, PerformOptions?]
): Promise<Performed<J>> {
  requireContract(job, 'perform, after the handler');
  const delivery = deliveryOptions.check(given);
  const { services, use = [], container, letGoMs, signal, clock } = given;
  const declared = declaredFor(handler, job);
  const options = workerOptions.check({
    handlers: [declared],
    use: services === undefined ? use : [providing(services), ...use],
    ...(container && { container }),
    ...(letGoMs !== undefined && { letGoMs }),
  });
  const payload = await encodePayload(job, data, options);
  const progress: unknown[] = [];
  const log: string[] = [];
  const children: SentJob[] = [];
  const steps = new Map<string, unknown>();
  const queue: OneDelivery['queue'] = {
    ...childrenFor(children, given.children),
    progress: (_lease: unknown, text: string) => Promise.resolve(progress.push(JSON.parse(text)) > 0),
    log: (_lease: unknown, line: string) => Promise.resolve(log.push(line) > 0),
    requireSendTo: () => undefined,
    steps: () => Promise.resolve(storedSteps(given.steps ?? [])),
    storeStep: (_job, { name, result }) => {
      steps.set(name, result === undefined ? undefined : JSON.parse(result));
      return Promise.resolve(true);
    },
  };
  const leased = leasedJob(job, payload, delivery);
  const settlement = await runOneDelivery({ leased, options, queue, signal, clock });
  const sent = settlement?.sends?.map(sentJob) ?? [];
  return { ...(await outcomeOf(job, settlement)), progress, log, steps, sent, children };
}

/** The queue's part in adding children, and in what has become of them. */
function childrenFor(
  added: SentJob[],
  ended: readonly EndedChild[] | undefined,
): Pick<WorkQueue, 'addChild' | 'children' | 'childNames'> {
  const found = (ended ?? []).map((child, i) => ({
    ...child,
    queue: child.job.queue,
    id: child.id ?? `child-${i + 1}`,
  }));
  const acked = found.flatMap((child) =>
    'dead' in child ? [] : [{ ...child, result: JSON.stringify(child.result ?? null) }],
  );
  const dead = found.flatMap((child) => ('dead' in child ? [{ ...child, reason: child.dead }] : []));
  const nameOf = (queue: string, id: string) =>
    found.find((child) => child.queue === queue && child.id === id)?.job.name;
  return {
    addChild: (_lease, child) => {
      added.push(sentJob(child));
      return Promise.resolve('added');
    },
    children: () => Promise.resolve({ open: ended ? 0 : added.length, acked, dead, fatal: [] }),
    childNames: (children) => Promise.resolve(children.map(({ queue, id }) => nameOf(queue, id))),
  };
}

function storedSteps(given: Iterable<readonly [name: string, result: unknown]>): readonly StoredStep[] {
  return [...given].map(([name, result]) => ({
    name,
    result: result === undefined ? undefined : JSON.stringify(result),
  }));
}

/** A plain function is declared here. */
function declaredFor<J extends AnyJob>(handler: HandlerOf<J>, job: J): HandlerClass<J> | FunctionHandler<J> {
  const known = contractOf(handler);
  if (known === undefined && isPlain(handler)) return handle(job, handler as HandlerFunction<J>);
  const isFor = known !== undefined && (known.name === job.name || known.name === ALL_OTHERS);
  if (known !== undefined && !(isFor && known.queue === job.queue)) {
    const message = `expected a handler of job ${job.name}, got one of ${known.name}`;
    throw new OptionsError([{ option: 'handler', message }]);
  }
  return handler as HandlerClass<J> | FunctionHandler<J>;
}

/** Whether it is a function, and no class that lacks its declaration. */
function isPlain(handler: unknown): boolean {
  return typeof handler === 'function' && !/^class\b/.test(Function.prototype.toString.call(handler));
}

/**
 * A middleware that has injection find these services, by token, before it asks a container: `Worker.start({ use: [providing([[Gateway, fake]])] })`.
 * The caller that provides a service also closes it.
 * @throws OptionsError.
 */
export function providing(services: Iterable<readonly [token: Token, service: unknown]>): Middleware {
  const all = isServices(services) ? [...services] : undefined;
  if (!all?.every(Array.isArray)) throw new OptionsError([{ option: 'services', message: NO_SERVICES }]);
  return middleware({ provides: all.map(([token]) => token) }, (delivery, next) => {
    for (const [token, service] of all) delivery.provide(token, service);
    return next();
  });
}

const SERVICES = 'an iterable of [token, service] pairs, such as a Map';
const NO_SERVICES = `expected services to be ${SERVICES}`;

/** Its pairs are checked as they are taken: an iterator yields them once. */
function isServices(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value;
}

const MOST_DELIVERIES = 1_000_000;

/** What the worker's options check is only named here. */
const deliveryOptions = defineOptions({
  services: { type: 'value', expected: SERVICES, accepts: isServices, doc: 'What injection finds, by token.' },
  steps: {
    type: 'value',
    expected: 'an iterable of [name, result] pairs, such as a Map',
    accepts: isServices,
    doc: 'What earlier deliveries have stored.',
  },
  use: { type: 'value', expected: 'middleware', accepts: isAnything, doc: 'As of a worker.' },
  container: { type: 'value', expected: 'a container', accepts: isAnything, doc: 'As of a worker.' },
  letGoMs: { type: 'value', expected: 'milliseconds', accepts: isAnything, doc: 'As of a worker.' },
  id: {
    type: 'string',
    default: 'test-job',
    expected: 'a text that is not empty',
    accepts: (text) => text !== '',
    doc: 'The id of the job.',
  },
  attempt: { type: 'count', default: 1, min: 1, max: MOST_DELIVERIES, doc: 'Which attempt it is.' },
  attempts: { type: 'count', min: 1, max: MOST_DELIVERIES, doc: 'As a send may say; by default as the contract does.' },
  fence: { type: 'count', min: 1, doc: 'By default the attempt.' },
  redelivered: { type: 'boolean', default: false, doc: 'Whether an earlier delivery lost its lease.' },
  sentAt: { type: 'value', expected: 'a valid Date', accepts: isDate, doc: 'When it was sent; now by default.' },
  scheduledFor: {
    type: 'value',
    expected: 'a valid Date',
    accepts: isDate,
    doc: 'The time that a run of a schedule is for.',
  },
  key: { type: 'string', expected: 'a text', accepts: (text) => text !== '', doc: 'That the job was sent with.' },
  meta: metaOption,
  signal: {
    type: 'value',
    expected: 'an AbortSignal',
    accepts: (value: unknown): value is AbortSignal => value instanceof AbortSignal,
    doc: 'Aborts when the handler is to let go.',
  },
  children: {
    type: 'value',
    expected: 'a list of { job, result } and { job, dead }',
    accepts: isAnything,
    doc: 'What has become of its children.',
  },
  clock: {
    type: 'value',
    expected: 'a clock, such as that of a memoryEngine()',
    accepts: isClock,
    doc: 'Of deadlines.',
  },
} as const satisfies OptionTable);

function isAnything(value: unknown): value is unknown {
  return value !== undefined;
}

function isClock(value: unknown): value is EngineClock {
  if (typeof value !== 'object' || value === null) return false;
  return ['now', 'setTimeout', 'clearTimeout'].every((name) => typeof Reflect.get(value, name) === 'function');
}

type CheckedDelivery = ReturnType<typeof deliveryOptions.check>;

function leasedJob(job: AnyJob, payload: string, options: CheckedDelivery): LeasedJob {
  const { id, attempt, attempts, steps, redelivered, sentAt = new Date(), scheduledFor, key, meta } = options;
  const { fence = steps === undefined ? attempt : Math.max(attempt, 2) } = options;
  return {
    leaseToken: 'test|1',
    record: {
      id,
      name: job.name,
      queue: job.queue,
      payload,
      version: job.version,
      sentAtMs: sentAt.getTime(),
      priority: 0,
      attemptsMade: attempt - 1,
      deliveries: fence,
      leasesLost: redelivered ? 1 : 0,
      suspicions: 0,
      attempts,
      backoff: undefined,
      group: key === undefined ? undefined : { key, concurrency: 1, holdsWhenDead: false },
      meta: sentMeta(meta),
      slot: scheduledFor && { schedule: 'test-schedule', atMs: scheduledFor.getTime() },
      poisoned: undefined,
      cancelled: undefined,
    },
  };
}

async function outcomeOf<J extends AnyJob>(job: J, settlement: Settlement | undefined): Promise<Outcome<J>> {
  switch (settlement?.kind) {
    case undefined:
      return { kind: 'leaseLost' };
    case 'ack':
      return { kind: 'acked', result: await decodeResult(job, settlement.result, defaultJsonLimits) };
    case 'retry':
      return { kind: 'retried', delayMs: settlement.delayMs, ...failed(settlement.failure) };
    case 'requeue':
      return { kind: 'requeued', afterMs: settlement.afterMs ?? 0, reason: settlement.reason };
    case 'waitForChildren':
      return { kind: 'waitingForChildren' };
    case 'deadLetter':
      return { kind: 'deadLettered', ...failed(settlement.failure) };
  }
}

function failed({ reason, stack }: Failure) {
  return { reason, stack };
}
