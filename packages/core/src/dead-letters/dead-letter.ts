// A job that was given up, why, and what is remembered of its attempts.
import type { Meta } from '../contract/meta.js';
import type { DeadRecord } from '../engine/dead-letter-store.js';
import type { AttemptEnd } from '../engine/attempt-record.js';

/** One dead letter. */
export interface DeadLetter {
  readonly id: string;
  readonly jobName: string;
  readonly queue: string;
  /** The payload as it was sent: JSON text. `decodePayload(job, letter.payload, { ...defaultJsonLimits, version })` reads it. */
  readonly payload: string;
  /** The version of the payload. */
  readonly version: number;
  /** Its headers. */
  readonly meta: Meta;
  /** Why it was given up. */
  readonly reason: string;
  /** The stack of the last error; undefined when there was none. */
  readonly stack: string | undefined;
  readonly sentAt: Date;
  readonly deadAt: Date;
  /** How often it was delivered and rejected since it was sent, or redriven last. */
  readonly attemptsMade: number;
  /** How often it was delivered in all. */
  readonly deliveries: number;
  /** How often a delivery lost its lease since it was sent, or redriven last. */
  readonly leasesLost: number;
  readonly priority: number;
  /** How often it was redriven before. */
  readonly redrives: number;
  /** Its last attempts, oldest first, at most 50. */
  readonly history: readonly PastAttempt[];
}

export function deadLetterOf(queue: string, record: DeadRecord): DeadLetter {
  const { stacks, history, sentAtMs, deadAtMs, ...rest } = record;
  return {
    ...rest,
    queue,
    stack: lastStack(stacks),
    sentAt: new Date(sentAtMs),
    deadAt: new Date(deadAtMs),
    history: readHistory(history),
  };
}

/** BullMQ keeps the stacks of all attempts, oldest first; other clients may keep anything. */
export function lastStack(stacks: string | undefined): string | undefined {
  try {
    const list: unknown = JSON.parse(stacks ?? '[]');
    const last: unknown = Array.isArray(list) ? list.at(-1) : undefined;
    return typeof last === 'string' ? last : undefined;
  } catch {
    return undefined;
  }
}

/** One attempt of a job that is over. */
export interface PastAttempt {
  /** 1 for the first attempt. */
  readonly attempt: number;
  readonly fence: number;
  /** The process that had it. */
  readonly worker: string;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly end: PastAttemptEnd;
  readonly reason: string | undefined;
  /** The states that the consumer went through, and when; empty when none were recorded. */
  readonly path: readonly PastState[];
}

/** How an attempt ended: the handler's way, or the worker's. */
export type PastAttemptEnd = 'returned' | AttemptEnd;

/** When a consumer came into a state, in milliseconds since the epoch. */
export interface PastState {
  readonly state: string;
  readonly atMs: number;
}

/** Reads a job's history, oldest attempt first. Never throws: what is no attempt is left out, and so is all when it is no JSON. */
export function readHistory(text: string | undefined): readonly PastAttempt[] {
  const list = parsed(text);
  return Array.isArray(list) ? list.flatMap(readAttempt).slice(-MOST_ATTEMPTS) : [];
}

const MOST_ATTEMPTS = 50;
const ENDS: readonly unknown[] = ['returned', 'threw', 'rejected', 'requeued', 'leaseLost', 'workerDied'];

function readAttempt(entry: unknown): PastAttempt[] {
  if (typeof entry !== 'object' || entry === null) return [];
  const { attempt, fence, worker, startedAtMs, endedAtMs, end, reason, path } = entry as Record<string, unknown>;
  if (!ENDS.includes(end)) return [];
  return [
    {
      attempt: numberOf(attempt),
      fence: numberOf(fence),
      worker: typeof worker === 'string' ? worker : '',
      startedAtMs: numberOf(startedAtMs),
      endedAtMs: numberOf(endedAtMs),
      end: end as PastAttemptEnd,
      reason: typeof reason === 'string' ? reason : undefined,
      path: Array.isArray(path) ? path.flatMap(readState) : [],
    },
  ];
}

function readState(entry: unknown): PastState[] {
  if (!Array.isArray(entry)) return [];
  const [state, atMs] = entry as readonly unknown[];
  return typeof state === 'string' ? [{ state, atMs: numberOf(atMs) }] : [];
}

function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}

function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
