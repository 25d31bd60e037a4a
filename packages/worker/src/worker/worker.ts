// A worker: consumers for the queues of its handlers, in this process.
import { createActor, type Actor, type InspectionEvent } from 'xstate';
import type { ConsumerState } from '../consumer/consumer-state.js';
import { WORKER } from '../feed/feed.js';
import { MetricsOffError } from '../errors.js';
import type { MetricsData, WorkerMetrics } from '../metrics/worker-metrics.js';
import { endOnSignals } from './end-on-signals.js';
import { openWorker, type WorkerParts } from './open-worker.js';
import { chartWithEffects } from './worker.effects.js';
import type { workerMachine } from './worker.machine.js';
import { workerOptions, type WorkerOptions } from './worker-options.js';

/**
 * Handles jobs until it is closed.
 *
 * Unless `handleSignals` is false, SIGTERM and SIGINT drain it **and then end the whole process**, a web server beside it
 * included. In a process that is not the worker's alone, set it to false and call {@link Worker.close} in your own shutdown.
 *
 * @example
 * await using worker = await Worker.start({ handlers: [ChargeCard], consumers: 8 });
 */
export class Worker {
  readonly #parts: WorkerParts;
  readonly #actor: Actor<typeof workerMachine>;
  readonly #stopped: Promise<void>;

  private constructor(parts: WorkerParts) {
    const { drainMs } = parts.options;
    this.#parts = parts;
    const input = { drainMs, requeueMs: REQUEUE_MS };
    this.#actor = createActor(chartWithEffects(parts), {
      id: WORKER,
      input,
      inspect: (event) => this.#inspected(event),
    });
    this.#stopped = new Promise((resolve) => this.#actor.subscribe({ complete: resolve }));
  }

  /**
   * Connects, checks everything, and starts to consume.
   *
   * @throws OptionsError, NotAHandlerError, DuplicateHandlerError, UnresolvableParameterError: before anything is opened.
   * @throws AddressError, BrokerUnreachableError, ServerTooOldError, NotDurableError, ServerBinaryMissingError, ServerStartError,
   * InspectorMissingError: nothing is left open.
   */
  static async start(options: WorkerOptions): Promise<Worker> {
    const worker = new Worker(await openWorker(workerOptions.check(options)));
    worker.#begin();
    return worker;
  }

  /**
   * Lets those who look at the fleet follow actors of yours: `createActor(machine, { inspect: worker.inspect })`. The machine must be
   * among the worker's `machines`; actors on others, and promises and callbacks, are passed over.
   */
  get inspect(): (event: InspectionEvent) => void {
    return this.#parts.feed.actors.inspect;
  }

  /** Names this process in lease tokens and logs; never used twice. */
  get id(): string {
    return this.#parts.id;
  }

  /** The queues that it consumes. */
  get queues(): readonly string[] {
    return this.#parts.crews.map(({ queue }) => queue);
  }

  /** What each of its consumers does right now. */
  states(): readonly ConsumerState[] {
    return this.#parts.crews.flatMap((crew) => crew.states());
  }

  /** Whether it keeps metrics: the option `metrics`. */
  get isMetered(): boolean {
    return this.#parts.metrics !== undefined;
  }

  /** What it counted and measured, in Prometheus' text format. @throws MetricsOffError unless the option `metrics` is on. */
  metrics(): Promise<string> {
    return this.#metered().text();
  }

  /** The same as data, to be added up with that of other processes. @throws MetricsOffError */
  metricsData(): Promise<MetricsData> {
    return this.#metered().data();
  }

  /** Resolves when the worker has stopped, whoever told it to. */
  stopped(): Promise<void> {
    return this.#stopped;
  }

  /**
   * Fetches nothing more, lets handlers finish for `drainMs`, requeues what is left, and hangs up. Resolves when that is
   * done; never rejects. May be called twice.
   */
  close(): Promise<void> {
    this.#actor.send({ type: 'stop.requested' });
    return this.#stopped;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #metered(): WorkerMetrics {
    if (this.#parts.metrics === undefined) throw new MetricsOffError();
    return this.#parts.metrics;
  }

  #inspected(event: InspectionEvent): void {
    this.inspect(event);
    this.#parts.inspector?.inspect(event);
  }

  #begin(): void {
    const { crews, connected, log, options } = this.#parts;
    const { consumers, handleSignals } = options;
    this.#actor.start();
    const stopListening = connected.broker.onConnection((state, queue) => this.#heed(state, queue));
    void this.#stopped.then(stopListening);
    for (const crew of crews) crew.start();
    if (handleSignals) endOnSignals(this, log);
    const redis = connected.address.toString();
    log.info({ worker: this.id, queues: this.queues, consumers, redis }, 'the worker runs');
  }

  #heed(state: 'away' | 'back', queue: string | undefined): void {
    const { log, crews } = this.#parts;
    const fields = { worker: this.id, ...(queue !== undefined && { queue }) };
    log[state === 'away' ? 'warn' : 'info'](fields, `the server is ${state}`);
    for (const crew of crews) if (queue === undefined || crew.queue === queue) crew.heed(state);
  }
}

/** How long a stopping worker tries to give back what it holds to a server that does not answer. */
const REQUEUE_MS = 5_000;
