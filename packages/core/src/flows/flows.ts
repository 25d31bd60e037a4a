// What people see of a flow, and how the whole of one is cancelled: without its contract, by what is kept of it.
import type { Broker, CancelOutcome } from '../engine/broker.js';
import type { StoredFlow } from '../engine/flow-store.js';
import { flowEventJob, flowEventQueue } from './flow-event.js';
import { hasEnded, progressOf, recordOf, stepJobId, type FlowProgress, type StepRecord } from './flow-record.js';

/** A flow with its steps, at one moment. */
export interface FlowDetails extends Omit<FlowProgress, 'steps'> {
  readonly queue: string;
  readonly id: string;
  readonly name: string;
  /** 1, and one more with each redrive. */
  readonly run: number;
  /** Why it fails, or failed last. */
  readonly reason: string | undefined;
  readonly isCancelled: boolean;
  /** In the order of their declaration. */
  readonly steps: readonly FlowStepDetails[];
}

/** One step, and where its job is found. */
export interface FlowStepDetails extends Pick<StepRecord, 'name' | 'queue' | 'state'> {
  readonly jobId: string;
  /** Why it failed, or why it could not be undone. */
  readonly reason: string | undefined;
}

/** What the flows are read from. */
export type FlowBroker = Pick<Broker, 'flows' | 'send'>;

/** Undefined for a job that is no flow, or one whose steps have not begun; and where there is none of that id. */
export async function readFlow(broker: FlowBroker, queue: string, id: string): Promise<FlowDetails | undefined> {
  const stored = await broker.flows(queue).read(id);
  const record = stored && recordOf(stored);
  if (stored === undefined || record === undefined) return undefined;
  const { steps: _count, ...progress } = progressOf(record);
  const { run, reason, isCancelled = false } = record;
  const steps = record.steps.map((step) => detailsOf(step, queue, stored));
  return { queue, id, name: stored.name, ...progress, run, reason, isCancelled, steps };
}

function detailsOf(
  { name, queue, state, reason }: StepRecord,
  of: string,
  { id, sentAtMs }: StoredFlow,
): FlowStepDetails {
  const isUndo = state === 'undoing' || state === 'undone' || state === 'undoFailed';
  return { name, queue, state, jobId: stepJobId({ queue: of, id, sentAtMs }, name, isUndo), reason };
}

/**
 * Cancels a flow whose steps have begun: none begins any more, and those under way are cancelled. May be repeated. Resolves with undefined, and
 * nothing done, for any other job.
 */
export async function cancelFlow(
  broker: FlowBroker,
  queue: string,
  flow: CancelledFlow,
): Promise<CancelOutcome | undefined> {
  const { id, why } = flow;
  const stored = await broker.flows(queue).read(id);
  const record = stored && recordOf(stored);
  if (stored === undefined || record === undefined) return undefined;
  if (hasEnded(record)) return 'ended';
  const { name, sentAtMs } = stored;
  const event = flowEventJob({ queue, id, name, sentAtMs }, { type: 'cancelled', why }, record.run);
  await broker.send(flowEventQueue(queue), [event]);
  return 'signalled';
}

/** Which flow of the queue, and why. */
export interface CancelledFlow {
  readonly id: string;
  readonly why: string;
}
