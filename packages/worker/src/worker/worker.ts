// A worker: consumers for the queues of its handlers, in this process.
import { engineFor, steadyNowMs, systemClock } from '@acktor/core/engine';
import type { GuardedLog } from '@acktor/core/internal';
import { createActor, type Actor, type InspectionEvent } from 'xstate';
import type { ConsumerState } from '../consumer/consumer-protocol.js';
import { WORKER } from '../feed/feed.js';
import { MetricsOffError } from '../errors.js';
import type { MetricsData, WorkerMetrics } from '../metrics/worker-metrics.js';
import type { WorkerEventName, WorkerListener, WorkerStateChange } from '../events/worker-events.js';
import { MetricsServer } from '../metrics/metrics-server.js';
import { ConnectionRecord, healthOf, type WorkerHealth } from './health.js';
import { openWorker, type WorkerDeps } from './open-worker.js';
import { LimitWatch, limitOf } from './rate-limits.js';
import { workerMachine } from './worker.machine.js';
import { workerOptions, type WorkerOptions } from './worker-options.js';

/**
 * Handles jobs until it is closed.
 *
 * It ends no process: call {@link Worker.close} in your own shutdown. In a process that is the worker's alone, `handleSignals: true` has
 * SIGTERM and SIGINT drain it **and then end the whole process**.
 *
 * @example
 * await using worker = await Worker.start({ handlers: [ChargeCard], consumers: 8 });
 */
export class Worker {
  readonly #deps: WorkerDeps;
  readonly #actor: Actor<typeof workerMachine>;
  readonly #stopped: Promise<void>;
  readonly #startedAtMs = steadyNowMs();
  readonly #connection = new ConnectionRecord(steadyNowMs());
  #http: MetricsServer | undefined;
  #lastState: WorkerStateChange['state'] = 'running';

  private constructor(deps: WorkerDeps) {
    const { drainMs } = deps.options;
    this.#deps = deps;
    const input = { drainMs, requeueMs: REQUEUE_MS };
    this.#actor = createActor(chartWithEffects(deps), {
      id: WORKER,
      input,
      inspect: (event) => this.#inspected(event),
    });
    const stopped = new Promise<void>((resolve) => this.#actor.subscribe({ complete: resolve }));
    this.#stopped = stopped.then(() => this.#http?.close());
  }

  /**
   * Connects, checks everything, and starts to consume.
   *
   * @throws OptionsError, NotAHandlerError, DuplicateHandlerError, UnresolvableParameterError: before anything is opened.
   * @throws AddressError, BrokerUnreachableError, MissingRightsError, ServerTooOldError, NotDurableError,
   * ServerBinaryMissingError, ServerStartError, InspectorMissingError, MetricsPortError: nothing is left open.
   */
  static async start(options: WorkerOptions): Promise<Worker> {
    const checked = workerOptions.check(options);
    const worker = new Worker(await openWorker(checked, engineFor(checked, options)));
    await worker.#openHttp();
    worker.#begin();
    return worker;
  }

  /**
   * Lets watchers of the fleet follow actors of yours: `createActor(machine, { inspect: worker.inspect })`. The machine must be
   * among the worker's `machines`; actors on others, and promises and callbacks, are passed over.
   */
  get inspect(): (event: InspectionEvent) => void {
    return this.#deps.feed.actors.inspect;
  }

  /** Names this process in lease tokens and logs; never used twice. */
  get id(): string {
    return this.#deps.id;
  }

  /** The queues that it consumes. */
  get queues(): readonly string[] {
    return this.#deps.pools.map(({ queue }) => queue);
  }

  /**
   * Calls `listener` with each event of this name: what happens to the deliveries and the connection of this worker. Returns an unsubscribe
   * function. Listeners are called after the fact, when the turn of the event loop is over, and are not awaited: they neither change nor
   * hold up a delivery. What one throws, or rejects with, is logged. Without listeners, events cost a delivery nothing.
   * @throws OptionsError for an unknown name, or for no function.
   * @example
   * const stop = worker.on('delivery.ended', ({ jobName, outcome, durationMs }) => histogram.observe({ jobName, outcome }, durationMs));
   */
  on<Name extends WorkerEventName>(name: Name, listener: WorkerListener<Name>): () => void {
    return this.#deps.events.on(name, listener);
  }

  /** Its state right now: its connection, its heartbeat, what it holds, and why it is not ready if it is not. Asks no server. */
  health(): WorkerHealth {
    const { id: workerId, heartbeat } = this.#deps;
    const { value: state } = this.#actor.getSnapshot();
    const connection = this.#connection.read();
    const known = { workerId, startedAtMs: this.#startedAtMs, state, connection, heartbeat: heartbeat.state };
    return healthOf({ ...known, queues: this.queues, consumers: this.states() });
  }

  /** Where it answers over HTTP; undefined without the option `http`. */
  get httpPort(): number | undefined {
    return this.#http?.port;
  }

  /** What each of its consumers does right now. */
  states(): readonly ConsumerState[] {
    return this.#deps.pools.flatMap((pool) => pool.states());
  }

  /** Whether it keeps metrics: the option `metrics`, or `http`. */
  get isMetered(): boolean {
    return this.#deps.metrics !== undefined;
  }

  /** What it counted and measured, in Prometheus' text format. @throws MetricsOffError unless the option `metrics` is on. */
  metrics(): Promise<string> {
    return this.#metered().text();
  }

  /** The same as data, to be added up with that of other processes. @throws MetricsOffError */
  metricsData(): Promise<MetricsData> {
    return this.#metered().data();
  }

  /** Resolves when the worker has stopped, for whatever reason. */
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
    if (this.#deps.metrics === undefined) throw new MetricsOffError();
    return this.#deps.metrics;
  }

  #inspected(event: InspectionEvent): void {
    this.inspect(event);
    this.#deps.inspector?.inspect(event);
  }

  /** Before anything is consumed: a port that is taken is a reason not to start. */
  async #openHttp(): Promise<void> {
    const { http } = this.#deps.options;
    if (http === undefined) return;
    const metrics = () => this.metrics();
    this.#http = await MetricsServer.listen({ ...http, metrics, unreadiness: () => this.health().whyNotReady }).catch(
      async (error: unknown) => {
        this.#actor.start();
        await this.close();
        throw error;
      },
    );
  }

  #begin(): void {
    const { pools, engine, connected, log, options } = this.#deps;
    const { consumers, handleSignals } = options;
    this.#actor.subscribe(({ value: state }) => this.#stateChanged(state));
    this.#actor.start();
    const stopListening = connected.broker.onConnection((state, queue) => this.#connectionChanged(state, queue));
    void this.#stopped.then(stopListening);
    for (const pool of pools) pool.start();
    this.#watchLimits();
    if (handleSignals) endOnSignals(this, log);
    const server = { [engine.name]: connected.address };
    log.info({ worker: this.id, queues: this.queues, consumers, ...server }, 'the worker runs');
  }

  #watchLimits(): void {
    const { connected, engine, log, options } = this.#deps;
    const queues = this.queues.filter((queue) => limitOf(options.limit, queue) === undefined);
    const watch = new LimitWatch({
      queues,
      admin: () => connected.broker.admin(),
      clock: engine.clock ?? systemClock,
      log,
    });
    void watch.look();
    void this.#stopped.then(() => watch.stop());
  }

  /** Emits once for each state: an actor reports every event, also one that changes nothing. */
  #stateChanged(state: WorkerStateChange['state']): void {
    if (state === this.#lastState) return;
    this.#lastState = state;
    this.#deps.events.emit('worker.state', { workerId: this.id, state, atMs: steadyNowMs() });
    if (state === 'stopped') this.#deps.events.flush();
  }

  #connectionChanged(state: 'away' | 'back', queue: string | undefined): void {
    const { log, pools, events } = this.#deps;
    const atMs = steadyNowMs();
    this.#connection.changed(state, queue, atMs);
    events.emit('connection', { workerId: this.id, state, queue, atMs });
    const fields = { worker: this.id, ...(queue !== undefined && { queue }) };
    log[state === 'away' ? 'warn' : 'info'](fields, `the server is ${state}`);
    for (const pool of pools) if (queue === undefined || pool.queue === queue) pool.connectionChanged(state);
  }
}

