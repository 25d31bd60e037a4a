// What a worker process reports of itself: which process it is, and what its consumers do.

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

/** One consumer: its state, since when, and what it holds. */
export interface ConsumerReport {
  /** Its queue and a number, unique in its worker. */
  readonly consumer: string;
  readonly queue: string;
  /** The state with the states within, joined by dots, such as `processing.handling`. */
  readonly state: string;
  /**
   * Exact while the fleet is watched; otherwise since it took what it holds, or was parked. An idle consumer has been idle since it last
   * held a job, though it polls its queue now and then.
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

/**
 * The changes of a tenth of a second in one worker process. Applied in the order of their numbers to the process's
 * {@link WorkerReport} they give its next one; counts of transitions are exact, however many happened in between.
 */
export interface WorkerFrame {
  readonly workerId: string;
  /** Counts from 1 since the process was first watched. A watch of the fleet heals gaps by a report. */
  readonly sequence: number;
  readonly atMs: number;
  /** The worker's own state; absent when it is the same. */
  readonly state?: string;
  /** Consumers whose state or held job differs from the last frame, as they are now. */
  readonly consumers: readonly ConsumerReport[];
  /** As `consumers`, for actors of the user's own; absent when there are none that changed. */
  readonly actors?: readonly ActorReport[];
  /** Consumers and actors that are no more. */
  readonly gone: readonly string[];
  /** What happened on the charts since the last frame. */
  readonly steps: readonly TransitionCount[];
  /** Only those that changed. */
  readonly totals: readonly QueueTotals[];
  readonly eventLoop: EventLoopReport;
}

/** How often the consumers of a queue went from one state to another, and how long they had been in the first. For machines that
 * have no queue, `queue` is empty. */
export interface TransitionCount {
  readonly machineId: string;
  readonly queue: string;
  /** Dotted states, as in {@link ConsumerReport.state}. */
  readonly from: string;
  readonly to: string;
  readonly count: number;
  /** The time spent in `from` before these steps, summed, in milliseconds. */
  readonly dwellMsTotal: number;
}
