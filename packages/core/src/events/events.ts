// Follows what happens to jobs, from any process.
import { NO_META } from '../contract/meta.js';
import { requireContract, type AnyJob } from '../contract/job.js';
import { ClosedError } from '../engine/broker-errors.js';
import { forInspection } from '../engine/broker-options.js';
import type { Broker, EventGap, JobEventKind, QueueEvent } from '../engine/broker.js';
import { engineFor } from '../engine/default-engine.js';
import type { ConnectedBroker } from '../engine/engine.js';
import { OptionsError } from '../errors.js';
import { errorReason } from '../foreign-text/error-text.js';
import { describe } from '../options/option-fault.js';
import { eventsOptions, type EventsOptions } from './events-options.js';
import { jobEventOf, type JobEventMap, type JobEventName, type JobListener } from './job-event.js';

type CheckedEventsOptions = ReturnType<typeof eventsOptions.check>;

/** Not exported, so that no other code can make one that is not connected. */
class EventsDeps {
  constructor(
    readonly connected: ConnectedBroker,
    readonly options: CheckedEventsOptions,
  ) {}
}

/**
 * Follows what happens to the jobs of contracts, whichever processes send and handle them.
 *
 * @example
 * await using events = await Events.connect();
 * await events.on(chargeCard, 'dead', ({ id, reason }) => console.error(id, reason));
 */
export class Events {
  readonly #connected: ConnectedBroker;
  readonly #options: CheckedEventsOptions;
  readonly #jobs = new Map<AnyJob, FollowedJob>();
  #warnedAtMs = -Infinity;
  #closing: Promise<void> | undefined;

  /** Only for {@link Events.connect}, but public: a container takes no class under whose name it could not build anything. */
  constructor({ connected, options }: EventsDeps) {
    this.#connected = connected;
    this.#options = options;
  }

  /**
   * Connects; one more connection is opened for each queue that is followed. Nothing is written on the server.
   *
   * Without `engine` and `redis` it takes REDIS_URL from the environment; without that, unless NODE_ENV is production, it starts, or joins, the embedded server.
   * @throws OptionsError, AddressError, BrokerUnreachableError, ServerTooOldError, ServerBinaryMissingError, ServerStartError;
   * nothing is left open.
   */
  static async connect(options: EventsOptions = {}): Promise<Events> {
    const checked = eventsOptions.check(options);
    const connected = await engineFor(checked, options).openBroker(forInspection('acktor-events', checked));
    return new Events(new EventsDeps(connected, checked));
  }

  /** Where the queues are, without a password; for people. */
  get address(): string {
    return this.#connected.address;
  }

