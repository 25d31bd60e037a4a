// Keeps the leases of what is held: renews them, finds those that are lost, and gives back orphaned leases.
import type { WorkQueue } from '@acktor/core/engine';
import type { GuardedLog } from '@acktor/core/internal';
import type { Clock } from './clock.js';
import type { DeliveryTable } from './delivery-table.js';

export interface LeaseKeeperDeps {
  readonly queue: Pick<WorkQueue, 'renew' | 'reconcile'>;
  /** A fetch whose answer is on its way may have leased what is not held yet. */
  readonly deliveries: Pick<DeliveryTable, 'held' | 'holdersOf' | 'answeredTokens'>;
  readonly leaseMs: number;
  readonly clock: Clock;
  readonly log: GuardedLog;
}

/**
 * Sends `lease.lost` to each consumer whose lease is found lost.
 *
 * The heartbeat thread renews, too; this is how the process learns what it has lost, and what holds when the thread ends.
 */
export class LeaseKeeper {
  readonly #deps: LeaseKeeperDeps;
  #orphansUntilMs = -Infinity;
  #hasFailed = false;
  /** Ends the keeping. */
  readonly stop: () => void;

  /** Begins to keep. */
  constructor(deps: LeaseKeeperDeps) {
    this.#deps = deps;
    // Three chances before a lease expires; where one fails another soon, for a server that answers again gives leases back after a while.
    const everyMs = () => (this.#hasFailed ? Math.min(deps.leaseMs / 9, KEEP_AGAIN_MS) : deps.leaseMs / 3);
    this.stop = repeat(deps.clock, everyMs, () => this.#keep());
  }

  /**
   * To be called when the connection is whole again: a server that was away for longer than a lease has let all of them expire, and others
   * are about to look. @throws what the server or the connection says.
   */
  async restored(): Promise<void> {
    this.#suspectOrphans();
    await this.#renew();
  }

  /** The server failed one request alone. What it had leased by then is held by no consumer. */
  requestFailed(error: Error): void {
    this.#deps.log.error({ err: error }, 'the server failed one request');
    this.#suspectOrphans();
  }

  /** From now on, and for a while, each renewal also looks for orphans. */
  #suspectOrphans(): void {
    this.#orphansUntilMs = this.#deps.clock.now() + ORPHANS_FOR_MS;
  }

  async #renew(): Promise<void> {
    const { queue, deliveries, leaseMs } = this.#deps;
    const jobs = deliveries.held();
    if (jobs.length === 0) return;
    const lost = new Set(await queue.renew(jobs, leaseMs));
    for (const consumer of deliveries.holdersOf(({ leaseToken }) => lost.has(leaseToken)))
      consumer.send({ type: 'lease.lost' });
  }

  /** What fails is done again before the leases are over; the connection's own fault is reported elsewhere. */
  async #keep(): Promise<void> {
    try {
      await this.#renew();
      this.#hasFailed = false;
      if (this.#deps.clock.now() < this.#orphansUntilMs) await this.#giveBackOrphans();
    } catch (error) {
      this.#hasFailed = true;
      this.#deps.log.debug({ err: error }, 'the leases could not be renewed');
    }
  }

  /**
   * A network can bring a fetch to the server long after its connection broke. What it leased is held by no consumer, and the heartbeat
   * renews it for as long as the process lives.
   */
  async #giveBackOrphans(): Promise<void> {
    const { queue, deliveries, log } = this.#deps;
    const jobs = await queue.reconcile(deliveries.answeredTokens, deliveries.held());
    if (jobs.length > 0) log.warn({ jobs }, 'jobs that were leased to nobody here were given back');
  }
}

/** Runs `task` again and again, `everyMs()` after the last one ended, until the returned function is called. */
function repeat(clock: Clock, everyMs: () => number, task: () => Promise<void>): () => void {
  let isStopped = false;
  let timer: unknown;
  const schedule = () => {
    timer = clock.setTimeout(() => void task().finally(() => isStopped || schedule()), everyMs());
  };
  schedule();
  return () => {
    isStopped = true;
    clock.clearTimeout(timer);
  };
}

/** Far longer than Linux goes on with what a closed connection had left to send (100 s), for a proxy may be more patient. */
const ORPHANS_FOR_MS = 900_000;
/** Well within the time for which the reaper holds off after a server that answered no worker. */
const KEEP_AGAIN_MS = 500;
