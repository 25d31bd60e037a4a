// The main thread's side of the heartbeat: starts the thread, gives it signs of life, and receives its reports.
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker as Thread } from 'node:worker_threads';
import { BrokerUnreachableError, ServerRefusalError } from '@acktor/core';
import {
  steadyNowMs,
  type CancelRequest,
  type Engine,
  type EngineModule,
  type RenewedLeases,
} from '@acktor/core/engine';
import type { GuardedLog } from '@acktor/core/internal';
import type { Feed } from '../feed/feed.js';
import { HeartbeatError } from '../errors.js';
import { threadFlags } from '../node-flags.js';
import {
  giveSign,
  machineMs,
  newSign,
  type HeartbeatFailure,
  type HeartbeatInput,
  type HeartbeatOrder,
  type HeartbeatReport,
  type HeartbeatStart,
} from './heartbeat-protocol.js';
import { LocalHeartbeat } from './heartbeat-runner.js';
import { HOLD_OFF_MS } from './ticking.js';

/** What a heartbeat is started with. */
export interface HeartbeatDeps {
  readonly engine: Engine;
  /** How a thread makes the engine; undefined where none can, and the heartbeat runs on this thread. */
  readonly module: EngineModule | undefined;
  /** Where the server is, for people to read. */
  readonly address: string;
  readonly namespace: string;
  readonly process: string;
  readonly queues: readonly string[];
  /** How long the way to the server may take: each time that the thread is started again. */
  readonly connectTimeoutMs: number;
  /** The same for the first time, when part of it is spent already. Default: all of it. */
  readonly startWithinMs?: number;
  readonly leaseMs: number;
  readonly deliveryLimit: number;
  readonly graceMs: number;
  readonly hangMs: number;
  /** Called with each cancel: this process may hold the job. */
  readonly onCancel: (request: CancelRequest) => void;
  /** Called with the leases of a queue that were renewed, and how long ago that began. */
  readonly onRenewed: (leases: RenewedLeases, ageMs: number) => void;
  /** What the watchers of the fleet get of this process. */
  readonly feed: Pick<Feed, 'openPort'>;
  readonly log: GuardedLog;
}

/** Whether the heartbeat's thread is at work, and since when that is so, in milliseconds since the epoch. */
export interface HeartbeatState {
  readonly isAlive: boolean;
  readonly sinceMs: number;
}

/**
 * The heartbeat of a worker process.
 *
 * It runs in a thread of its own, so that a handler that blocks the main thread loses no lease and no presence. If the thread ends by
 * itself another is started at once, or, the second time within ten seconds, after one: without presence the others take this process
 * for dead.
 *
 * Of an engine that no thread can make, it runs on the main thread: a handler that blocks that one stops it.
 */
export class Heartbeat {
  readonly #deps: HeartbeatDeps;
  readonly #lastSign = newSign();
  readonly #signs: NodeJS.Timeout;
  #thread: Thread | LocalHeartbeat | undefined;
  #busyOrderAtMs = -Infinity;
  #lastEndedAtMs = -Infinity;
  #hasBegun = false;
  #isClosing = false;
  #state: HeartbeatState = { isAlive: false, sinceMs: steadyNowMs() };

  private constructor(deps: HeartbeatDeps) {
    this.#deps = deps;
    this.#signs = setInterval(() => giveSign(this.#lastSign), SIGN_EVERY_MS);
    this.#signs.unref();
  }

  /**
   * Resolves when the process is present, or when it is known that the server cannot say which processes are.
   *
   * @throws ServerRefusalError when the user may not do what a heartbeat does, at once, and when the server still refuses for another
   * reason after `startWithinMs`.
   * @throws BrokerUnreachableError when no attempt has succeeded within `startWithinMs` and the moment that a thread takes to load.
   * @throws HeartbeatError when the thread itself fails, with its error as the cause.
   */
  static async start(deps: HeartbeatDeps): Promise<Heartbeat> {
    const heartbeat = new Heartbeat(deps);
    try {
      await heartbeat.#begin();
    } catch (error) {
      await heartbeat.close();
      throw error;
    }
    return heartbeat;
  }

  get state(): HeartbeatState {
    return this.#state;
  }

