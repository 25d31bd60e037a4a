// How far a flow is: what is kept of its steps, beside their results.
import { LONGEST_NAME } from '../contract/names.js';
import { BrokerReplyError } from '../engine/broker-errors.js';
import type { JobAddress, StoredFlow } from '../engine/flow-store.js';
import {
  amount,
  count,
  flag,
  listOf,
  MISFIT,
  oneOf,
  optional,
  readForeignJson,
  shape,
  text,
} from '../foreign-text/reader.js';
import { MOST_STEPS } from './graph.js';

/**
 * `running`: steps begin as they become ready. `failing`: none begins any more, and those under way end. `compensating`: what was done is
 * undone. `done` and `failed` are ends, which the job of the flow then has itself; `dead`: it is a dead letter, or about to be one.
 */
export type FlowPhase = 'running' | 'failing' | 'compensating' | 'done' | 'failed' | 'dead';

/** Where a step is. `sent`: it waits or is under way; `undoing`: so is the job that compensates it. */
export type StepState = 'waiting' | 'sent' | 'done' | 'failed' | 'undoing' | 'undone' | 'undoFailed';

/** What is kept of one step. */
export interface StepRecord {
  readonly name: string;
  /** The queue of its job. */
  readonly queue: string;
  readonly state: StepState;
  /** The event that sent its job, or that of its compensation. */
  readonly by?: string | undefined;
  /** Why it failed, or why its compensation did. */
  readonly reason?: string | undefined;
  /** Whether its job was not found when it was looked for last. */
  readonly isMissing?: boolean | undefined;
}

/** What is kept of a flow. */
export interface FlowRecord {
  readonly phase: FlowPhase;
  /** 1, and one more with each redrive. */
  readonly run: number;
  /** When this run began, from where its time limit counts; undefined for the first, which began with the send. */
  readonly begunAtMs?: number | undefined;
  /** The highest version of the contract that has had to do with it. */
  readonly version: number;
  readonly steps: readonly StepRecord[];
  /** Why it fails. */
  readonly reason?: string | undefined;
  readonly isCancelled?: boolean | undefined;
  /** Whether the steps that are done are undone. */
  readonly undoes?: boolean | undefined;
  /** Whether its job became a dead letter before its end was decided. */
  readonly hasDied?: boolean | undefined;
  /** When the delivery began that made it a dead letter before this time; 0 for none. */
  readonly lastDeathMs?: number | undefined;
}

const readRecord = shape<FlowRecord>({
  phase: oneOf('running', 'failing', 'compensating', 'done', 'failed', 'dead'),
  run: count,
  begunAtMs: optional(amount),
  version: count,
  steps: listOf(
    shape<StepRecord>({
      name: text(LONGEST_NAME),
      queue: text(LONGEST_NAME),
      state: oneOf('waiting', 'sent', 'done', 'failed', 'undoing', 'undone', 'undoFailed'),
      by: optional(text(Infinity)),
      reason: optional(text(Infinity)),
      isMissing: optional(flag),
    }),
    2 * MOST_STEPS,
  ),
  reason: optional(text(Infinity)),
  isCancelled: optional(flag),
  undoes: optional(flag),
  hasDied: optional(flag),
  lastDeathMs: optional(amount),
});

/** Undefined for a flow that has not begun. @throws BrokerReplyError for a record that is none. */
export function recordOf({ id, record }: StoredFlow): FlowRecord | undefined {
  if (record === undefined) return undefined;
  const read = readForeignJson(record, readRecord, Infinity);
  if (read === MISFIT) throw new BrokerReplyError(`the record of flow ${id}`, 'something that is none');
  return read;
}

/** How far a flow is, in numbers: what is kept as its job's progress. */
export interface FlowProgress {
  readonly phase: FlowPhase;
  readonly steps: number;
  readonly done: number;
  readonly failed: number;
  /** Sent, and not ended. */
  readonly underWay: number;
}

export function progressOf({ phase, steps }: FlowRecord): FlowProgress {
  const inStates = (...states: readonly StepState[]) => steps.filter(({ state }) => states.includes(state)).length;
  const underWay = inStates('sent', 'undoing');
  return { phase, steps: steps.length, done: inStates('done'), failed: inStates('failed'), underWay };
}

/** The end of a flow was decided: its job is to have it. */
export function hasEnded({ phase }: FlowRecord): boolean {
  return phase === 'done' || phase === 'failed' || phase === 'dead';
}

/** Whose step it is. */
export interface FlowAddress extends JobAddress {
  readonly sentAtMs: number;
}

/**
 * The id of a step's job, or of the one that undoes it. The queue and the id of the flow are in it, because steps of many flows share a queue;
 * and when the flow was sent, because another one may be sent under its id.
 */
export function stepJobId(flow: FlowAddress, step: string, isUndo = false): string {
  return `${flow.queue}:${flow.id}:${flow.sentAtMs.toString(36)}.${step}${isUndo ? '.undo' : ''}`;
}
