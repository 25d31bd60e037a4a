// What a handler is given: the payload, the signal, and what it reports its progress with.
import type {
  AnyJob,
  ChildOptions,
  JsonLimits,
  Meta,
  PayloadInput,
  PayloadOf,
  PublishedBy,
  SendWithAckOptions,
} from '@acktor/core';
import type { LeasedJob, WorkQueue } from '@acktor/core/engine';
import { cutText, NO_META, refuse, writeJson, type TextLimits } from '@acktor/core/internal';
import { LeaseLostError, ProgressError } from '../errors.js';
import { requireProvidable, type Token } from '../handler/container.js';
import type { Children, EndedChildren } from './children.js';
import { attemptsOf } from './settlement.js';

/**
 * One attempt of one job, handed to one handler. Its parts may be taken out by name, `handle({ data, signal })`; they are not
 * its own properties, so a spread (`{ ...delivery }`) or a rest pattern finds none of them.
 */
export interface Delivery<J extends AnyJob = AnyJob> {
  /** The job's id. */
  readonly id: string;
  /** The job's name: that of its contract or, in a handler of all jobs, the one that its sender gave. */
  readonly name: string;
  /** The contract that the handler handles. */
  readonly job: J;
  /** The payload as the contract's schema gives it. */
  readonly data: PayloadOf<J>;
  /** Aborts with a CancelledError, a DeadlineError, a LeaseLostError, or, as the worker stops for good, a ShutdownError as its `reason`: AbortErrors. */
  readonly signal: AbortSignal;
  /** 1 for the first attempt; grows with every rejection that is tried again. */
  readonly attempt: number;
  /** How often the job is tried in all: as its send, or else its contract, says. */
  readonly attempts: number;
  /** Whether the job becomes a dead letter when this attempt fails. */
  readonly isLastAttempt: boolean;
  /**
   * Whether an earlier delivery of this job lost its lease, so that its work may be half done. A delivery that was requeued, as by a
   * worker that stops, or one before a redrive, does not count: `fence` is above 1 after any.
   */
  readonly redelivered: boolean;
  /** Grows with every delivery of this job. A database that has seen a greater one refuses a zombie's write. */
  readonly fence: number;
  /** The headers that the job was sent with, such as a tenant or a locale: the same at every attempt, and after a redrive. Frozen. */
  readonly meta: Meta;
  /** The exchange that the job was published to, and the routing key; undefined for one that was sent to its queue. */
  readonly published: PublishedBy | undefined;
  /** When the job was sent, by the server's clock. */
  readonly sentAt: Date;
  /** The time that this run of a schedule is for: the same at every attempt. Undefined for a job that no schedule made. */
  readonly scheduledFor: Date | undefined;
  /** The key that the job was sent with; undefined without one. */
  readonly key: string | undefined;
  /**
   * Keeps any JSON value with the job, for people to see, of `maxProgressBytes` at most. Need not be awaited: a rejection that is not
   * handled is dropped.
   * @throws ProgressError when the value is not JSON, as `undefined`, or too large or too deep, with the path of what is wrong.
   * @throws LeaseLostError when the lease is lost; ConnectionLostError when the server is away; it may have been kept.
   */
  readonly progress: (value: unknown) => Promise<void>;
  /**
   * Appends a line to the job's log, which keeps the last `maxLogLines`, or fewer where the job's `keepLogs` of a BullMQ client says so; of a line above `maxLogLineBytes` the rest is cut. As
   * {@link Delivery.progress}, @throws and all: a ProgressError when the line is no text.
   */
  readonly log: (line: string) => Promise<void>;
  /**
   * Sends a job with the ack of this delivery, in one step: it is added if and only if this delivery is acked. A delivery that is rejected,
   * loses its lease or whose worker dies sends nothing, and the one that comes after it sends its own. The payload is checked at once; where
   * the contract's schema is asynchronous, before the ack, which fails as the handler would. Returns the job's id: no resend can add it twice,
   * so that it needs no id of its own; one that is given is taken once, as by `producer.send`.
   * At most `maxSendsWithAck` jobs, and `maxSendsWithAckBytes` of payload together.
   * @throws PayloadError, OptionsError, NameError, NotAContractError: this job is not sent. @throws SendLimitError for one too many.
   * @throws EngineFeatureError on an engine that sends nothing with an ack.
   * @throws DeliveryEndedError when the handler has returned.
   * @example
   * delivery.sendWithAck(mailReceipt, { orderId: data.orderId });
   */
  readonly sendWithAck: <Sent extends AnyJob>(
    job: Sent,
    data: PayloadInput<Sent>,
    options?: SendWithAckOptions,
  ) => string;
  /**
   * Adds a child to this job, at once: the job can wait for it, and cannot be acked before it has ended. Resolves with the child's id. Without
   * `id` the child has one by its number, 1 for the first: a handler that adds its children in the same order whenever it is run adds none
   * twice. When the child becomes a dead letter this job does, too, or goes on with `ifDead: 'goOn'`. Need not be awaited:
   * {@link Delivery.waitForChildren} does.
   * @throws (as a rejection) PayloadError, OptionsError (also for the `key` of this job in its queue, where that has one turn), NameError,
   * NotAContractError; ChildIdTakenError; EngineFeatureError for a queue in
   * another slot of a cluster; LeaseLostError, DeliveryEndedError; ConnectionLostError: it may have been added.
   */
  readonly addChild: <Child extends AnyJob>(
    job: Child,
    data: PayloadInput<Child>,
    options?: ChildOptions,
  ) => Promise<string>;
  /**
   * Resolves with the children of this job when all of them have ended, those that BullMQ clients added among them. While one has not, it
   * rejects, and the delivery ends: the job waits without a consumer, no attempt is counted, and the handler is run again, from its beginning,
   * when the last of them has ended.
   * @throws (as a rejection) WaitingForChildrenError, which the handler lets through; ChildDeadError, which makes the job a dead letter, when
   * a child died that it dies with; what an {@link Delivery.addChild} before it rejected with; LeaseLostError, ConnectionLostError.
   * @example
   * for (const page of data.pages) void delivery.addChild(renderPage, { page });
   * const children = await delivery.waitForChildren();
   * return { files: await children.resultsOf(renderPage) };
   */
  readonly waitForChildren: () => Promise<EndedChildren>;
  /**
   * Runs the function, unless an earlier delivery of this job has, and resolves with its result, which is kept with the job: a redelivery or a
   * retry goes on after the last step that was stored. A step that throws stores nothing, and rejects with what it threw.
   *
   * The result is any JSON, `maxStepBytes` at most, or undefined; it comes back as JSON reads it, from the first run, too. Names are texts, unique
   * within a delivery; at most `maxSteps` for a job. A step that ran and whose worker died before it was stored runs again: give what it calls
   * a key of its own, such as the job's id and the step's name. Steps may run side by side. Stored with the fence of the delivery: one that is
   * not the job's last stores nothing. While the server is away, a step that has run waits for it, until `signal` aborts.
   * @throws LeaseLostError when a later delivery has begun: nothing was stored. What `signal` aborted with, before the function runs.
   * @throws DuplicateStepError, StepLimitError, StepResultError, which make the job a dead letter at once, as they would come again.
   * @throws NameError, OptionsError; DeliveryEndedError after the delivery; EngineFeatureError on an engine that keeps no steps.
   * @example
   * const receipt = await delivery.step('charge', () => gateway.charge(data, { idempotencyKey: `${delivery.id}-charge` }));
   * await delivery.step('mail', () => mailer.send(receipt));
   */
  readonly step: <T>(name: string, run: () => T | Promise<T>) => Promise<StepResult<T>>;
  /**
   * Has injection find the value under the token, for this delivery alone: in the constructor of the handler and of what is built for it,
   * in what `inject` names, and in {@link Delivery.inject}. Meant for middleware, before it calls `next()`: what has been built by then
   * keeps what it was given. The last value counts. It is not disposed of: the caller ends it.
   * @throws OptionsError for a token that is none, and for a value that is undefined or null; DeliveryEndedError after the delivery.
   */
  readonly provide: <T>(token: Token<T>, value: NoInfer<T>) => void;
  /**
   * Returns what was provided under the token for this delivery, or else what the worker's container has or builds.
   * @throws NotProvidedError when there is neither, and the worker has no container; DeliveryEndedError after the delivery; whatever the
   * container throws.
   */
  readonly inject: <T>(token: Token<T>) => T;
}