/** How long a stopping worker tries to give back what it holds to a server that does not answer. */
const REQUEUE_MS = 5_000;

/** The worker's chart with its effects: on its pools, its heartbeat and its connection. */
function chartWithEffects(deps: WorkerDeps): typeof workerMachine {
  return workerMachine.provide({
    actions: {
      drainPools: ({ self }) => void drain(deps).then(() => self.send({ type: 'pools.stopped' })),
      endGrace: () => deps.pools.forEach((pool) => pool.endGrace()),
      closeAll: ({ self }) => void closeAll(deps).then(() => self.send({ type: 'closed' })),
    },
  });
}

async function drain({ pools }: WorkerDeps): Promise<void> {
  await Promise.all(pools.map((pool) => pool.drain()));
}

/** The heartbeat goes last but the connection: until then, what is still held counts as held. */
async function closeAll(deps: WorkerDeps): Promise<void> {
  const { id, pools, scopes, events, deadJobs, heartbeat, feed, inspector, connected, log } = deps;
  deadJobs.close();
  await Promise.allSettled(pools.map((pool) => pool.close()));
  events.flush();
  await scopes.closeAll();
  feed.flush();
  await heartbeat.close();
  feed.close();
  inspector?.stop();
  await connected.close().catch((error: unknown) => log.warn({ err: error }, 'the connection was not closed cleanly'));
  log.info({ worker: id }, 'the worker has stopped');
}

/**
 * On SIGTERM or SIGINT closes `worker`, and all others that this was asked for, and exits with 0 when the last has stopped; on a
 * second one exits with 1 at once, and what is held comes back as from a killed worker. Listens until no such worker is left.
 */
function endOnSignals(worker: Worker, log: GuardedLog): void {
  if (endedBySignals.size === 0) for (const signal of SIGNALS) process.on(signal, endProcess);
  endedBySignals.set(worker, log);
  void worker.stopped().then(() => {
    endedBySignals.delete(worker);
    if (endedBySignals.size === 0 && !isEnding) for (const signal of SIGNALS) process.off(signal, endProcess);
  });
}

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

// Signals are the process's, not a worker's: the one that drains fastest must not end the process under the others.
const endedBySignals = new Map<Worker, GuardedLog>();
let isEnding = false;

function endProcess(signal: NodeJS.Signals): void {
  if (isEnding) process.exit(1);
  isEnding = true;
  const logs = new Set(endedBySignals.values());
  for (const log of logs) log.info({ signal }, 'draining; a second signal ends the process at once');
  void Promise.all([...endedBySignals.keys()].map((worker) => worker.close())).then(() => process.exit(0));
}
