// Keeps the leases of what is held: goes by what the heartbeat renews, renews the rest, finds what is lost, and gives back orphans.
import type { LeasedJob, WorkQueue, EngineClock } from '@acktor/core/engine';
import type { GuardedLog } from '@acktor/core/internal';
import type { DeliveryTable } from './delivery-table.js';

export interface LeaseKeeperDeps {
  readonly queue: Pick<WorkQueue, 'renew' | 'reconcile'>;
  /** A fetch whose answer is on its way may have leased what is not held yet. */
  readonly deliveries: Pick<DeliveryTable, 'held' | 'heldSince' | 'holdersOf' | 'answeredTokens'>;
  readonly leaseMs: number;
  readonly clock: EngineClock;
  readonly log: GuardedLog;
}

/**
 * The heartbeat renews all leases of the process, and reports which. What is held beside those is renewed here: a lease that expired while
 * its server was away is taken up again so, and the consumer of one that is lost gets `lease.lost`. Where no report comes for half a lease,
 * all that is held is renewed here.
 */
export class LeaseKeeper {
  readonly #deps: LeaseKeeperDeps;
  #orphansUntilMs = -Infinity;
  #timer: unknown;
  #isStopped = false;

  /** Begins to keep. */
  constructor(deps: LeaseKeeperDeps) {
    this.#deps = deps;
    this.#schedule(deps.leaseMs / 2);
  }

  /** Ends the keeping. */
  stop(): void {
    this.#isStopped = true;
    this.#deps.clock.clearTimeout(this.#timer);
  }

  /**
   * To be called when the heartbeat has renewed the leases of these numbers, so long ago. What has been held for longer should be among
   * them. What is about to be settled is left out: the settlement's answer says more.
   */
  renewedByHeartbeat(numbers: readonly number[], ageMs: number): void {
    if (this.#isStopped) return;
    const { deliveries, clock, leaseMs } = this.#deps;
    this.#schedule(leaseMs / 2 - ageMs);
    void this.#keep(deliveries.heldSince(clock.now() - ageMs, new Set(numbers))).then((isKept) => {
      if (!isKept) this.#schedule(this.#soonMs);
    });
  }

  /**
   * To be called when the connection is whole again: a server that was away for longer than a lease has let all of them expire, and others
   * are about to look. @throws what the server or the connection says.
   */
  async restored(): Promise<void> {
    this.#suspectOrphans();
    await this.#renew(this.#deps.deliveries.held());
    this.#schedule(this.#deps.leaseMs / 3);
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

  #schedule(inMs: number): void {
    const { clock } = this.#deps;
    clock.clearTimeout(this.#timer);
    if (!this.#isStopped) this.#timer = clock.setTimeout(() => void this.#keepAll(), Math.max(inMs, 0));
  }

  /** Three chances before a lease expires; where one fails another soon, for a server that answers again gives leases back after a while. */
  async #keepAll(): Promise<void> {
    const isKept = await this.#keep(this.#deps.deliveries.held());
    this.#schedule(isKept ? this.#deps.leaseMs / 3 : this.#soonMs);
  }

  get #soonMs(): number {
    return Math.min(this.#deps.leaseMs / 9, KEEP_AGAIN_MS);
  }

  /** Returns whether it succeeded; the connection's own fault is reported elsewhere. */
  async #keep(jobs: readonly LeasedJob[]): Promise<boolean> {
    try {
      await this.#renew(jobs);
      if (this.#deps.clock.now() < this.#orphansUntilMs) await this.#giveBackOrphans();
      return true;
    } catch (error) {
      this.#deps.log.debug({ err: error }, 'the leases could not be renewed');
      return false;
    }
  }

  async #renew(jobs: readonly LeasedJob[]): Promise<void> {
    if (jobs.length === 0) return;
    const { queue, deliveries, leaseMs } = this.#deps;
    const lost = new Set(await queue.renew(jobs, leaseMs));
    for (const consumer of deliveries.holdersOf(({ leaseToken }) => lost.has(leaseToken)))
      consumer.send({ type: 'lease.lost' });
  }

  /**
   * A network can bring a fetch to the server long after its connection broke. What it leased is held by no consumer, and the heartbeat
   * renews it for as long as the process lives.
   */
  async #giveBackOrphans(): Promise<void> {
    const { queue, deliveries, log } = this.#deps;
    const jobs = await queue.reconcile(deliveries.answeredTokens, deliveries.held());
    if (jobs.length > 0) log.warn({ jobs }, 'jobs that were leased to no consumer here were given back');
  }
}

/** Far longer than Linux goes on with what a closed connection had left to send (100 s), for a proxy may be more patient. */
const ORPHANS_FOR_MS = 900_000;
/** Well within the time for which the reaper holds off after a server that answered no worker. */
const KEEP_AGAIN_MS = 500;
