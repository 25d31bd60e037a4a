// What a worker's main thread and its heartbeat thread tell each other.
import type { MessagePort } from 'node:worker_threads';
import type { CancelRequest, EngineModule, LivenessOpening, RefusalCause } from '@acktor/core/engine';

/** What a beat is started with, on whichever thread. */
export interface HeartbeatStart {
  readonly liveness: LivenessOpening;
  readonly leaseMs: number;
  readonly deliveryLimit: number;
  /** How long a process may be without presence before its jobs are given back. */
  readonly graceMs: number;
  /** How long the main thread may be blocked before its leases are let go; 0: for ever. */
  readonly hangMs: number;
  /** Where the main thread leaves its signs of life. */
  readonly lastSign: SharedArrayBuffer;
  /** Where the main thread says what those who look at the fleet are to be told. */
  readonly feed: MessagePort;
}

/** What the thread is started with. */
export interface HeartbeatInput extends HeartbeatStart {
  /** Makes the engine anew: functions do not come into another thread. */
  readonly engine: EngineModule;
}

/** Why a heartbeat did not come to beat. */
export interface HeartbeatFailure {
  readonly message: string;
  /** The server's answer, when that was no, and what it was about. */
  readonly refusal: { readonly reply: string; readonly about: RefusalCause } | undefined;
  /** Whether the thread itself failed, with the server not asked yet or not to blame. */
  readonly isOfThread?: boolean;
}

/** What the thread says. */
export type HeartbeatReport =
  | { readonly type: 'started'; readonly hasPresence: boolean }
  | ({ readonly type: 'failed' } & HeartbeatFailure)
  | { readonly type: 'returned'; readonly jobIds: readonly string[] }
  | { readonly type: 'cancel'; readonly request: CancelRequest }
  /** The server's data are gone. */
  | { readonly type: 'forgotten' }
  | { readonly type: 'refused'; readonly reason: string }
  /** The server lets nobody hear what this process says of itself. */
  | { readonly type: 'unseen'; readonly reason: string }
  /** Messages on the channels of the queues and the fleet that did not fit. */
  | { readonly type: 'dropped'; readonly count: number; readonly last: string }
  | { readonly type: 'hangs'; readonly forMs: number }
  | { readonly type: 'hangs.over' };

/** What the thread is told. */
export type HeartbeatOrder =
  /** Somebody of the fleet has work: look often who dies. */
  { readonly type: 'busy' } | { readonly type: 'stop' };
