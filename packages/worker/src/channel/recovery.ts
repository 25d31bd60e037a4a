// Brings a channel back after its connection broke or its server refused a call.
import type { WorkQueue } from '@acktor/core/engine';
import type { GuardedLog } from '@acktor/core/internal';
import type { ConsumerRef } from '../consumer/consumer-protocol.js';
import type { Clock } from './clock.js';
import type { HeldDeliveries } from './held-deliveries.js';
import type { LeaseKeeper } from './lease-keeper.js';
import type { Wishes } from './wishes.js';

/** Something that is held while the server is away, and goes on afterwards. */
export interface Holdable {
  hold(): void;
  resume(): void;
}

export interface RecoveryDeps {
  readonly queue: Pick<WorkQueue, 'reconcile'>;
  readonly wishes: Pick<Wishes, 'answered'>;
  readonly held: HeldDeliveries;
  readonly keeper: Pick<LeaseKeeper, 'restored'>;
  readonly line: Holdable & { quiet(): Promise<void> };
  readonly watch: Holdable;
  readonly clock: Clock;
  readonly log: GuardedLog;
}

/**
 * Holds the channel while the server is away, and makes it whole again: first what the server leased to this process in a reply that
 * never came is given back, then what is held is renewed, then those whose settlement was interrupted hear of it, then all goes on.
 */
export class Recovery {
  readonly #deps: RecoveryDeps;
  readonly #interrupted = new Set<ConsumerRef>();
  #isAway = false;
  #isHolding = false;
  #isRestoring = false;

  constructor(deps: RecoveryDeps) {
    this.#deps = deps;
  }

  /** Whether nothing is asked of the server for now. */
  get isHolding(): boolean {
    return this.#isHolding;
  }

  /** The connection broke. */
  away(): void {
    this.#isAway = true;
    this.#hold();
  }

  /** The connection is whole again. */
  back(): void {
    this.#isAway = false;
    void this.#restore();
  }

  /** A call failed though the connection may stand: the server is out of memory, read-only, loading, or out of disk. */
  failed(error: unknown): void {
    this.#hold();
    this.#deps.log.warn({ err: error }, 'the server did not take a call; it is made again');
    if (!this.#isAway) this.#deps.clock.setTimeout(() => void this.#restore(), PAUSE_AFTER_REFUSAL_MS);
  }

  /** A consumer's settlement was in a call that failed. */
  interrupt(consumer: ConsumerRef): void {
    this.#interrupted.add(consumer);
    consumer.send({ type: 'settlement.interrupted' });
  }

  async #restore(): Promise<void> {
    // A pause after a refusal may end when the connection has broken and come back meanwhile, and all goes on.
    if (this.#isRestoring || !this.#isHolding || this.#mustWait()) return;
    this.#isRestoring = true;
    const isWhole = await this.#reconcile();
    this.#isRestoring = false;
    if (this.#mustWait()) return;
    if (isWhole) this.#goOn();
    else this.#deps.clock.setTimeout(() => void this.#restore(), PAUSE_AFTER_REFUSAL_MS);
  }

  /** While the connection is away, `back()` is what starts the recovery. */
  #mustWait(): boolean {
    return this.#isAway;
  }

  async #reconcile(): Promise<boolean> {
    const { queue, wishes, held, keeper, line, log } = this.#deps;
    try {
      await line.quiet();
      const returned = await queue.reconcile(wishes.answered, held.jobs());
      await keeper.restored();
      if (returned.length > 0) log.info({ jobs: returned }, 'jobs that were leased in a lost reply were given back');
      return true;
    } catch (error) {
      log.debug({ err: error }, 'the server does not answer yet');
      return false;
    }
  }

  #hold(): void {
    this.#isHolding = true;
    this.#deps.line.hold();
    this.#deps.watch.hold();
  }

  #goOn(): void {
    this.#isHolding = false;
    this.#deps.line.resume();
    this.#deps.watch.resume();
    const interrupted = [...this.#interrupted];
    this.#interrupted.clear();
    for (const consumer of interrupted) consumer.send({ type: 'connection.restored' });
  }
}

const PAUSE_AFTER_REFUSAL_MS = 300;
