// What a worker process says of itself to people who watch the fleet: who it is, and what its consumers do.

/** One worker process at one moment. All that is needed to draw it; no payload, no result. */
export interface WorkerReport {
  readonly workerId: string;
  readonly host: string;
  readonly pid: number;
  readonly version: string;
  readonly startedAtMs: number;
  /** When it said this, in milliseconds since the epoch, by its own clock. */
  readonly atMs: number;
  /** The worker's own state on its chart, such as `running` or `draining`. */
  readonly state: string;
  readonly consumers: readonly ConsumerReport[];
  /** The worker's own actor, and those of the user's that it follows. */
  readonly actors?: readonly ActorReport[];
  /** Since the process started, for each of its queues. */
  readonly totals: readonly QueueTotals[];
  readonly eventLoop: EventLoopReport;
  readonly residentBytes: number;
  /** The charts that its actors run on; a definition is asked for once, by its id. */
  readonly machineIds: readonly string[];
}

/** One consumer: where on its chart it stands, since when, and what it holds. */
export interface ConsumerReport {
  /** Its queue and a number, unique in its worker. */
  readonly consumer: string;
  readonly queue: string;
  /** The state with the states within, joined by dots, such as `processing.handling`. */
  readonly state: string;
  /**
   * Exact while somebody watches; else since it took what it holds, or was parked. An idle consumer has been so since it held
   * something, though it asks its queue now and then in vain.
   */
  readonly inStateSinceMs: number;
  /** What it holds; undefined when it holds nothing. */
  readonly held: HeldReport | undefined;
}

export interface HeldReport {
  readonly jobId: string;
  readonly jobName: string;
  readonly attempt: number;
  readonly heldSinceMs: number;
}

/** How many deliveries ended in each way. Counts only grow while a process lives. */
export interface QueueTotals {
  readonly queue: string;
  readonly acked: number;
  readonly retried: number;
  readonly requeued: number;
  readonly deadLettered: number;
  readonly leasesLost: number;
  /** Deliveries after an earlier one of the same job had lost its lease. */
  readonly redelivered: number;
}

/** One actor that is no consumer: the worker's own, or one of the user's. */
export interface ActorReport {
  /** Its id on its system, and a number where two have the same; unique in its worker. */
  readonly actor: string;
  readonly machineId: string;
  /** Dotted; the regions of a parallel state stand beside each other: `playing|muted`. */
  readonly state: string;
  readonly inStateSinceMs: number;
}

/** How late timers of the main thread are, over the last five to ten seconds. */
export interface EventLoopReport {
  readonly lagP50Ms: number;
  readonly lagP99Ms: number;
  readonly lagMaxMs: number;
  /** For how long the main thread has not moved; 0 when it moves. Said by the heartbeat thread, which is not blocked with it. */
  readonly blockedForMs: number;
}
