// A supervisor: worker processes on this machine, replaced when they end and drained when it stops.
import type { AcktorError } from '@acktor/core';
import { engineFor, EngineNotPortableError, type Engine } from '@acktor/core/engine';
import { GuardedLog, retentionIn } from '@acktor/core/internal';
import { createActor, type Actor } from 'xstate';
import { defaultLogger, MetricsServer } from '@acktor/worker/internal';
import { outliveReader } from './error-output.js';
import { obeySignals } from './obey-signals.js';
import { RestartIntensity, type RestartLimit, Roster } from './roster.js';
import {
  chartWithEffects,
  processesOf,
  type SupervisorDeps,
  ANSWER_WITHIN_MS,
  metricsSources,
} from './supervisor.effects.js';
import { errorOf } from './supervisor-errors.js';
import type { supervisorMachine } from './supervisor.machine.js';
import { supervisorOptions, type CheckedSupervisorOptions, type SupervisorOptions } from './supervisor-options.js';
import { SupervisorMetrics } from './supervisor-metrics.js';
import type { WorkerProcess, WorkerView } from './worker-process.js';

/**
 * Runs worker processes until it is closed.
 *
 * A worker that ends unasked gives its jobs back at once, and is replaced after a tenth of a second, longer when it happens
 * again. A job that ends its workers is dead-lettered before they are given up. Should the supervisor itself be killed, its workers notice and drain.
 * @example
 * await using supervisor = await Supervisor.start({ files: ['dist/handlers.js'], processes: 4, consumers: 25 });
 */
export class Supervisor {
  readonly #deps: SupervisorDeps;
  readonly #actor: Actor<typeof supervisorMachine>;
  readonly #stopped: Promise<AcktorError | undefined>;
  #metricsServer: MetricsServer | undefined;

  private constructor(deps: SupervisorDeps) {
    const roster = Roster.of(processesOf(deps.options));
    const intensity = new RestartIntensity(limitOf(deps.options));
    const input = { roster, intensity, pace: intensity };
    this.#deps = deps;
    this.#actor = createActor(chartWithEffects(deps), { id: 'supervisor', input });
    this.#stopped = new Promise((resolve) => this.#actor.subscribe({ complete: () => resolve(this.#failure) }));
  }

  /**
   * Connects, starts the workers, and resolves when all of them run, or when it is stopped before.
   *
   * @throws OptionsError before anything is opened, and EngineNotPortableError for an engine that exists in this process alone.
   * @throws AddressError, BrokerUnreachableError, MissingRightsError, ServerTooOldError, NotDurableError,
   * ServerBinaryMissingError, ServerStartError, MetricsPortError: nothing is left open.
   * @throws WorkerStartError when one of the first workers does not come up: a handler file that does not load, for one. No
   * worker is left.
   */
  static async start(options: SupervisorOptions): Promise<Supervisor> {
    const given = supervisorOptions.check(options);
    const supervisor = new Supervisor(await openSupervisor(given, engineFor(given, options)));
    const { log, options: checked } = supervisor.#deps;
    outliveReader(process.stderr);
    // Before any worker logs: the log's first line names the process to send signals to.
    log.info({ workers: processesOf(checked) }, 'the supervisor starts');
    await supervisor.#openMetrics();
    if (checked.handleSignals) obeySignals(supervisor, log);
    await supervisor.#begin();
    return supervisor;
  }

  /** What each of its workers, and each of their consumers, does right now. A worker that is blocked delays the answer. */
  async states(): Promise<readonly WorkerView[]> {
    return Promise.all([...this.#deps.processes.values()].map((worker) => worker.view(ANSWER_WITHIN_MS)));
  }

  /** What it and its workers counted and measured, in Prometheus' text format. A worker that is blocked delays the answer. */
  metrics(): Promise<string> {
    return this.#deps.metrics.text();
  }

  /** Where it answers over HTTP; undefined when the options name no port. */
  get metricsPort(): number | undefined {
    return this.#metricsServer?.port;
  }

  /** Replaces every worker, one by one: a new one runs before an old one drains. Returns at once. */
  replace(): void {
    this.#deps.log.info({ workers: this.#deps.processes.size }, 'replacing the workers, one by one');
    this.#actor.send({ type: 'replace.requested' });
  }

  /** Ends every worker by force, and gives back what they hold. Only after {@link close}. */
  end(): void {
    this.#actor.send({ type: 'end.requested' });
  }

  /** Resolves when no worker is left, whatever the reason: with why it gave up or did not end well, if so. */
  stopped(): Promise<AcktorError | undefined> {
    return this.#stopped;
  }

  /** Drains every worker, and resolves like {@link stopped}. Never rejects. May be called twice. */
  close(): Promise<AcktorError | undefined> {
    this.#actor.send({ type: 'stop.requested' });
    return this.#stopped;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  get #failure(): AcktorError | undefined {
    const { failure } = this.#actor.getSnapshot().context;
    return failure && errorOf(failure, limitOf(this.#deps.options));
  }

  async #openMetrics(): Promise<void> {
    const { options, connected, log } = this.#deps;
    const { metricsHost: host, metricsPort: port } = options;
    if (port === undefined) return;
    const deps = { host, port, metrics: () => this.metrics(), unreadiness: () => this.#unreadiness() };
    const server = await MetricsServer.listen(deps).catch(async (error: unknown) => {
      await connected.close();
      throw error;
    });
    this.#metricsServer = server;
    log.info({ host, port: server.port }, 'metrics are answered');
    void this.#stopped.then(() => server.close());
  }

  #unreadiness(): readonly string[] {
    const { processes, options } = this.#deps;
    const running = [...processes.values()].filter(({ status }) => status.state === 'running').length;
    const wanted = processesOf(options);
    return [
      ...(this.#actor.getSnapshot().matches('supervising') ? [] : ['the supervisor is stopping']),
      ...(running < wanted ? [`${running} of ${wanted} workers run`] : []),
    ];
  }

  async #begin(): Promise<void> {
    const begun = new Promise<void>((resolve) => {
      this.#actor.subscribe((snapshot) => {
        if (!snapshot.matches({ supervising: 'starting' })) resolve();
      });
    });
    const { log, processes } = this.#deps;
    this.#actor.start();
    await begun;
    const failure = this.#failure;
    if (failure === undefined) return log.info({ workers: processes.size }, 'the supervisor runs');
    await this.#stopped;
    throw failure;
  }
}

/** The limit counts for each process: eight that the system ends in one moment are no reason to give up. */
function limitOf(options: CheckedSupervisorOptions): RestartLimit {
  const { restartLimit, restartWindowMs } = options;
  return { restartLimit: restartLimit * processesOf(options), restartWindowMs };
}

async function openSupervisor(options: CheckedSupervisorOptions, engine: Engine): Promise<SupervisorDeps> {
  if (engine.module === undefined) throw new EngineNotPortableError(engine.name, 'a supervisor');
  const log = new GuardedLog(options.logger ?? defaultLogger());
  const warn = (message: string) => log.warn({ supervisor: process.pid }, message);
  const { namespace, connectTimeoutMs } = options;
  const role = 'worker';
  const opening = {
    namespace,
    connectTimeoutMs,
    ...retentionIn(options),
    role,
    name: 'acktor-supervisor',
    warn,
  } as const;
  const connected = await engine.openBroker(opening);
  const processes = new Map<number, WorkerProcess>();
  const metrics = new SupervisorMetrics(metricsSources(processes, connected, options));
  return { options, connected, log, processes, metrics };
}
