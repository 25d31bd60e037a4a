// The worker processes of an example. One that dies is replaced; `--kill` kills one each second.
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { WorkerMessage } from './messages.js';
import { WorkerProcess } from './worker-process.js';
import { setTimeout as sleep } from 'node:timers/promises';

export interface FleetOptions {
  /** How many processes. */
  readonly size: number;
  /** The program of each, and its arguments. */
  readonly program: string;
  readonly args: readonly string[];
  /** The file for all that they print. */
  readonly logFile: string;
}

/** A worker process ended before it consumed: another would, too. */
export class WorkerStartError extends Error {}

export class Fleet implements AsyncDisposable {
  readonly #options: FleetOptions;
  readonly #log: number;
  readonly #redeliveries = new Map<string, number>();
  /** In the order of their starts. */
  readonly #workers = new Set<WorkerProcess>();
  readonly #failure = new AbortController();
  #isClosing = false;
  #kills = 0;

  constructor(options: FleetOptions) {
    this.#options = options;
    this.#log = openSync(options.logFile, 'a');
    for (let count = 0; count < options.size; count += 1) this.#startWorker();
  }

  /** How many workers `killOne` has killed. */
  get kills(): number {
    return this.#kills;
  }

  /** How many deliveries came after one of the same job that was lost with its worker. Complete once caught up or closed. */
  get redeliveries(): number {
    return [...this.#redeliveries.values()].reduce((sum, times) => sum + times, 0);
  }

  /** How often the job that was lost most often was delivered again. */
  get mostRedeliveries(): number {
    return Math.max(0, ...this.#redeliveries.values());
  }

  /** Aborts, with a WorkerStartError, when workers cannot be started. */
  get failure(): AbortSignal {
    return this.#failure.signal;
  }

  /** Kills the worker that has worked longest. Does nothing while none works. */
  killOne(): void {
    const victim = [...this.#workers].find(({ isWorking }) => isWorking);
    if (victim === undefined) return;
    victim.kill();
    this.#kills += 1;
  }

  /** Resolves when every message that the workers have sent until now was received. */
  async caughtUp(): Promise<void> {
    await Promise.all([...this.#workers].map((worker) => worker.caughtUp()));
  }

  /** Lets all workers finish what they hold, and resolves when they are gone. May be called twice. */
  async close(): Promise<void> {
    if (this.#isClosing) return;
    this.#isClosing = true;
    await Promise.all([...this.#workers].map((worker) => worker.drain()));
    closeSync(this.#log);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #startWorker(): void {
    const { program, args } = this.#options;
    const onMessage = (message: WorkerMessage) => this.#receive(message);
    const worker = new WorkerProcess({ program, args, log: this.#log, onMessage });
    this.#workers.add(worker);
    void worker.ended().then(() => this.#replace(worker));
  }

  #receive(message: WorkerMessage): void {
    if (message.type !== 'redelivered') return;
    const known = this.#redeliveries.get(message.jobId) ?? 0;
    this.#redeliveries.set(message.jobId, Math.max(known, message.times));
  }

  async #replace(worker: WorkerProcess): Promise<void> {
    this.#workers.delete(worker);
    if (worker.hasFailedToStart) return this.#fail();
    if (!this.#isClosing) this.#startWorker();
  }

  async #fail(): Promise<void> {
    const log = await readFile(this.#options.logFile, 'utf8');
    this.#failure.abort(new WorkerStartError(`a worker process could not start; it said:\n${log.slice(-2_000)}`));
  }
}

/** How far the work has come, in what it counts. */
export interface WorkState {
  readonly ended: number;
  readonly total: number;
}

export interface KillOptions {
  readonly fleet: Fleet;
  /** How far the work has come. */
  readonly state: () => WorkState;
  readonly signal: AbortSignal;
}

/** The fewest kills of a trial, however soon the work is done. */
const FEWEST_KILLS = 5;
/** Half of the delivery limit, after which a job is taken for what ends its workers. */
const MOST_REDELIVERIES = 10;

/**
 * Kills until the work is done, and five times at least. After these it ends when a second brings no end of a job, or when one
 * job was lost ten times: what was lost comes first again, and on a machine that takes long to start a worker, large packages
 * would never be read in what is left of its two seconds.
 */
export async function killEachSecond({ fleet, state, signal }: KillOptions): Promise<void> {
  for (let endedBefore = -1; fleet.kills < FEWEST_KILLS || isWorthIt(fleet, state(), endedBefore);) {
    endedBefore = state().ended;
    // A sleep that is aborted throws an error of its own, not the signal's reason.
    await sleep(1_000, undefined, { signal }).catch(() => signal.throwIfAborted());
    fleet.killOne();
  }
}

/** How long each scan must take at least, in milliseconds, so that some seconds' kills find work to interrupt. */
export function paceForKills(packages: number, consumers: number): number {
  return Math.min(LONGEST_PACE_MS, Math.ceil((TRIAL_MS * consumers) / packages));
}

const TRIAL_MS = 4_000;
/** Workers live two seconds: a scan that took longer would never end. */
const LONGEST_PACE_MS = 1_000;

function isWorthIt(fleet: Fleet, { ended, total }: WorkState, endedBefore: number): boolean {
  return ended < total && ended > endedBefore && fleet.mostRedeliveries < MOST_REDELIVERIES;
}
