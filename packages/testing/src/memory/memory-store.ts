// Everything that an engine in memory keeps of one namespace: its queues, and the worker processes that are present.
import type { CancelRequest, EngineClock } from '@acktor/core/engine';
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
  readonly #listener: QueueListener;

  constructor(clock: EngineClock, listener: QueueListener) {
    this.clock = clock;
    this.#listener = listener;
  }

  /** The queue of that name. It comes to be when it is first asked for, and counts as used when somebody uses it. */
  queue(name: string): StoredQueue {
    const known = this.queues.get(name);
    if (known) return known;
    const queue = new StoredQueue(name, this.clock, this.#listener);
    this.queues.set(name, queue);
    return queue;
  }

  isPresent(process: string | undefined): boolean {
    return [...this.processes].some(({ id }) => id === process);
  }

  /** Says to every process of the queue that a job is cancelled, after the call that cancelled it. */
  announceCancel(request: CancelRequest): void {
    const hearing = [...this.processes].filter(({ queues }) => queues.includes(request.queue));
    for (const { onCancel } of hearing) queueMicrotask(() => onCancel(request));
  }
}
