// The main thread's side of the heartbeat: starts the thread, gives it signs of life, and hears its reports.
import { Worker as Thread } from 'node:worker_threads';
import type { CancelRequest } from '@acktor/core/broker';
import type { Feed } from '../feed/feed.js';
import type { Logger } from '../log/logger.js';
import { HOLD_OFF_MS } from './beat.js';
import type { HeartbeatInput, HeartbeatOrder, HeartbeatReport } from './heartbeat-protocol.js';
import { giveSign, newSign } from './sign-of-life.js';

/** What a heartbeat is started with. */
export interface HeartbeatParts {
  /** The server's URL, password and all. */
  readonly url: string;
  readonly namespace: string;
  readonly process: string;
  readonly queues: readonly string[];
  readonly connectTimeoutMs: number;
  readonly leaseMs: number;
  readonly deliveryLimit: number;
  readonly graceMs: number;
  readonly hangMs: number;
  /** Told when a job is to be let go that this process may hold. */
  readonly onCancel: (request: CancelRequest) => void;
  /** What is said of this process to those who look at the fleet. */
  readonly feed: Pick<Feed, 'openPort'>;
  readonly log: Logger;
}

/**
 * The heartbeat of a worker process.
 *
 * It runs in a thread of its own, so that a handler that blocks the main thread loses no lease and no presence. If the
 * thread ends by itself it is started again; meanwhile the main thread's own renewals hold the leases.
 */
export class Heartbeat {
  readonly #parts: HeartbeatParts;
  readonly #lastSign = newSign();
  readonly #signs: NodeJS.Timeout;
  #thread: Thread | undefined;
  #saidBusyAtMs = 0;
  #isClosing = false;

  private constructor(parts: HeartbeatParts) {
    this.#parts = parts;
    this.#signs = setInterval(() => giveSign(this.#lastSign), SIGN_EVERY_MS);
    this.#signs.unref();
  }

  /** Resolves when the process is present, or when it is known that the server, or this process, cannot do that. */
  static async start(parts: HeartbeatParts): Promise<Heartbeat> {
    const heartbeat = new Heartbeat(parts);
    await heartbeat.#startThread();
    return heartbeat;
  }

  /** Says that somebody of the fleet has work. Cheap: passed on once in a while. */
  busy(): void {
    const nowMs = Date.now();
    if (nowMs - this.#saidBusyAtMs < SAY_BUSY_EVERY_MS) return;
    this.#saidBusyAtMs = nowMs;
    this.#order({ type: 'busy' });
  }

  /** Ends presence. To be called when the process holds nothing any more. */
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

  #startThread(): Promise<void> {
    return new Promise((resolve) => {
      const workerData = this.#input();
      const program = new URL('./heartbeat-thread.js', import.meta.url);
      const resourceLimits = { maxOldGenerationSizeMb: MOST_HEAP_MB };
      const thread = new Thread(program, { workerData, transferList: [workerData.feed], resourceLimits });
      this.#thread = thread;
      thread.on('message', (report: HeartbeatReport) => {
        this.#hear(report);
        if (report.type === 'started' || report.type === 'failed') resolve();
      });
      thread.on('error', (error) => this.#parts.log.error({ err: error }, 'the heartbeat thread failed'));
      thread.on('exit', () => {
        resolve();
        this.#ended(thread);
      });
    });
  }

  #ended(thread: Thread): void {
    if (this.#thread === thread) this.#thread = undefined;
    if (this.#isClosing) return;
    setTimeout(() => this.#isClosing || void this.#startThread(), RESTART_AFTER_MS).unref();
  }

  #input(): HeartbeatInput {
    const { url, namespace, process, queues, connectTimeoutMs, leaseMs, deliveryLimit, graceMs, hangMs } = this.#parts;
    const pulse = { url, namespace, process, queues, connectTimeoutMs, leaseMs, holdOffMs: HOLD_OFF_MS };
    const feed = this.#parts.feed.openPort();
    return { pulse, leaseMs, deliveryLimit, graceMs, hangMs, lastSign: this.#lastSign, feed };
  }

  #hear(report: HeartbeatReport): void {
    const { log, process: worker, leaseMs } = this.#parts;
    switch (report.type) {
      case 'started':
        if (!report.hasPresence) log.warn({ worker }, noPresence(leaseMs));
        return;
      case 'failed':
        return log.error({ worker, reason: report.message }, 'the heartbeat could not start; it is tried again');
      case 'returned':
        return log.warn(
          { worker, jobs: report.jobIds },
          'jobs whose worker died or whose lease expired were given back',
        );
      case 'cancel':
        return this.#parts.onCancel(report.request);
      case 'forgotten':
        return log.error({ worker }, FORGOTTEN);
      case 'refused':
        return log.error(
          { worker, reason: report.reason },
          'the server refuses the heartbeat; dead workers go unnoticed',
        );
      case 'unseen':
        return log.warn(
          { worker, reason: report.reason },
          'the server refuses the channels of the fleet: `acktor workers` and dashboards do not see this worker',
        );
      case 'hangs':
        return log.error(
          { worker, forMs: report.forMs },
          'the main thread is blocked for too long; its leases are let go',
        );
      case 'hangs.over':
        return log.warn({ worker }, 'the main thread moves again');
    }
  }

  #order(order: HeartbeatOrder): void {
    this.#thread?.postMessage(order);
  }
}

const FORGOTTEN =
  'the server has lost its data (FLUSHALL, FLUSHDB, or a restart without its file): the jobs that it held are gone, and ' +
  'what handlers still do of them cannot be acked; new jobs are consumed as before';

function noPresence(leaseMs: number): string {
  return (
    'this server cannot tell when a worker dies (sharded pub/sub is missing, forbidden, or a proxy hides it): ' +
    `a killed worker's jobs come back when their leases expire, after ${leaseMs} ms`
  );
}

/**
 * A heap that may have gigabytes, as is the default, is let grow far beyond what is in use before V8 collects its old garbage: this thread
 * grew by ten MB an hour. It uses 10 MB, and some hundred bytes for each consumer while somebody watches.
 */
const MOST_HEAP_MB = 128;
const SIGN_EVERY_MS = 250;
const SAY_BUSY_EVERY_MS = 1_000;
const RESTART_AFTER_MS = 1_000;
const STOP_WITHIN_MS = 2_000;