/** A value as it comes back from JSON: a Date is a text, what has a `toJSON` method is what that returns. */
export type StepResult<T> = unknown extends T
  ? T
  : [T] extends [void]
    ? undefined
    : T extends { toJSON(...given: never[]): infer Written }
      ? StepResult<Written>
      : T extends string | number | boolean | null | undefined
        ? T
        : T extends bigint | symbol | ((...given: never[]) => unknown)
          ? never
          : { [Key in keyof T]: StepResult<T[Key]> };

/** What a delivery needs of its attempt. */
export interface DeliveryRun {
  readonly leased: LeasedJob;
  /** Made by the first call: most handlers of short jobs never ask for it. */
  signal(): AbortSignal;
  /** Returns what gathers the sends; made by the first call. @throws DeliveryEndedError. */
  openSends(deps: Pick<DeliveryDeps<AnyJob>, 'queue' | 'limits'>): { readonly add: Delivery['sendWithAck'] };
  /** Returns what adds children and waits for them; made by the first call. @throws DeliveryEndedError. */
  openChildren(deps: Pick<DeliveryDeps<AnyJob>, 'queue' | 'limits'>): Pick<Children, 'add' | 'wait'>;
  /** Returns what runs the steps; made by the first call. @throws DeliveryEndedError. */
  openSteps(deps: Pick<DeliveryDeps<AnyJob>, 'queue' | 'limits'>): {
    run(name: string, act: () => unknown): Promise<unknown>;
  };
  openScope(): { provide(token: Token, value: unknown): void; resolve(token: Token): unknown };
}

