// What the server tells a browser on the live stream (server-sent events), and what the page's first request brings.
// Shapes are the fleet's own (@acktor/core/engine), so that there is one word for each thing.
import type { ChartView } from './chart-view.js';
import type { ActorReport, ConsumerReport, QueueTotals, WorkerReport } from '@acktor/core/engine';

/** `GET api/live`: an event stream. Each event's name is its `type`, its data one of these as JSON. */
export type LiveEvent =
  /** The first event of a stream, and again after a gap: replaces all that was known. A browser that was away for a moment only
   * (`Last-Event-ID`) gets the frames that it missed instead. */
  | { readonly type: 'snapshot'; readonly snapshot: FleetSnapshot }
  /** At most ten a second. */
  | { readonly type: 'frame'; readonly frame: FleetFrame }
  /**
   * The server has lost Redis, or gets no answer from it; or has it again, and a snapshot follows. `seenAtMs` is when it heard of Redis last,
   * `atMs` when it wrote this, both by its clock.
   */
  | {
      readonly type: 'connection';
      readonly state: 'away' | 'back';
      readonly atMs: number;
      readonly seenAtMs: number;
    };

export interface FleetSnapshot {
  readonly atMs: number;
  /** Counts from 1; a frame's number is one more than that of what came before it. */
  readonly sequence: number;
  readonly workers: readonly WorkerReport[];
  readonly quiet: readonly QuietProcess[];
  /** Of the last minutes, the oldest first. */
  readonly lately: readonly ProcessNews[];
  readonly queues: readonly QueueLine[];
  /** When the queues were looked at. */
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
  readonly lately: readonly ProcessNews[];
  /** Of at most 100 queues in which deliveries ended since they were told last, as `queues` has them: what a person counts is never a second old. */
  readonly totals: readonly QueueTotals[];
  /** Sent once a second; absent in between. */
  readonly quiet: readonly QuietProcess[] | undefined;
  /** Queues that are otherwise than they were told last: at most 1,000, once a second; absent in between. The rest follows. */
  readonly queues: readonly QueueLine[] | undefined;
  /** The names of queues that are no more, with `queues`. */
  readonly goneQueues: readonly string[] | undefined;
  /** When the queues were looked at. */
  readonly queuesAtMs: number;
  /** Arrows that are otherwise than they were told last: at most 1,000, once a second; absent in between. */
  readonly flows: readonly FlowRate[] | undefined;
  /** The keys of arrows that were not taken for long, as `flowKey` makes them, with `flows`. */
  readonly goneFlows: readonly string[] | undefined;
}

/** A process of which nothing was heard for seconds, though each speaks twice a second: it may not be as it is shown. */
export interface QuietProcess {
  readonly workerId: string;
  /** How old the latest is that is known of it: when it said so, by the server's clock. */
  readonly heardAtMs: number;
}

/** A process that came or went. */
export interface ProcessNews {
  readonly workerId: string;
  readonly host: string;
  readonly pid: number;
  readonly what: 'joined' | 'left' | 'died';
  readonly atMs: number;
  /** How many jobs it held; those of one that died go back to their queues. */
  readonly held: number;
}

export interface WorkerChange {
  readonly workerId: string;
  readonly consumers: readonly ConsumerReport[];
  /** Actors of the user's own that changed; absent when there are none. */
  readonly actors?: readonly ActorReport[];
  /** Consumers and actors that are no more. */
  readonly goneConsumers: readonly string[];
  readonly lagP99Ms: number;
  readonly blockedForMs: number;
}

/** One arrow of a chart for one queue over the last ten seconds. */
export interface FlowRate {
  readonly machineId: string;
  /** Empty for machines that have no queue, and for all queues together for which there are too many arrows. */
  readonly queue: string;
  readonly from: string;
  readonly to: string;
  readonly perSecond: number;
  /** Median time spent in `from` before these steps, in milliseconds. */
  readonly dwellP50Ms: number;
  /** When it last happened, in milliseconds since the epoch. */
  readonly lastAtMs: number;
}

/** Tells arrows apart. */
export function flowKey({ machineId, queue, from, to }: Pick<FlowRate, 'machineId' | 'queue' | 'from' | 'to'>): string {
  return JSON.stringify([machineId, queue, from, to]);
}

export interface QueueLine {
  readonly queue: string;
  readonly isPaused: boolean;
  readonly waiting: number;
  readonly delayed: number;
  readonly active: number;
  readonly deadLetters: number;
  readonly oldestWaitingAtMs: number | undefined;
  readonly sentPerSecond: number;
  readonly ackedPerSecond: number;
  readonly rejectedPerSecond: number;
  readonly totals: QueueTotals;
}
