// The fleet: asks all worker processes for reports, and watches them.
import type { DroppedMessages } from '../foreign-text/drop-count.js';
import type { WorkerFrame, WorkerReport } from './worker-report.js';

/** All worker processes of a namespace, wherever they run. */
export interface Fleet {
  /**
   * Asks every worker process for a report. One whose main thread is blocked answers, too, by its heartbeat thread, with what it
   * knew last and `eventLoop.blockedForMs`. Resolves when all that are present have answered, or `withinMs` (default 500) have
   * passed; in a cluster, where workers cannot be counted, always then.
   * @throws ConnectionLostError while the server is away.
   */
  workers(options?: { readonly withinMs?: number }): Promise<readonly WorkerReport[]>;

  /**
   * A chart that some worker registered; undefined when no worker that answers within half a second knows it.
   * @throws ConnectionLostError while the server is away.
   */
  machine(machineId: string): Promise<MachineDefinition | undefined>;

  /**
   * Watches the fleet; resolves when the signal aborts. The watcher gets a report of every process first, its frames from then
   * on, and a report again after a gap. Workers publish while there is a watch and stop within 10 s of the end of the last.
   */
  watch(watcher: FleetWatcher, signal: AbortSignal): Promise<void>;
}

/** A connected fleet, and how to close it. */
export interface ConnectedFleet extends Fleet, AsyncDisposable {
  /** Where it is, for people: without a password. */
  readonly address: string;
  /**
   * How many messages on the fleet's channels were dropped so far: forged ones, those of newer versions that do not fit, and those on
   * which a watcher threw. A watcher's `onDropped` says it, too.
   */
  readonly droppedMessages: number;
  /** Hangs up. Ends no watch: abort their signals first. May be called twice. */
  close(): Promise<void>;
}

export interface FleetWatcher {
  /** The state of a process: when the watch begins, when a process joins, and after a gap. Replaces what was known of it. */
  onReport(report: WorkerReport): void;
  onFrame(frame: WorkerFrame): void;
  /** A process ended. `died`: without taking leave; what it held comes back to the queue. */
  onGone(workerId: string, how: 'left' | 'died'): void;
  /**
   * The connection to the server: while it is away, or the server has not answered for two seconds, nothing arrives and no worker counts
   * as gone; when it is back, reports come first.
   */
  onConnection(state: 'away' | 'back'): void;
  /**
   * Called at most every ten seconds when messages were dropped: any client that may publish can write to the fleet's pub/sub channels.
   * What a watcher throws is caught, counts among them, and is given as `error`.
   */
  onDropped?(dropped: DroppedMessages): void;
}

/** A registered machine as data: what `readChart` of `@acktor/chart` takes. It comes from other processes: read it with care. */
export interface MachineDefinition {
  readonly id: string;
  readonly definition: Readonly<Record<string, unknown>>;
}
