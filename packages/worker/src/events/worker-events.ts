// Calls a worker's listeners, out of the way of its deliveries.
import { OptionsError } from '@acktor/core';
import { describe, type GuardedLog } from '@acktor/core/internal';
import type { WorkerEventMap, WorkerEventName, WorkerListener } from './worker-event.js';

/**
 * The listeners of one worker.
 *
 * Whoever has an event asks {@link WorkerEvents.isHeard} first, and builds nothing when nobody listens. Listeners are called when the
 * turn of the event loop is over: after the calls that the deliveries of this turn wait for are on their way.
 */
export class WorkerEvents {
  readonly #log: GuardedLog;
  readonly #listeners = new Map<WorkerEventName, Set<AnyListener>>();
  #pending: Pending[] = [];

  constructor(log: GuardedLog) {
    this.#log = log;
  }

  isHeard(name: WorkerEventName): boolean {
    return this.#listeners.has(name);
  }

  /** Returns an unsubscribe function, which may be called twice. @throws OptionsError for an unknown name, or for no function. */
  on<Name extends WorkerEventName>(name: Name, listener: WorkerListener<Name>): () => void {
    requireListener(name, listener);
    // The same function may be added twice, and each is removed by its own.
    const added: AnyListener = (event) => listener(event as WorkerEventMap[Name]);
    this.#listeners.set(name, (this.#listeners.get(name) ?? new Set()).add(added));
    return () => {
      const left = this.#listeners.get(name);
      if (left?.delete(added) && left.size === 0) this.#listeners.delete(name);
    };
  }

  /** Has the listeners called soon. What one turn emits is bounded by what one call of the server answers. */
  emit<Name extends WorkerEventName>(name: Name, event: WorkerEventMap[Name]): void {
    if (!this.#listeners.has(name)) return;
    if (this.#pending.push({ name, event }) === 1) setImmediate(() => this.flush());
  }

  /** Calls the listeners with what was emitted so far. */
  flush(): void {
    const pending = this.#pending;
    this.#pending = [];
    for (const { name, event } of pending) {
      // A listener may subscribe and unsubscribe.
      const listeners = [...(this.#listeners.get(name) ?? [])];
      for (const listener of listeners) this.#call(name, listener, event);
    }
  }

  #call(name: WorkerEventName, listener: AnyListener, event: AnyEvent): void {
    const fail = (error: unknown) => this.#log.error({ err: error, event: name }, 'a listener of the worker failed');
    try {
      const answer = listener(event);
      if (answer instanceof Promise) answer.catch(fail);
    } catch (error) {
      fail(error);
    }
  }
}

type AnyEvent = WorkerEventMap[WorkerEventName];
type AnyListener = (event: AnyEvent) => unknown;

interface Pending {
  readonly name: WorkerEventName;
  readonly event: AnyEvent;
}

const NAMES: Readonly<Record<WorkerEventName, true>> = {
  'delivery.started': true,
  'delivery.ended': true,
  'lease.lost': true,
  'handler.stuck': true,
  connection: true,
  'worker.state': true,
};

function requireListener(name: unknown, listener: unknown): void {
  if (typeof name !== 'string' || !Object.hasOwn(NAMES, name)) {
    const names = Object.keys(NAMES).join(', ');
    throw new OptionsError([{ option: 'event', message: `expected one of ${names}, got ${describe(name)}` }]);
  }
  if (typeof listener === 'function') return;
  throw new OptionsError([{ option: 'listener', message: `expected a function, got ${typeof listener}` }]);
}
