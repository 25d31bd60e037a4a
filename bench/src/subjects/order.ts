// What the bench orders of a process under test, and what that reports.
import type { Figures } from '../measuring/metric.js';
import type { RoadName } from './roads.js';

/** One order is one process's whole life, until the command `leave`. */
export type Order = { readonly address: string; readonly queue: string } &
  /** Of a `road`, as a plain BullMQ client adds them. */
  (
    | { readonly kind: 'fill'; readonly jobs: number; readonly road?: RoadName }
    /** Works `warmUpJobs` uncounted and then `jobs`; `handlerMs` is what a handler waits, 0 for not at all. */
    | {
        readonly kind: 'work';
        readonly consumers: number;
        readonly warmUpJobs: number;
        readonly jobs: number;
        readonly handlerMs: number;
        readonly road?: RoadName;
      }
    /** As `work` with nothing to do, but each handler sends another job: as many wait as before. */
    | { readonly kind: 'circulate'; readonly consumers: number; readonly warmUpJobs: number; readonly jobs: number }
    /** On the command `go`, takes what it gets beside others and keeps a tally; a handler waits as long as its job's number says. */
    | { readonly kind: 'share'; readonly consumers: number; readonly isMixed: boolean }
    /** Waits for work that never comes. */
    | { readonly kind: 'idle'; readonly consumers: number }
    /** Waits for `samples` jobs and reports how long each was on its way. */
    | { readonly kind: 'listen'; readonly consumers: number; readonly samples: number }
    /** Sends `samples` jobs, one each `everyMs`. */
    | { readonly kind: 'trickle'; readonly samples: number; readonly everyMs: number }
    /** Sends single jobs, so many unconfirmed at a time: `warmUpJobs` uncounted and then `jobs`. */
    | { readonly kind: 'send'; readonly warmUpJobs: number; readonly jobs: number; readonly inFlight: number }
    /** Publishes as `send` sends, to so many queues at once. */
    | {
        readonly kind: 'publish';
        readonly queues: number;
        readonly warmUpJobs: number;
        readonly jobs: number;
        readonly inFlight: number;
      }
    /** Takes one job, reports it, and holds it until it is killed. */
    | { readonly kind: 'hold' }
  );

export type OrderOf<Kind extends Order['kind']> = Extract<Order, { readonly kind: Kind }>;

/** What a process that shares a queue with others got of it. Times are of the monotonic clock that all processes share. */
export interface Tally {
  readonly jobs: number;
  /** How long its handlers waited, all together. */
  readonly handledMs: number;
  /** Processor time of the process while it worked. */
  readonly cpuMicros: number;
  readonly firstAtMicros: number;
  readonly lastAtMicros: number;
  /** When each of its jobs began. */
  readonly beginsAtMicros: readonly number[];
}

/** The stages of a process's life. `left` is the last, after everything was closed. */
export type Report =
  | { readonly stage: 'ready'; readonly id?: string }
  | { readonly stage: 'started'; readonly atMicros: number }
  | { readonly stage: 'done'; readonly figures: Figures }
  | { readonly stage: 'left'; readonly figures: Figures; readonly tally?: Tally };

/** What the bench sends to a process: to begin what waits for it, and to close everything and end. */
export type Command = 'go' | 'leave';

/** An order that is being carried out: what to wait for and what to close. */
export interface RunningOrder {
  /** The worker's name, where there is one. */
  readonly id?: string;
  /** Resolves with the figures when the order is fulfilled. */
  readonly done: Promise<Figures>;
  /** Resolves with what is known only then. */
  close(): Promise<Tally | void>;
}