  /** To be called when the fleet has work. Cheap: passed on once a second. */
  readonly busy = (): void => {
    const nowMs = performance.now();
    if (nowMs - this.#busyOrderAtMs < BUSY_ORDER_EVERY_MS) return;
    this.#busyOrderAtMs = nowMs;
    this.#order({ type: 'busy' });
  };

  /** Ends the presence. To be called when the process no longer holds anything. */
  async close(): Promise<void> {
    this.#isClosing = true;
    clearInterval(this.#signs);
    const thread = this.#thread;
    if (thread === undefined) return;
    const ended = new Promise((resolve) => thread.once('exit', resolve));
    this.#order({ type: 'stop' });
    const timer = setTimeout(() => void thread.terminate(), STOP_WITHIN_MS);
    await ended;
    clearTimeout(timer);
  }

  /** A failed start is repeated, for the fault may pass. No worker runs without: others would be given what it holds. */
  async #begin(): Promise<void> {
    const { address, connectTimeoutMs, startWithinMs = connectTimeoutMs } = this.#deps;
    const untilMs = performance.now() + startWithinMs;
    do {
      const leftMs = Math.max(1, Math.ceil(untilMs - performance.now()));
      const failure = await this.#startThread(leftMs);
      if (failure && (isForGood(failure) || performance.now() >= untilMs)) throw startError(address, failure);
      if (failure) await sleep(TRY_AGAIN_AFTER_MS);
      // Also a thread that started and ended in the same moment.
    } while (this.#thread === undefined);
    this.#hasBegun = true;
  }

  /** Resolves when the thread is at work; or, with its failure, when it has ended before. */
  #startThread(withinMs: number): Promise<HeartbeatFailure | undefined> {
    return new Promise((resolve) => {
      const thread = this.#newThread(withinMs);
      this.#thread = thread;
      let failure: HeartbeatFailure = { message: 'its thread ended', refusal: undefined };
      const giveUp = () => {
        failure = { message: `its thread was not at work within ${withinMs + LOAD_WITHIN_MS} ms`, refusal: undefined };
        void thread.terminate();
      };
      const timer = setTimeout(giveUp, withinMs + LOAD_WITHIN_MS);
      const settle = (outcome: HeartbeatFailure | undefined) => {
        clearTimeout(timer);
        resolve(outcome);
      };
      thread.on('message', (report: HeartbeatReport) => {
        if (report.type === 'failed') failure = report;
        if (report.type === 'started') {
          this.#state = { isAlive: true, sinceMs: steadyNowMs() };
          settle(undefined);
        }
        this.#receive(report);
      });
      thread.on('error', (error: Error) => {
        failure = { message: error.message, refusal: undefined, isOfThread: true };
        this.#deps.log.error({ err: error }, 'the heartbeat thread failed');
      });
      thread.on('exit', () => {
        settle(failure);
        this.#ended();
      });
    });
  }

  #newThread(connectTimeoutMs: number): Thread | LocalHeartbeat {
    const { engine, module } = this.#deps;
    const input = this.#input(connectTimeoutMs);
    if (module === undefined) return new LocalHeartbeat(engine, input);
    const workerData: HeartbeatInput = { ...input, engine: module };
    const execArgv = threadFlags();
    return new Thread(new URL('./heartbeat-thread.js', import.meta.url), {
      workerData,
      transferList: [workerData.feed],
      resourceLimits: { maxOldGenerationSizeMb: MOST_HEAP_MB },
      ...(execArgv && { execArgv }),
    });
  }

  #ended(): void {
    this.#thread = undefined;
    this.#state = { isAlive: false, sinceMs: steadyNowMs() };
    if (this.#isClosing || !this.#hasBegun) return;
    const wasLately = performance.now() - this.#lastEndedAtMs < LATELY_MS;
    this.#lastEndedAtMs = performance.now();
    setTimeout(() => void this.#restart(), wasLately ? RESTART_AFTER_MS : 0).unref();
  }

  async #restart(): Promise<void> {
    if (this.#isClosing) return;
    const { log, process: worker } = this.#deps;
    const failure = await this.#startThread(this.#deps.connectTimeoutMs);
    if (failure) log.error({ worker, reason: failure.message }, 'the heartbeat could not start; it is tried again');
  }

  #input(connectTimeoutMs: number): HeartbeatStart {
    const { namespace, process, queues, leaseMs, deliveryLimit, graceMs, hangMs } = this.#deps;
    const answerTimeoutMs = Math.max(leaseMs / 3, SHORTEST_ANSWER_TIMEOUT_MS);
    const liveness = { namespace, process, queues, connectTimeoutMs, answerTimeoutMs, holdOffMs: HOLD_OFF_MS };
    const feed = this.#deps.feed.openPort();
    return { liveness, leaseMs, deliveryLimit, graceMs, hangMs, lastSign: this.#lastSign, feed };
  }

  #receive(report: HeartbeatReport): void {
    if (report.type === 'cancel') return this.#deps.onCancel(report.request);
    if (report.type !== 'renewed') return logReport(report, this.#deps);
    const ageMs = machineMs() - report.beganAtMs;
    for (const leases of report.leases) this.#deps.onRenewed(leases, ageMs);
  }

  #order(order: HeartbeatOrder): void {
    this.#thread?.postMessage(order);
  }
}