  /**
   * Calls `listener` with each event of this name, of each job of the contract, from the moment at which this resolves. Resolves with an
   * unsubscribe function, which may be called twice.
   *
   * Listeners are called in the order in which things happened, and not awaited; what one throws, or rejects with, goes to `onError` and harms
   * no other. When the connection breaks, the events that came meanwhile follow once it is up again. The server keeps the newest 10,000 or
   * so of each queue; what it forgot before it could be read is an event `gap`, before the next that is known. Nothing is kept
   * for a process that ends: events are for watching; rely on `receipt.result()`, the dead letters and a job's history.
   *
   * @throws NotAContractError, OptionsError for an unknown name or no function, ClosedError after `close()`.
   * @throws ConnectionLostError, BrokerUnreachableError when the server is away as this begins.
   */
  async on<J extends AnyJob, Name extends JobEventName>(
    job: J,
    name: Name,
    listener: JobListener<J, Name>,
  ): Promise<() => void> {
    requireContract(job, 'on');
    requireListener(name, listener);
    this.#requireOpen();
    const followed =
      this.#jobs.get(job) ??
      new FollowedJob(
        (event) => this.#onEvent(job, event),
        (gap) => this.#gap(job, gap),
      );
    this.#jobs.set(job, followed);
    const remove = followed.add(name, listener as AnyListener);
    const leave = () => {
      remove();
      if (followed.isEmpty && this.#jobs.get(job) === followed) {
        this.#jobs.delete(job);
        followed.stop();
      }
    };
    try {
      await followed.begin(job, this.#connected.broker);
      return leave;
    } catch (error) {
      leave();
      throw error;
    }
  }

  /** Closes the connections; no listener is called any more. May be called twice. */
  close(): Promise<void> {
    for (const followed of this.#jobs.values()) followed.stop();
    this.#jobs.clear();
    this.#closing ??= this.#connected.close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #onEvent(job: AnyJob, event: QueueEvent): void {
    const listeners = this.#jobs.get(job)?.listenersOf(event.kind);
    if (!listeners?.length) return;
    const meta = async () => (await this.#connected.broker.admin().job(job.queue, event.jobId))?.meta ?? NO_META;
    this.#call(event.kind, listeners, jobEventOf(event, job, { limits: this.#options, meta }));
  }

  #gap(job: AnyJob, { reason, afterMs, untilMs }: EventGap): void {
    const listeners = this.#jobs.get(job)?.listenersOf('gap') ?? [];
    this.#call('gap', listeners, { queue: job.queue, reason, after: new Date(afterMs), until: new Date(untilMs) });
  }

  #call(name: JobEventName, listeners: readonly AnyListener[], event: JobEventMap[JobEventName]): void {
    for (const listener of listeners)
      try {
        const answer = listener(event);
        if (answer instanceof Promise) answer.catch((error: unknown) => this.#failed(error, name));
      } catch (error) {
        this.#failed(error, name);
      }
  }

  #failed(error: unknown, name: JobEventName): void {
    const { onError } = this.#options;
    if (onError === undefined) return this.#warn(error, name);
    try {
      const answer: unknown = onError(error, name);
      if (answer instanceof Promise) answer.catch(() => this.#warn(error, name));
    } catch {
      // The error handler itself failed: warn as if there were none.
      this.#warn(error, name);
    }
  }

  #warn(error: unknown, name: JobEventName): void {
    if (performance.now() - this.#warnedAtMs < WARN_EVERY_MS) return;
    this.#warnedAtMs = performance.now();
    process.emitWarning(
      `a listener of the event ${name} failed: ${errorReason(error)}. Others are called; give onError to hear of each.`,
      {
        type: 'AcktorWarning',
        code: 'ACKTOR_LISTENER',
      },
    );
  }

  #requireOpen(): void {
    if (this.#closing) throw new ClosedError('Events');
  }
}

/** One contract with listeners: all of them share one subscription, so that they are called in the order of what happened. */
class FollowedJob {
  readonly #onEvent: (event: QueueEvent) => void;
  readonly #onGap: (gap: EventGap) => void;
  readonly #listeners = new Map<JobEventName, Set<AnyListener>>();
  readonly #kinds = new Set<JobEventKind>();
  #following: Promise<() => void> | undefined;

  constructor(onEvent: (event: QueueEvent) => void, onGap: (gap: EventGap) => void) {
    this.#onEvent = onEvent;
    this.#onGap = onGap;
  }

  get isEmpty(): boolean {
    return this.#listeners.size === 0;
  }

  listenersOf(name: JobEventName): readonly AnyListener[] {
    return [...(this.#listeners.get(name) ?? [])];
  }

  add(name: JobEventName, listener: AnyListener): () => void {
    // The same function may be added twice, and each is removed by its own.
    const added: AnyListener = (event) => listener(event);
    this.#listeners.set(name, (this.#listeners.get(name) ?? new Set()).add(added));
    if (name !== 'gap') this.#kinds.add(name);
    return () => {
      const left = this.#listeners.get(name);
      if (!left?.delete(added) || left.size > 0) return;
      this.#listeners.delete(name);
      if (name !== 'gap') this.#kinds.delete(name);
    };
  }

  async begin({ name, queue }: AnyJob, broker: Broker): Promise<void> {
    const watcher = { of: { jobName: name }, kinds: this.#kinds, onEvent: this.#onEvent, onGap: this.#onGap };
    this.#following ??= broker.follow(queue, watcher).catch((error: unknown) => {
      this.#following = undefined;
      throw error;
    });
    await this.#following;
  }

  stop(): void {
    this.#following?.then((stop) => stop()).catch(() => undefined);
  }
}

type AnyListener = (event: JobEventMap<never>[JobEventName] | JobEventMap[JobEventName]) => unknown;

const NAMES: Readonly<Record<JobEventName, true>> = {
  sent: true,
  started: true,
  progress: true,
  acked: true,
  retried: true,
  requeued: true,
  lost: true,
  dead: true,
  removed: true,
  gap: true,
};

function requireListener(name: unknown, listener: unknown): void {
  if (typeof name !== 'string' || !Object.hasOwn(NAMES, name)) {
    const names = Object.keys(NAMES).join(', ');
    throw new OptionsError([{ option: 'event', message: `expected one of ${names}, got ${describe(name)}` }]);
  }
  if (typeof listener === 'function') return;
  throw new OptionsError([{ option: 'listener', message: `expected a function, got ${typeof listener}` }]);
}

const WARN_EVERY_MS = 10_000;
