// The input, context and events of a consumer, and what it sends to its channel and its runner.
import type { LeasedJob, QueuedSend, RecordWrite, Settlement } from '@acktor/core/engine';
import type { ActorRef, Snapshot, StateValue } from 'xstate';

export type { LeasedJob, Settlement } from '@acktor/core/engine';

/** The input of the chart. */
export interface ConsumerInput {
  readonly channel: ChannelRef;
}

/** The context of the chart. */
export interface ConsumerContext {
  readonly channel: ChannelRef;
  /** What it holds, from when it is received until the settlement is stored. */
  readonly delivery: LeasedJob | undefined;
  /** How the delivery is to end; set when the handler has ended. */
  readonly settlement: Settlement | undefined;
  /** A delivery that is over though its handler still runs; undefined when the handler of every one has let go. */
  readonly stuck: StuckHandler | undefined;
  /** Whether it is to stop after the delivery it holds. */
  readonly isStopping: boolean;
}

/** A handler whose signal has aborted, and which still runs. */
export interface StuckHandler {
  readonly job: LeasedJob;
  /** When its signal aborted, in milliseconds since the epoch. */
  readonly sinceMs: number;
}

/** Everything that can happen to a consumer. */
export type ConsumerEvent =
  // From the channel.
  | { readonly type: 'work.ready' }
  | { readonly type: 'delivery.received'; readonly delivery: LeasedJob }
  | { readonly type: 'queue.empty' }
  | { readonly type: 'settlement.stored'; readonly next: LeasedJob | undefined }
  | { readonly type: 'settlement.refused' }
  | { readonly type: 'settlement.interrupted' }
  | { readonly type: 'connection.restored' }
  | { readonly type: 'lease.lost' }
  // From the runner.
  | {
      readonly type: 'handler.returned';
      readonly result: string;
      readonly sends?: readonly QueuedSend[];
      readonly write?: RecordWrite | undefined;
    }
  | { readonly type: 'handler.rejected'; readonly settlement: Rejected }
  | { readonly type: 'deadline.passed' }
  // It has not let go in time: the delivery ends without it.
  | { readonly type: 'handler.stuck'; readonly settlement: Rejected; readonly sinceMs: number }
  // From the worker, and from operators.
  | { readonly type: 'job.cancelled'; readonly why: string }
  | { readonly type: 'stop.requested' }
  | { readonly type: 'grace.ended' };

/** A settlement that is no ack. */
export type Rejected = Exclude<Settlement, { readonly kind: 'ack' }>;

/** A consumer as others know it: an actor to send events to. */
export type ConsumerRef = ActorRef<Snapshot<unknown>, ConsumerEvent>;

/** What a consumer sends to its channel. */
export type ChannelMessage =
  | { readonly type: 'consumer.parked'; readonly consumer: ConsumerRef }
  | { readonly type: 'delivery.wanted'; readonly consumer: ConsumerRef }
  | { readonly type: 'delivery.settled'; readonly consumer: ConsumerRef; readonly request: SettlementRequest }
  | { readonly type: 'delivery.released'; readonly consumer: ConsumerRef }
  | { readonly type: 'consumer.stuck'; readonly consumer: ConsumerRef; readonly stuck: StuckHandler }
  | { readonly type: 'consumer.left'; readonly consumer: ConsumerRef };

/** A settlement of what the consumer holds, and whether it wants the next delivery with the answer. */
export interface SettlementRequest {
  readonly job: LeasedJob;
  readonly settlement: Settlement;
  readonly wantsNext: boolean;
}

/** The channel as a consumer knows it. */
export type ChannelRef = ActorRef<Snapshot<unknown>, ChannelMessage>;

/** What a consumer sends to its runner. */
export type RunnerOrder =
  { readonly type: 'handle'; readonly delivery: LeasedJob } | { readonly type: 'abort'; readonly reason: AbortReason };

/** Why a handler is to let go. */
export type AbortReason =
  | { readonly kind: 'cancelled'; readonly why: string }
  | { readonly kind: 'deadline' }
  | { readonly kind: 'leaseLost' }
  | { readonly kind: 'shutdown' };

/** One consumer at one moment. */
export interface ConsumerState {
  /** The consumer's name: its queue and a number. */
  readonly consumer: string;
  readonly queue: string;
  /** Its state with the state within, such as `processing.handling`. */
  readonly state: string;
  /** The job it holds; undefined when it holds none. */
  readonly jobId: string | undefined;
  /** For how long it has held that job, in milliseconds. */
  readonly heldForMs: number | undefined;
  /** A handler that still runs though its delivery is over; undefined when there is none. */
  readonly stuck: StuckState | undefined;
}

/** The job whose handler does not let go. */
export interface StuckState {
  readonly jobId: string;
  /** How long ago its signal aborted, in milliseconds. */
  readonly forMs: number;
}

/** Returns a state and the states within, joined by dots; the regions of a parallel state stand beside each other: `on.loud|on.red`. */
export function dottedState(value: StateValue): string {
  return innermost(value).join('|');
}

function innermost(value: StateValue): readonly string[] {
  if (typeof value === 'string') return [value];
  return Object.entries(value).flatMap(([outer, inner]) => {
    const within = inner === undefined ? [] : innermost(inner);
    return within.length === 0 ? [outer] : within.map((state) => `${outer}.${state}`);
  });
}