/** What a delivery asks of its queue. */
export type DeliveryQueue = Pick<
  WorkQueue,
  'progress' | 'log' | 'requireSendTo' | 'addChild' | 'children' | 'childNames' | 'steps' | 'storeStep'
>;

/** What a {@link LeasedDelivery} is made of. */
export interface DeliveryDeps<J extends AnyJob> {
  readonly job: J;
  readonly data: PayloadOf<J>;
  readonly run: DeliveryRun;
  readonly queue: DeliveryQueue;
  readonly limits: DeliveryLimits;
}

/** The {@link Delivery} of one leased job. */
export class LeasedDelivery<J extends AnyJob> implements Delivery<J> {
  readonly #deps: DeliveryDeps<J>;

  constructor(deps: DeliveryDeps<J>) {
    this.#deps = deps;
  }

  get id(): string {
    return this.#deps.run.leased.record.id;
  }

  get name(): string {
    return this.#deps.run.leased.record.name;
  }

  get job(): J {
    return this.#deps.job;
  }

  get data(): PayloadOf<J> {
    return this.#deps.data;
  }

  get signal(): AbortSignal {
    return this.#deps.run.signal();
  }

  get attempt(): number {
    return this.#deps.run.leased.record.attemptsMade + 1;
  }

  get attempts(): number {
    return attemptsOf(this.#deps.job, this.#deps.run.leased.record);
  }

  get isLastAttempt(): boolean {
    return this.attempt >= this.attempts;
  }

  get redelivered(): boolean {
    return this.#deps.run.leased.record.leasesLost > 0;
  }

  get fence(): number {
    return this.#deps.run.leased.record.deliveries;
  }

  get meta(): Meta {
    return this.#deps.run.leased.record.meta ?? NO_META;
  }

  get published(): PublishedBy | undefined {
    return this.#deps.run.leased.record.published;
  }

  get sentAt(): Date {
    return new Date(this.#deps.run.leased.record.sentAtMs);
  }

  get scheduledFor(): Date | undefined {
    const { slot } = this.#deps.run.leased.record;
    return slot && new Date(slot.atMs);
  }

  get key(): string | undefined {
    return this.#deps.run.leased.record.group?.key;
  }

  get progress(): (value: unknown) => Promise<void> {
    const { queue, limits } = this.#deps;
    const { leased } = this.#deps.run;
    const keep = async (value: unknown) =>
      requireLease(leased, await queue.progress(leaseOf(leased), progressText(leased, value, limits)));
    return (value) => handled(keep(value));
  }

  get log(): (line: string) => Promise<void> {
    const { queue, limits } = this.#deps;
    const { leased } = this.#deps.run;
    const append = async (line: unknown) =>
      requireLease(
        leased,
        await queue.log(leaseOf(leased), logLine(leased, line, limits), keptLinesOf(leased, limits)),
      );
    return (line) => handled(append(line));
  }

  get sendWithAck(): Delivery<J>['sendWithAck'] {
    const { run, queue, limits } = this.#deps;
    return (...send) => run.openSends({ queue, limits }).add(...send);
  }

  get addChild(): Delivery<J>['addChild'] {
    const { run, queue, limits } = this.#deps;
    const add: Delivery<J>['addChild'] = async (...child) => run.openChildren({ queue, limits }).add(...child);
    return (...child) => handled(add(...child));
  }

  get waitForChildren(): Delivery<J>['waitForChildren'] {
    const { run, queue, limits } = this.#deps;
    const wait = async () => run.openChildren({ queue, limits }).wait();
    return () => handled(wait());
  }

  get step(): Delivery<J>['step'] {
    const { run, queue, limits } = this.#deps;
    const start = async (name: string, act: () => unknown) => run.openSteps({ queue, limits }).run(name, act);
    return <T>(name: string, act: () => T | Promise<T>) => handled(start(name, act)) as Promise<StepResult<T>>;
  }

  get provide(): Delivery<J>['provide'] {
    const { run } = this.#deps;
    return (token, value) => {
      requireProvidable(token, value);
      run.openScope().provide(token, value);
    };
  }

  get inject(): Delivery<J>['inject'] {
    const { run } = this.#deps;
    return <T>(token: Token<T>) => run.openScope().resolve(token) as T;
  }
}

/** A call that is not awaited must not end the process when it fails, as where the server is away; a caller that awaits it gets its error all the same. */
function handled<T>(call: Promise<T>): Promise<T> {
  call.catch(() => undefined);
  return call;
}

function progressText({ record }: LeasedJob, value: unknown, limits: DeliveryLimits): string {
  const { maxProgressBytes: maxPayloadBytes, maxPayloadDepth } = limits;
  // A whole payload may be nothing; of progress, that is a mistake.
  const written =
    value === undefined
      ? refuse('progress', 'expected a JSON value, got undefined')
      : writeJson('progress', value, { maxPayloadBytes, maxPayloadDepth, sizeOption: 'maxProgressBytes' });
  if (written.ok) return written.value;
  throw new ProgressError(record.id, written.faults, { cause: written.cause });
}

function logLine({ record }: LeasedJob, line: unknown, { maxLogLineBytes }: DeliveryLimits): string {
  if (typeof line === 'string') return cutText(line, maxLogLineBytes);
  const got = line === null ? 'null' : typeof line;
  throw new ProgressError(record.id, [{ path: 'line', message: `expected a text to log, got ${got}` }]);
}

function keptLinesOf({ record: { keptLogLines } }: LeasedJob, { maxLogLines }: DeliveryLimits): number {
  return keptLogLines === undefined ? maxLogLines : Math.min(keptLogLines, maxLogLines);
}

function leaseOf({ record, leaseToken }: LeasedJob) {
  return { jobId: record.id, leaseToken };
}

function requireLease({ record }: LeasedJob, isHeld: boolean): void {
  if (!isHeld) throw new LeaseLostError(record.id);
}

/** Limits of what goes to the queue. JSON above them (payload, result, progress) is refused, text is cut. */
export interface DeliveryLimits extends JsonLimits, TextLimits {}
