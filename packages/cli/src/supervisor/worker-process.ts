// One worker process: its chart with its effects on a child process and the broker.
import type { Broker, OwnEnd } from '@acktor/core/engine';
import type { GuardedLog } from '@acktor/core/internal';
import { createActor, type Actor } from 'xstate';
import type { ConsumerState, MetricsData } from '@acktor/worker';
import { Child } from './child.js';
import type { ChildAnswer, ChildPlan, ChildReport } from './child-protocol.js';
import { inWords } from './supervisor-errors.js';
import type { ProcessEnd, SupervisorEvent } from './supervisor-protocol.js';
import { workerProcessMachine } from './worker-process.machine.js';
import type { HeldJobs, WorkerName, WorkerProcessContext, WorkerProcessInput } from './worker-process-protocol.js';

/** What a worker process is made of. */
export interface WorkerProcessDeps {
  readonly number: number;
  readonly plan: ChildPlan;
  readonly deliveryLimit: number;
  readonly poisonLimit: number;
  readonly times: WorkerProcessInput;
  readonly broker: Broker;
  readonly log: GuardedLog;
  /** Called when it runs, and when it has ended. */
  readonly report: (event: SupervisorEvent) => void;
}

/** One worker of a supervisor at one moment. */
export interface WorkerView {
  /** Counts the workers that the supervisor has started. */
  readonly number: number;
  readonly pid: number | undefined;
  /** Undefined until it runs. */
  readonly workerId: string | undefined;
  /** The state of the process on its chart. */
  readonly state: string;
  /** Undefined when it does not answer: a handler may block its main thread. */
  readonly consumers: readonly ConsumerState[] | undefined;
}

export class WorkerProcess {
  readonly #deps: WorkerProcessDeps;
  readonly #actor: Actor<typeof workerProcessMachine>;
  #child: Child | undefined;
  #lastMetrics: MetricsData = [];

  /** The process starts at once. */
  constructor(deps: WorkerProcessDeps) {
    this.#deps = deps;
    this.#actor = createActor(this.#chart(), { id: `worker-${deps.number}`, input: deps.times });
    this.#actor.start();
  }

  drain(): void {
    this.#actor.send({ type: 'drain.requested' });
  }

  kill(): void {
    this.#actor.send({ type: 'kill.requested' });
  }

  /** Returns what it counted and measured; its last answer when it does not answer in time. */
  async metrics(timeoutMs: number): Promise<MetricsData> {
    this.#lastMetrics = (await this.#child?.metrics(timeoutMs)) ?? this.#lastMetrics;
    return this.#lastMetrics;
  }

  get lastMetrics(): MetricsData {
    return this.#lastMetrics;
  }

  /** Its state on its chart, and the queues that it consumes once it runs. */
  get status(): { readonly state: string; readonly queues: readonly string[] } {
    const { value, context } = this.#actor.getSnapshot();
    return { state: String(value), queues: context.worker?.queues ?? [] };
  }

