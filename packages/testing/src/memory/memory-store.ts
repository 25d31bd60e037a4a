// Everything that an engine in memory keeps of one namespace: its queues, and the worker processes that are present.
import type { CancelRequest, EngineClock, QueuedSend } from '@acktor/core/engine';
import { StoredQueue, type QueueListener } from './stored-queue.js';

/** A worker process that shows itself as alive. */
export interface PresentProcess {
  readonly id: string;
  readonly queues: readonly string[];
  /** For how long it renewed its leases last; undefined while it has not. */
  leaseMs: number | undefined;
  readonly onCancel: (request: CancelRequest) => void;
}

export class MemoryStore {
  readonly clock: EngineClock;
  readonly queues = new Map<string, StoredQueue>();
  readonly processes = new Set<PresentProcess>();
  /** What is kept of exchanges and bindings, how often it was changed, and until when subscribers keep their queues. */
  readonly exchanges = { version: 0, entries: new Map<string, string>(), heldUntilMs: new Map<string, number>() };
  readonly #listener: Omit<QueueListener, 'cancelled'>;

  constructor(clock: EngineClock, listener: Omit<QueueListener, 'cancelled'>) {
    this.clock = clock;
    this.#listener = listener;
  }

  /** The queue of that name, which is kept from now on. It counts as used when a job is sent to it, or it is consumed or paused. */
  queue(name: string): StoredQueue {
    const queue = this.peek(name);
    this.queues.set(name, queue);
    return queue;
  }

  /** The queue of that name, to be read: one that is not kept is empty, and is not kept for having been looked at. */
  peek(name: string): StoredQueue {
    const cancelled = (request: CancelRequest) => this.announceCancel(request);
    return this.queues.get(name) ?? new StoredQueue(name, this.clock, { ...this.#listener, cancelled });
  }

  /** Adds a job to its queue. */
  readonly send = ({ queue, job }: QueuedSend): void => void this.queue(queue).send(job);

  isPresent(process: string | undefined): boolean {
    return [...this.processes].some(({ id }) => id === process);
  }

  /** Notifies every process of the queue that a job is cancelled, after the call that cancelled it. */
  announceCancel(request: CancelRequest): void {
    const concerned = [...this.processes].filter(({ queues }) => queues.includes(request.queue));
    for (const { onCancel } of concerned) queueMicrotask(() => onCancel(request));
  }
}
