// Queues that live as long as their subscribers: kept by a lease, and removed with what is bound to them when that has ended.
import type { ExchangeStore } from '../engine/exchange-store.js';
import type { Binding } from './binding.js';
import { changeExchanges } from './exchanges.js';
import { Topology } from './topology.js';

/** One of them, as its subscriber has it. */
export interface TemporaryQueue {
  readonly queue: string;
  readonly bindings: readonly Binding[];
  readonly leaseMs: number;
}

/** The temporary queues of a namespace. */
export class TemporaryQueues {
  readonly #store: ExchangeStore;

  constructor(store: ExchangeStore) {
    this.#store = store;
  }

  /**
   * Keeps the queue for a lease from now, and binds it where it is not bound: when its lease had ended, others have removed it.
   * @throws as `Exchanges.bind`; ConnectionLostError.
   */
  async keep({ queue, bindings, leaseMs }: TemporaryQueue): Promise<void> {
    await this.#store.hold(queue, leaseMs);
    await changeExchanges(this.#store, (topology) => topology.keeping(queue, bindings));
  }

  /** Unbinds the queue: nothing more comes to it. */
  async unbind(queue: string): Promise<void> {
    await changeExchanges(this.#store, (topology) => topology.unbindingQueue(queue));
  }

  /** Removes the queue. Its name is forgotten last, so that after a crash midway the next sweep goes on. */
  async remove(queue: string): Promise<void> {
    await this.unbind(queue);
    await this.#store.drop(queue);
    await changeExchanges(this.#store, (topology) => topology.forgetting(queue));
  }

  /** Removes those whose leases have ended. */
  async sweep(): Promise<void> {
    const { temporary } = new Topology(await this.#store.read());
    if (temporary.length === 0) return;
    for (const queue of await this.#store.unheld(temporary)) await this.remove(queue);
  }
}

/** While there are temporary queues, a publisher sweeps so often: so long messages are kept for a dead subscriber beyond its lease. */
export const SWEEP_EVERY_MS = 5_000;
