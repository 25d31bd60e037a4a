// Brings a channel back after its connection broke or its server refused a batch.
import type { WorkQueue, EngineClock } from '@acktor/core/engine';
import type { GuardedLog } from '@acktor/core/internal';
import type { ConsumerRef } from '../consumer/consumer-protocol.js';
import type { DeliveryTable } from './delivery-table.js';
import type { LeaseKeeper } from './lease-keeper.js';

/** What is held while the server is away, and resumes afterwards. */
export interface Holdable {
  hold(): void;
  resume(): void;
}

export interface RecoveryDeps {
  readonly queue: Pick<WorkQueue, 'reconcile'>;
  readonly deliveries: Pick<DeliveryTable, 'held' | 'answeredTokens'>;
  readonly keeper: Pick<LeaseKeeper, 'restored'>;
  readonly batcher: Holdable & { quiet(): Promise<void> };
  readonly wait: Holdable;
  readonly clock: EngineClock;
  readonly log: GuardedLog;
}

/**
 * Holds the channel while the server is away, and makes it whole again: first what the server leased to this process in a reply that
 * never came is given back, then what is held is renewed, then all resumes, and the consumers whose settlement was interrupted make it
 * again.
 */
export class Recovery {
  readonly #deps: RecoveryDeps;
  readonly #interrupted = new Set<ConsumerRef>();
  #isAway = false;
  #isHolding = false;
  #isReconciling = false;

  constructor(deps: RecoveryDeps) {
    this.#deps = deps;
  }

  /** The connection broke. */
  away(): void {
    this.#isAway = true;
    this.#hold();
  }

  /** The connection is whole again. */
  back(): void {
    this.#isAway = false;
    void this.#recover();
  }

  /** A batch failed though the connection may stand: the server is out of memory, read-only, loading, or out of disk. */
  failed(error: unknown): void {
    this.#hold();
    this.#deps.log.warn({ err: error }, 'the server did not take a call; it is made again');
    if (!this.#isAway) this.#deps.clock.setTimeout(() => void this.#recover(), PAUSE_AFTER_REFUSAL_MS);
  }

  /** A consumer's settlement was in a batch that failed, or came while the channel is held. */
  interrupt(consumer: ConsumerRef): void {
    this.#interrupted.add(consumer);
    consumer.send({ type: 'settlement.interrupted' });
  }

  async #recover(): Promise<void> {
    // A pause after a refusal may end when the connection has broken and come back meanwhile, and all has resumed.
    if (this.#isReconciling || !this.#isHolding || this.#mustWait()) return;
    this.#isReconciling = true;
    const isWhole = await this.#reconcile();
    this.#isReconciling = false;
    if (this.#mustWait()) return;
    if (isWhole) this.#resume();
    else this.#deps.clock.setTimeout(() => void this.#recover(), PAUSE_AFTER_REFUSAL_MS);
  }

  /** While the connection is away, `back()` is what starts the recovery. */
  #mustWait(): boolean {
    return this.#isAway;
  }

  async #reconcile(): Promise<boolean> {
    const { queue, deliveries, keeper, batcher, log } = this.#deps;
    try {
      await batcher.quiet();
      const returned = await queue.reconcile(deliveries.answeredTokens, deliveries.held());
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
    this.#deps.batcher.hold();
    this.#deps.wait.hold();
  }

  #resume(): void {
    this.#isHolding = false;
    this.#deps.batcher.resume();
    this.#deps.wait.resume();
    const interrupted = [...this.#interrupted];
    this.#interrupted.clear();
    for (const consumer of interrupted) consumer.send({ type: 'connection.restored' });
  }
}

const PAUSE_AFTER_REFUSAL_MS = 300;