/** Others, such as LOADING, pass. */
function isForGood({ refusal, isOfThread }: HeartbeatFailure): boolean {
  return isOfThread === true || refusal?.about === 'permission' || refusal?.about === 'call';
}

function startError(address: string, { message, refusal, isOfThread }: HeartbeatFailure): Error {
  if (isOfThread) return new HeartbeatError(message);
  if (refusal !== undefined) return new ServerRefusalError(refusal.reply, { about: refusal.about });
  return new BrokerUnreachableError(address, `the heartbeat could not be started: ${message}`);
}

/**
 * A heap that may have gigabytes, as is the default, is let grow far beyond what is in use before V8 collects its old garbage: this thread
 * grew by ten MB an hour. It uses 10 MB, and some hundred bytes for each consumer while the fleet is watched.
 */
const MOST_HEAP_MB = 128;
/** A third of a lease leaves time to renew on the next connection; but a server may be busy with a script for a second. */
const SHORTEST_ANSWER_TIMEOUT_MS = 1_000;
const SIGN_EVERY_MS = 250;
const BUSY_ORDER_EVERY_MS = 1_000;
/** A thread is replaced at once, but for one that ends again and again: starting one costs some 50 ms of the processor. */
const LATELY_MS = 10_000;
const RESTART_AFTER_MS = 1_000;
const TRY_AGAIN_AFTER_MS = 100;
const STOP_WITHIN_MS = 2_000;
/** How long a thread may take to load its modules, on a machine that is busy, before the way to the server begins. */
const LOAD_WITHIN_MS = 5_000;

/** Logs what a report says. What comes of a failed start is reported by the code that started it. */
function logReport(
  report: Exclude<HeartbeatReport, { type: 'cancel' | 'renewed' }>,
  { log, process: worker, leaseMs }: Pick<HeartbeatDeps, 'log' | 'process' | 'leaseMs'>,
): void {
  switch (report.type) {
    case 'started':
      if (!report.hasPresence) log.warn({ worker }, noPresence(leaseMs));
      return;
    case 'failed':
      return;
    case 'returned':
      return log.warn({ worker, jobs: report.jobIds }, 'jobs whose worker died or whose lease expired were given back');
    case 'forgotten':
      return log.error({ worker }, FORGOTTEN);
    case 'refused':
      return log.error({ worker, reason: report.reason }, 'the heartbeat fails; dead workers go unnoticed');
    case 'unseen':
      return log.warn({ worker, reason: report.reason }, UNSEEN);
    case 'dropped':
      return log.warn({ worker, count: report.count, last: report.last }, DROPPED);
    case 'hangs':
      return log.error(
        { worker, forMs: report.forMs },
        'the main thread is blocked for too long; its leases are let go',
      );
    case 'hangs.over':
      return log.warn({ worker }, 'the main thread moves again');
  }
}

const FORGOTTEN =
  'the server has lost its data (FLUSHALL, FLUSHDB, or a restart without its file): the jobs that it held are gone, and ' +
  'what handlers still do of them cannot be acked; new jobs are consumed as before';

const DROPPED =
  'messages on the channels of the queues and the fleet were dropped: they are of no form that is known, or cancel what is not ' +
  'cancelled in the store; another program publishes there, or a newer version';

const UNSEEN = 'the server refuses the channels of the fleet: `acktor workers` and dashboards do not see this worker';

function noPresence(leaseMs: number): string {
  return (
    'this server cannot tell when a worker dies (sharded pub/sub is missing, forbidden, or a proxy hides it): ' +
    `a killed worker's jobs come back when their leases expire, after ${leaseMs} ms`
  );
}
