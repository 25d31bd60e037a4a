// What a worker's main thread and its heartbeat thread say to each other, and what the latter says to the supervisor.
import { writeSync } from 'node:fs';
import { getEnvironmentData, setEnvironmentData, type MessagePort } from 'node:worker_threads';
import type { CancelRequest, EngineModule, LivenessOpening, RefusalCause, RenewedLeases } from '@acktor/core/engine';

/** What a heartbeat starts with, on whichever thread. */
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
  /** Where the main thread says what the watchers of the fleet are to get. */
  readonly feed: MessagePort;
}

/** What the thread starts with. */
export interface HeartbeatInput extends HeartbeatStart {
  /** Makes the engine anew: functions do not come into another thread. */
  readonly engine: EngineModule;
}

/** Why a heartbeat did not start. */
export interface HeartbeatFailure {
  readonly message: string;
  /** The server's answer, when that was no, and what it was about. */
  readonly refusal: { readonly reply: string; readonly about: RefusalCause } | undefined;
  /** Whether the thread itself failed, with the server not asked yet or not to blame. */
  readonly isOfThread?: boolean;
}

/** From the thread to the main thread. */
export type HeartbeatReport =
  | { readonly type: 'started'; readonly hasPresence: boolean }
  | ({ readonly type: 'failed' } & HeartbeatFailure)
  /** Leases were renewed; `beganAtMs` by {@link machineMs}. */
  | { readonly type: 'renewed'; readonly leases: readonly RenewedLeases[]; readonly beganAtMs: number }
  | { readonly type: 'returned'; readonly jobIds: readonly string[] }
  | { readonly type: 'cancel'; readonly request: CancelRequest }
  /** The server's data are gone. */
  | { readonly type: 'forgotten' }
  | { readonly type: 'refused'; readonly reason: string }
  /** The server refuses to publish what this process says of itself. */
  | { readonly type: 'unseen'; readonly reason: string }
  /** Messages on the pub/sub channels of the queues and the fleet that did not fit. */
  | { readonly type: 'dropped'; readonly count: number; readonly last: string }
  | { readonly type: 'hangs'; readonly forMs: number }
  | { readonly type: 'hangs.over' };

/** From the main thread to the thread. */
export type HeartbeatOrder =
  /** The fleet has work: tick often, for a worker may die. */
  { readonly type: 'busy' } | { readonly type: 'stop' };

/** Returns memory for the main thread's signs of life, shared by both threads. One counts as just given. */
export function newSign(): SharedArrayBuffer {
  const sign = new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT);
  giveSign(sign);
  return sign;
}

/** Leaves a sign of life there. */
export function giveSign(sign: SharedArrayBuffer): void {
  Atomics.store(new BigInt64Array(sign), 0, process.hrtime.bigint());
}

/** How long ago the last sign was given. */
export function msSinceSign(sign: SharedArrayBuffer): number {
  return Number((process.hrtime.bigint() - Atomics.load(new BigInt64Array(sign), 0)) / NS_PER_MS);
}

/** The machine's monotonic clock, in whole milliseconds: all threads have it alike, and it is never set. */
export function machineMs(): number {
  return Number(process.hrtime.bigint() / NS_PER_MS);
}

const NS_PER_MS = 1_000_000n;

/** Where a child of a supervisor writes for how long it has hung, in milliseconds and a line: a descriptor of its own. */
export const HANG_DESCRIPTOR = 4;

/** To be called in a process that a supervisor has started, before any thread: from then on its hangs are reported there. */
export function reportHangsToSupervisor(): void {
  setEnvironmentData(HANGS_KEY, HANG_DESCRIPTOR);
}

/**
 * Called in the heartbeat's thread: the main thread, which has the channel to the supervisor, is blocked. Does nothing in a process without
 * a supervisor.
 */
export function reportHang(forMs: number): void {
  const descriptor = getEnvironmentData(HANGS_KEY);
  if (typeof descriptor !== 'number') return;
  try {
    writeSync(descriptor, `${Math.round(forMs)}\n`);
  } catch {
    // The supervisor is gone: the process drains as soon as it can.
  }
}

const HANGS_KEY = 'acktor: where hangs are reported';
