// The port of liveness: what a worker process's heartbeat asks of the server.
import type { FleetPublisher } from '../fleet/fleet-hub.js';
import type { DroppedMessages } from '../foreign-text/drop-count.js';

/**
 * The liveness of one worker process, for all its queues, on connections of its own: made for a thread that runs on while the
 * process's main thread is blocked.
 */
export interface Liveness {
  /** Publishes the process's reports to fleet watchers, on the connections of liveness. Usable once `appear` has resolved. */
  readonly fleetPublisher: FleetPublisher;

  /** Whether the server notices that a process died: subscribes, counts, hangs up, and counts again within half a second. */
  testPresence(): Promise<boolean>;

  /**
   * Shows the process as alive for as long as the connection stands, again by itself after a reconnect, and receives on the same
   * connection what is published to all workers of its queues.
   *
   * @param onCancel called with a cancel of a job that is cancelled in the store, too.
   * @param onDropped called at most every ten seconds when messages were dropped that did not fit.
   */
  appear(onCancel: (request: CancelRequest) => void, onDropped?: (dropped: DroppedMessages) => void): Promise<void>;

  /**
   * Renews every lease of the process for `leaseMs` from now, and returns which: of what the process holds, the others have expired or are
   * lost. Takes up none that has expired, for it cannot know what is held: that is for `WorkQueue.renew`. A queue that fails fails alone.
   * @throws when all of them do.
   */
  renewAll(leaseMs: number): Promise<RenewalReport>;

  /**
   * Takes the reaper's turn at every queue, unless another process of the fleet has just had it. A queue that fails fails alone.
   * @throws when all of them do.
   */
  reap(rules: ReapRules): Promise<ReapReport>;

  /**
   * Whether the next delayed job has changed since the last call: one command for each queue, for the time between two turns of an idle
   * fleet.
   */
  hasOtherNextDue(): Promise<boolean>;

  close(): Promise<void>;
}

/** The leases of one process at one queue that were renewed. */
export interface RenewedLeases {
  readonly queue: string;
  /** The numbers of their tokens, `process|n`. */
  readonly numbers: readonly number[];
}

/** The result of one renewal. */
export interface RenewalReport {
  readonly leases: readonly RenewedLeases[];
  /** The failures at some of the queues. */
  readonly faults: readonly unknown[];
}

/** A request to let a job go, whichever process holds it. */
export interface CancelRequest {
  /** An id is unique within its queue only. */
  readonly queue: string;
  readonly jobId: string;
  readonly why: string;
  /** The delivery that was under way then; undefined where the sender did not name it. */
  readonly fence?: number | undefined;
}

/** When a delivery is taken from its worker. */
export interface ReapRules {
  /** How often a job may lose its lease before it is poisoned. */
  readonly deliveryLimit: number;
  /** The least time between two turns in the whole fleet. */
  readonly intervalMs: number;
  /** How long a process may be without presence before it counts as dead. */
  readonly graceMs: number;
  /** How long no process counts as dead after a restart or failover of the server, when all presences are gone at once, or after a gap between turns. */
  readonly holdOffMs: number;
  /** How far two turns are apart at most while the server answers. After a longer gap, too, no process counts as dead for the hold-off. */
  readonly longestGapMs: number;
  /** Whether presence can be relied on; without, only expired leases are given back. */
  readonly usesPresence: boolean;
}

/**
 * How long after it was due a delayed job counts as forgotten, in milliseconds: the process that waited for it may have died. A turn of the
 * reaper sends a wake signal for such a job, and not before.
 */
export const OVERDUE_MS = 50;

/** The result of one turn of the reaper. */
export interface ReapReport {
  /** Whether a process that holds something was found without presence, and its grace time runs. */
  readonly hasSuspects: boolean;
  /** How many deliveries are under way in the fleet, whichever process had the turn. */
  readonly active: number;
  readonly returnedJobIds: readonly string[];
  /** Whether the server no longer knew the fleet: its data are gone. */
  readonly hasForgotten: boolean;
  /** In how long the next delayed job is due, less than 0 when it is overdue; undefined when there is none. */
  readonly nextDueInMs: number | undefined;
  /** The failures at some of the queues. */
  readonly faults: readonly unknown[];
}
