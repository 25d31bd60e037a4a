// What changed in a worker process since its last frame. Frames flow only while somebody watches.
import type { ActorReport, ConsumerReport, EventLoopReport, QueueTotals } from './worker-report.js';

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
  /** Consumers whose state or held job differs from the last frame, as they stand now. */
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