  async view(timeoutMs: number): Promise<WorkerView> {
    const consumers = await this.#child?.states(timeoutMs);
    const { value, context } = this.#actor.getSnapshot();
    const { number } = this.#deps;
    return { number, pid: this.#child?.pid, workerId: context.worker?.workerId, state: String(value), consumers };
  }

  #chart(): typeof workerProcessMachine {
    const { number, report, log } = this.#deps;
    return workerProcessMachine.provide({
      actions: {
        startProcess: () => this.#start(),
        orderDrain: () => this.#child?.drain(),
        killProcess: () => this.#child?.kill(),
        giveBackJobs: ({ context }) =>
          void this.#releaseDead(context).then((held) => this.#actor.send({ type: 'jobs.returned', held })),
        reportRunning: () => {
          log.info({ number, workerPid: this.#child?.pid }, 'a worker process runs');
          report({ type: 'worker.running', number });
        },
        reportEnd: ({ context }) =>
          report({ type: 'worker.ended', number, atMs: performance.now(), end: endOf(number, context) }),
      },
    });
  }

  #start(): void {
    this.#child = new Child({
      plan: this.#deps.plan,
      onReport: (report) => this.#receive(report),
      onDropped: ({ count }) => this.#deps.log.warn({ number: this.#deps.number, count }, FOREIGN_MESSAGES),
      onHang: (forMs) => this.#actor.send({ type: 'process.hangs', forMs }),
      onExit: (exit) => this.#actor.send({ type: 'process.exited', exit }),
    });
  }

  #receive(report: Exclude<ChildReport, ChildAnswer>): void {
    switch (report.type) {
      case 'running':
        return this.#actor.send({ ...report, type: 'process.running' });
      case 'failed':
        return this.#actor.send({ type: 'process.failed', failure: { code: report.code, message: report.message } });
      case 'trials':
        return this.#actor.send({ type: 'process.tries', trials: report.trials });
      case 'ended':
        this.#lastMetrics = report.metrics;
        return this.#actor.send({ type: 'process.done' });
    }
  }

  /** Also after a clean end: a handler may have ended the process with code 0 while others held something. */
  async #releaseDead(context: WorkerProcessContext): Promise<HeldJobs> {
    const { number, log } = this.#deps;
    const { exitCode, signal, failure } = endOf(number, context);
    const facts = { number, workerPid: this.#child?.pid, exitCode, signal, failure };
    log[exitCode === 0 ? 'info' : 'warn'](facts, 'a worker process has ended');
    if (context.worker === undefined) return context.held;
    const { returned, suspected } = await this.#giveBack(context.worker, this.#ownEndOf(context));
    if (returned.length > 0) log.warn({ number, jobs: returned }, GIVEN_BACK);
    if (suspected.length > 0) log.warn({ number, jobs: suspected }, SUSPECTED);
    return { returned, suspected };
  }

  async #giveBack({ workerId, queues }: WorkerName, ownEnd: OwnEnd | undefined): Promise<HeldJobs> {
    const { broker, deliveryLimit, log, number } = this.#deps;
    const releaseDead = (queue: string) =>
      broker.releaseDead(queue, { process: workerId, deliveryLimit, ownEnd }).catch((error: unknown) => {
        log.warn({ number, queue, err: error }, NOT_GIVEN_BACK);
        return { returned: [], suspected: [] };
      });
    const released = await Promise.all(queues.map(releaseDead));
    return {
      returned: released.flatMap(({ returned }) => returned),
      suspected: released.flatMap(({ suspected }) => suspected),
    };
  }

  /** Undefined for an end that came from outside, or after its work was done: it says nothing about its jobs. */
  #ownEndOf(context: WorkerProcessContext): OwnEnd | undefined {
    const { exit, trials, isDone, hungForMs } = context;
    const isFault = exit !== undefined && (exit.exitCode !== null || FAULT_SIGNALS.has(exit.signal ?? ''));
    if (isDone || (!isFault && hungForMs === undefined)) return undefined;
    const lastLines = exit?.lastLines
      ? `the last lines that the worker wrote on standard error:\n${exit.lastLines}`
      : '';
    const how = inWords(endOf(this.#deps.number, context));
    return { trials, poisonLimit: this.#deps.poisonLimit, how, lastLines };
  }
}

function endOf(number: number, { exit, failure, worker, held }: WorkerProcessContext): ProcessEnd {
  return {
    number,
    exitCode: exit?.exitCode ?? null,
    signal: exit?.signal ?? null,
    failure: failure ?? (exit?.error === undefined ? undefined : { code: undefined, message: exit.error }),
    hasRun: worker !== undefined,
    held: held.returned,
    isByJob: held.suspected.length > 0,
  };
}

const FOREIGN_MESSAGES =
  'messages of a worker process were dropped: does a handler call process.send()? Only its worker may';
/** The signals of a process's own faults. Others come from outside: SIGKILL is also the system's, out of memory. */
const FAULT_SIGNALS: ReadonlySet<string> = new Set([
  'SIGABRT',
  'SIGBUS',
  'SIGFPE',
  'SIGILL',
  'SIGSEGV',
  'SIGSYS',
  'SIGTRAP',
]);

const GIVEN_BACK = 'jobs of a worker process that has ended were given back';
const SUSPECTED = 'jobs are suspected of having ended their worker process: they wait behind others';
const NOT_GIVEN_BACK = 'what a worker process held could not be given back: it comes back when its leases expire';
