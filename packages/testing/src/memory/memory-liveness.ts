// The liveness of a worker process in memory: its presence, its leases, and the reaper's turn.
import type {
  CancelRequest,
  FleetPublisher,
  Liveness,
  ReapReport,
  ReapRules,
  RenewalReport,
} from '@acktor/core/engine';
import { giveBack, isLeased, noteDeath, processOf, renewProcess } from './deliveries.js';
import type { MemoryFleetHub } from './memory-fleet-hub.js';
import type { MemoryStore, PresentProcess } from './memory-store.js';
import type { StoredJob } from './stored-job.js';
import type { StoredQueue } from './stored-queue.js';

export interface MemoryLivenessDeps {
  readonly store: MemoryStore;
  readonly hub: MemoryFleetHub;
  readonly process: string;
  readonly queues: readonly string[];
}

/** The {@link Liveness} in memory. Its heartbeat runs on the main thread. */
export class MemoryLiveness implements Liveness {
  readonly fleetPublisher: FleetPublisher;
  readonly #deps: MemoryLivenessDeps;
  readonly #queues: readonly StoredQueue[];
  #presence: PresentProcess | undefined;
  #nextDue = '';

  constructor(deps: MemoryLivenessDeps) {
    this.#deps = deps;
    this.#queues = deps.queues.map((name) => deps.store.queue(name));
    this.fleetPublisher = deps.hub.publisherOf(deps.process);
  }

  testPresence(): Promise<boolean> {
    return Promise.resolve(true);
  }

  appear(onCancel: (request: CancelRequest) => void): Promise<void> {
    const { process: id, queues, store } = this.#deps;
    this.#presence ??= { id, queues, leaseMs: undefined, onCancel };
    store.processes.add(this.#presence);
    return Promise.resolve();
  }

  renewAll(leaseMs: number): Promise<RenewalReport> {
    if (this.#presence) this.#presence.leaseMs = leaseMs;
    const renew = (queue: StoredQueue) => renewProcess(queue, this.#deps.process, leaseMs);
    const leases = this.#queues.map((queue) => ({ queue: queue.name, numbers: renew(queue) }));
    return Promise.resolve({ leases, faults: [] });
  }

  reap(rules: ReapRules): Promise<ReapReport> {
    const returned = this.#queues.flatMap((queue) => [
      ...queue.returned.splice(0),
      ...reap(queue, rules, this.#deps.store),
    ]);
    const dueAtMs = Math.min(...this.#queues.map(({ delayed }) => delayed.first?.dueAtMs ?? Infinity));
    return Promise.resolve({
      hasSuspects: this.#queues.some(({ missingSinceMs }) => missingSinceMs.size > 0),
      active: this.#queues.reduce((sum, { active }) => sum + active.size, 0),
      returnedJobIds: returned,
      hasForgotten: false,
      nextDueInMs: dueAtMs === Infinity ? undefined : dueAtMs - this.#deps.store.clock.now(),
      faults: [],
    });
  }

  hasOtherNextDue(): Promise<boolean> {
    const next = JSON.stringify(this.#queues.map(({ delayed }) => [delayed.first?.sent.id, delayed.first?.dueAtMs]));
    const isOther = next !== this.#nextDue;
    this.#nextDue = next;
    return Promise.resolve(isOther);
  }

  close(): Promise<void> {
    if (this.#presence) this.#deps.store.processes.delete(this.#presence);
    this.#presence = undefined;
    this.#deps.hub.hangUp(this.#deps.process);
    return Promise.resolve();
  }
}

/**
 * Gives back the jobs whose lease has expired, or whose process has been away for the grace time. Returns the ids. No server can
 * restart here, and none is away, so nothing is held off.
 */
export function reap(queue: StoredQueue, rules: ReapRules, store: MemoryStore): readonly string[] {
  queue.rules = rules;
  const dead = new Set(deadHeld(queue, rules, store));
  // In the order in which they were fetched, whatever became of each lease.
  const jobs = [...queue.active].filter((job) => dead.has(job) || !isLeased(queue, job));
  giveBack(queue, jobs, rules.deliveryLimit);
  return jobs.map(({ sent }) => sent.id);
}

/** What is held by processes that have been away for the grace time. */
function deadHeld(queue: StoredQueue, rules: ReapRules, store: MemoryStore): readonly StoredJob[] {
  const nowMs = queue.clock.now();
  const missing = new Map<string, StoredJob[]>();
  for (const job of rules.usesPresence ? queue.active : []) {
    const process = isLeased(queue, job) ? processOf(job) : undefined;
    if (process === undefined || store.isPresent(process)) continue;
    missing.set(process, [...(missing.get(process) ?? []), job]);
  }
  for (const process of queue.missingSinceMs.keys()) if (!missing.has(process)) queue.missingSinceMs.delete(process);
  const dead: StoredJob[] = [];
  for (const [process, jobs] of missing) {
    const sinceMs = queue.missingSinceMs.get(process) ?? nowMs;
    queue.missingSinceMs.set(process, sinceMs);
    if (nowMs - sinceMs < rules.graceMs) continue;
    queue.missingSinceMs.delete(process);
    noteDeath(queue, process, jobs.length);
    dead.push(...jobs);
  }
  return dead;
}
