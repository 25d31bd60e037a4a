// The port of liveness: what a worker process's heartbeat asks of the server.
import type { FleetLine } from '../fleet/fleet-line.js';
import type { DroppedMessages } from '../foreign-text/drop-count.js';

/**
 * The sign of life of one worker process, for all its queues, on connections of its own: made for a thread that goes on while
 * the process's main thread is blocked.
 */
export interface Liveness {
  /** The process's line to those who look at the fleet, on connections of liveness alone. Of use once `appear` has resolved. */
  readonly fleetLine: FleetLine;

  /** Whether the server can tell that a process died: subscribes, counts, hangs up, and counts again within half a second. */
  testPresence(): Promise<boolean>;

  /**
   * Shows the process as alive for as long as the connection stands, again by itself after a reconnect; and hears on the same
   * connection what is said to all workers of its queues.
   *
   * @param onCancel called with a cancel of a job that is cancelled in the store, too.
   * @param onDropped called at most every ten seconds when messages were dropped that did not fit.
   */
  appear(onCancel: (request: CancelRequest) => void, onDropped?: (dropped: DroppedMessages) => void): Promise<void>;

  /** Renews every lease of the process for `leaseMs` from now. */
  renewAll(leaseMs: number): Promise<void>;

  /**
   * Takes the reaper's turn at every queue, unless another process of the fleet has just had it. A queue that fails fails alone.
   * @throws when all of them do.
   */
  reap(rules: ReapRules): Promise<ReapReport>;

  /**
   * Whether another delayed job is the next one than when this was asked last: one command for each queue, for the time between two
   * turns of an idle fleet.
   */
  hasOtherNextDue(): Promise<boolean>;

  close(): Promise<void>;
}

/** Somebody wants a job let go, whichever process holds it. */
export interface CancelRequest {
  /** An id is unique within its queue only. */
  readonly queue: string;
  readonly jobId: string;
  readonly why: string;
  /** Which delivery was under way then; undefined where nobody said. */
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
  /** How long nobody counts as dead after a restart or failover of the server, when all presences are gone at once, or after a gap between turns. */
  readonly holdOffMs: number;
  /** How far two turns are apart at most while the server answers. After a longer gap, too, nobody counts as dead for the hold-off. */
  readonly longestGapMs: number;
  /** Whether presence can be relied on; without, only expired leases are given back. */
  readonly usesPresence: boolean;
}

/**
 * How long after it was due a delayed job counts as forgotten, in milliseconds: whoever knew of it may have died. A turn of the reaper gives a
 * sign for such a one, and for none sooner.
 */
export const OVERDUE_MS = 50;

/** What a turn of the reaper saw and did. */
export interface ReapReport {
  /** Whether a process that holds something was found without presence, and its grace time runs. */
  readonly hasSuspects: boolean;
  /** How many deliveries are under way in the fleet, whoever had the turn. */
  readonly active: number;
  readonly returnedJobIds: readonly string[];
  /** Whether the server knew nothing of the fleet any more, though it had met it: its data are gone. */
  readonly hasForgotten: boolean;
  /** In how long the next delayed job is due, less than 0 when it is overdue; undefined when there is none. */
  readonly nextDueInMs: number | undefined;
  /** Why a turn at some of the queues was not had. */
  readonly faults: readonly unknown[];
}
