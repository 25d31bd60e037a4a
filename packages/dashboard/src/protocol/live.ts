// What the server sends a browser on the live stream (server-sent events).
// Shapes are the fleet's own (@acktor/core/engine), so that there is one word for each thing.
import type { ActorReport, ConsumerReport, QueueTotals, WorkerReport } from '@acktor/core/engine';
import type { ChartView } from './chart-view.js';

/** `GET api/live`: an event stream. Each event's name is its `type`, its data one of these as JSON. */
export type LiveEvent =
  /**
   * The first event of a stream, and again after a gap: replaces all that was known. A browser that was away only for a moment
   * (`Last-Event-ID`) gets the frames that it missed instead.
   */
  | { readonly type: 'snapshot'; readonly snapshot: FleetSnapshot }
  /** At most ten a second. */
  | { readonly type: 'frame'; readonly frame: FleetFrame }
  /**
   * `away`: the server has lost Redis, or gets no answer from it. `back`: it is connected again, and a snapshot follows.
   * `seenAtMs` is when Redis last answered, `atMs` when this was written, both by the server's clock.
   */
  | {
      readonly type: 'connection';
      readonly state: 'away' | 'back';
      readonly atMs: number;
      readonly seenAtMs: number;
    };

export interface FleetSnapshot {
  readonly atMs: number;
  /** Counts from 1; a frame's number is one more than that of the event before it. */
  readonly sequence: number;
  readonly workers: readonly WorkerReport[];
  readonly quiet: readonly QuietProcess[];
  /** Of the last five minutes, the oldest first. */
  readonly lately: readonly ProcessEvent[];
  readonly queues: readonly QueueLine[];
  /** When the queues were read. */
  readonly queuesAtMs: number;
  readonly charts: readonly ChartView[];
  readonly flows: readonly FlowRate[];
}

export interface FleetFrame {
  readonly atMs: number;
  readonly sequence: number;
  /** Whole reports of processes that joined or were missed. */
  readonly joined: readonly WorkerReport[];
  readonly gone: readonly { readonly workerId: string; readonly how: 'left' | 'died' }[];
  readonly changes: readonly WorkerChange[];
  readonly lately: readonly ProcessEvent[];
  /**
   * Totals of at most 100 queues in which deliveries have ended since these were last sent; the same totals as in `queues`.
   * With every frame, so that the counts on the page are never a second old.
   */
  readonly totals: readonly QueueTotals[];
  /** Sent once a second; absent in between. */
  readonly quiet: readonly QuietProcess[] | undefined;
  /** Queues that have changed since they were last sent: at most 1,000, once a second; absent in between. The rest follows. */
  readonly queues: readonly QueueLine[] | undefined;
  /** The names of queues that no longer exist; sent with `queues`. */
  readonly goneQueues: readonly string[] | undefined;
  /** When the queues were read. */
  readonly queuesAtMs: number;
  /** Arrows that have changed since they were last sent: at most 1,000, once a second; absent in between. */
  readonly flows: readonly FlowRate[] | undefined;
  /** The keys, as `flowKey` makes them, of arrows that were not taken for long; sent with `flows`. */
  readonly goneFlows: readonly string[] | undefined;
}

/** A process that has published nothing for seconds, though each publishes twice a second: what is shown of it may be out of date. */
export interface QuietProcess {
  readonly workerId: string;
  /** When it published the latest that is known of it, by the server's clock. */
  readonly heardAtMs: number;
}

/** A process that came or went. */
export interface ProcessEvent {
  readonly workerId: string;
  readonly host: string;
  readonly pid: number;
  readonly what: 'joined' | 'left' | 'died';
  readonly atMs: number;
  /** How many jobs it held; those of a process that died go back to their queues. */
  readonly held: number;
}

export interface WorkerChange {
  readonly workerId: string;
  readonly consumers: readonly ConsumerReport[];
  /** The application's own actors that changed; absent when none did. */
  readonly actors?: readonly ActorReport[];
  /** The names of consumers and actors that no longer exist. */
  readonly goneConsumers: readonly string[];
  readonly lagP99Ms: number;
  readonly blockedForMs: number;
}

/** One arrow of a chart for one queue over the last ten seconds. */
export interface FlowRate {
  readonly machineId: string;
  /** Empty for machines without a queue, and for the queues whose arrows are counted together because there are too many. */
  readonly queue: string;
  readonly from: string;
  readonly to: string;
  readonly perSecond: number;
  /** Median time spent in `from` before these transitions, in milliseconds. */
  readonly dwellP50Ms: number;
  /** When it last happened, in milliseconds since the epoch. */
  readonly lastAtMs: number;
}

/** Identifies an arrow. */
export function flowKey({ machineId, queue, from, to }: Pick<FlowRate, 'machineId' | 'queue' | 'from' | 'to'>): string {
  return JSON.stringify([machineId, queue, from, to]);
}

export interface QueueLine {
  readonly queue: string;
  readonly isPaused: boolean;
  readonly waiting: number;
  readonly waitingForChildren: number;
  readonly delayed: number;
  readonly active: number;
  readonly deadLetters: number;
  readonly oldestWaitingAtMs: number | undefined;
  readonly sentPerSecond: number;
  readonly ackedPerSecond: number;
  readonly rejectedPerSecond: number;
  readonly totals: QueueTotals;
}
