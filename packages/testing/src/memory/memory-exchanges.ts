// The exchanges of a namespace in memory: what is kept of them, and the step that adds to all queues or to none.
import type { Confirm } from '@acktor/core';
import type {
  ConfirmDemand,
  ExchangesChange,
  ExchangeStore,
  PublishAnswer,
  PublishCall,
  SendOutcome,
  StoredExchanges,
} from '@acktor/core/engine';
import type { MemoryStore } from './memory-store.js';

/**
 * The {@link ExchangeStore} in memory. Nothing happens between the look and what is added: a call of it runs to its end in one turn of the event
 * loop.
 */
export class MemoryExchanges implements ExchangeStore {
  readonly #store: MemoryStore;
  readonly #requireConfirm: (confirm: Confirm) => void;

  constructor(store: MemoryStore, requireConfirm: (confirm: Confirm) => void) {
    this.#store = store;
    this.#requireConfirm = requireConfirm;
  }

  async read(): Promise<StoredExchanges> {
    const { version, entries } = this.#store.exchanges;
    return Promise.resolve({ version: String(version), entries: new Map(entries) });
  }

  async change({ version, put, remove }: ExchangesChange): Promise<'changed' | 'stale'> {
    const { exchanges } = this.#store;
    if (version !== String(exchanges.version)) return Promise.resolve('stale');
    for (const [name, text] of put) exchanges.entries.set(name, text);
    for (const name of remove) exchanges.entries.delete(name);
    exchanges.version += 1;
    return 'changed';
  }

  async publish({ version, jobs, isRepeat }: PublishCall, demand?: ConfirmDemand): Promise<PublishAnswer> {
    if (demand) this.#requireConfirm(demand.confirm);
    const [first] = jobs;
    const isKnown = isRepeat && first !== undefined && this.#store.peek(first.queue).jobs.has(first.job.id);
    if (version !== String(this.#store.exchanges.version) && !isKnown) return Promise.resolve('stale');
    const coming = new Map<string, number>();
    for (const [at, { queue, job }] of jobs.entries()) {
      const before = coming.get(queue) ?? 0;
      const refusal = this.#store.peek(queue).wouldRefuse(job, before);
      if (refusal) return { at, refusal };
      coming.set(queue, before + 1);
    }
    // None is refused any more.
    const outcomes = jobs.map(({ queue, job }) => this.#store.queue(queue).send(job) as SendOutcome);
    return { outcomes };
  }

  hold(queue: string, leaseMs: number): Promise<void> {
    this.#store.exchanges.heldUntilMs.set(queue, this.#store.clock.now() + leaseMs);
    return Promise.resolve();
  }

  unheld(queues: readonly string[]): Promise<readonly string[]> {
    const nowMs = this.#store.clock.now();
    return Promise.resolve(
      queues.filter((queue) => (this.#store.exchanges.heldUntilMs.get(queue) ?? -Infinity) <= nowMs),
    );
  }

  drop(queue: string): Promise<void> {
    this.#store.exchanges.heldUntilMs.delete(queue);
    this.#store.queues.delete(queue);
    return Promise.resolve();
  }

  connected(_confirm: Confirm, signal: AbortSignal): Promise<void> {
    return signal.aborted ? Promise.reject(signal.reason as Error) : Promise.resolve();
  }
}
