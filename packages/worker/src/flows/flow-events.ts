// What happens to flows, one event after another: each changes the record of its flow, and its ack sends the steps that are ready then.
import { isFlow, type FlowContract } from '@acktor/core';
import type { Broker, FlowChange, QueuedSend, StoredFlow } from '@acktor/core/engine';
import {
  cancelFlow,
  errorReason,
  flowEventQueue,
  hasEnded,
  progressOf,
  recordOf,
  stepEndJob,
  type FlowEvent,
  type FlowRecord,
  type StepPlace,
} from '@acktor/core/internal';
import type { Delivery, DeliveryLimits } from '../delivery/delivery.js';
import { leaveToOthers, reject, type Rejection } from '../delivery/settlement.js';
import type { Attempt, Executor } from '../handler/executor.js';
import { neededBy, StepJobs, type FreshResult } from './step-jobs.js';
import { applied, goOn, isNewer, unsendable } from './transitions.js';

/** The flow, and where it is kept. */
export interface FlowDeps {
  readonly flow: FlowContract;
  readonly broker: Broker;
  readonly limits: DeliveryLimits;
}

/** What an event came to. */
interface Step {
  readonly stored: StoredFlow;
  readonly record: FlowRecord;
  readonly sends: readonly QueuedSend[];
}

/**
 * Runs the events of one flow's contract. The record names the event that sent each step: an event that is delivered again, because its ack was
 * not stored, finds that it was applied, and sends these steps again, and no others.
 */
export class FlowEventExecutor implements Executor {
  readonly #deps: FlowDeps;

  constructor(deps: FlowDeps) {
    this.#deps = deps;
  }

  async execute({ data, id }: Delivery, attempt: Attempt): Promise<Rejection | undefined> {
    const event = data as FlowEvent;
    for (let turn = 1; turn <= MOST_TURNS; turn += 1) {
      const step = await this.#apply(event, id);
      if (step === 'newer') return leaveToOthers(NEWER_MS);
      if (step !== 'stale') return step && (await this.#finish(step, event, attempt));
    }
    return reject({
      requeueInMs: BUSY_MS * (1 + (attempt.leased.record.deliveries % 5)),
      reason: 'the flow changes too fast',
    });
  }

  /** Undefined where there is nothing to do: the flow is gone. */
  async #apply(event: FlowEvent, id: string): Promise<Step | 'stale' | 'newer' | undefined> {
    const { flow, broker, limits } = this.#deps;
    const store = broker.flows(flow.queue);
    const stored = await store.read(event.flow);
    if (stored?.sentAtMs !== event.sentAtMs) return undefined;
    // It was redriven since.
    if (event.type === 'died' && !(await this.#isDead(event.flow))) return undefined;
    const before = recordOf(stored);
    if (isNewer(stored, flow) || (before && isNewer(before, flow))) return 'newer';
    const fresh = resultIn(event);
    const jobs = new StepJobs({ flow, stored, store, limits, fresh });
    const after = applied(flow, before, event);
    if (after === undefined) return before && { stored, record: before, sends: await this.#sentBy(id, before, jobs) };
    const { record, sends } = await planned(flow, after, { event: id, jobs });
    const outcome = await store.change({ flow: stored, ...textsOf(record), result: jobs.freshResult });
    if (outcome === 'gone') return undefined;
    return outcome === 'stale' ? 'stale' : { stored, record, sends };
  }

  /** What the event has sent, or was to send: a job that is there already is not added again. */
  async #sentBy(event: string, record: FlowRecord, jobs: StepJobs): Promise<readonly QueuedSend[]> {
    const own = record.steps.filter(({ by, state }) => by === event && (state === 'sent' || state === 'undoing'));
    const sends = own.flatMap(({ name, state }) => {
      const step = this.#deps.flow.steps.find((one) => one.name === name);
      return step ? [{ step, isUndo: state === 'undoing' }] : [];
    });
    await jobs.load(sends.flatMap(neededBy));
    return Promise.all(sends.map((send) => jobs.of(send, record)));
  }

  async #finish(step: Step, event: FlowEvent, attempt: Attempt): Promise<Rejection | undefined> {
    const { stored, record, sends } = step;
    const isCancel = event.type === 'died' || (event.type === 'cancelled' && record.run === event.run);
    const cancelled = isCancel && !hasEnded(record) ? await this.#cancelSteps(step, event.why) : [];
    if (hasEnded(record) && !(await this.#wake(stored.id)))
      return reject({ requeueInMs: BUSY_MS, reason: 'the job of the flow is being looked at' });
    const { limits } = this.#deps;
    if (sends.length + cancelled.length > 0)
      attempt.openSends({ queue: UNCHECKED, limits }).forward([...sends, ...cancelled]);
    return undefined;
  }

  /** Returns the events of the steps that were removed before a worker had them, which no delivery will end. */
  async #cancelSteps({ stored, record }: Step, why: string): Promise<readonly QueuedSend[]> {
    const { flow, broker } = this.#deps;
    const jobs = new StepJobs({ ...this.#deps, stored, store: broker.flows(flow.queue) });
    const ends: QueuedSend[] = [];
    for (const step of flow.steps) {
      if (record.steps.find(({ name }) => name === step.name)?.state !== 'sent') continue;
      const { queue, id } = jobs.addressOf(step);
      const ofFlow = isFlow(step.job) ? await cancelFlow(broker, queue, { id, why }) : undefined;
      const outcome = ofFlow ?? (await broker.cancel(queue, id, why));
      if (outcome === 'signalled' || outcome === 'ended') continue;
      const { id: flowId, sentAtMs } = stored;
      const whose = { queue: flow.queue, flow: flowId, name: flow.name, sentAtMs };
      const place: StepPlace = { ...whose, step: step.name, run: record.run, isUndo: false };
      ends.push(eventSend(flow.queue, stepEndJob(place, { reason: `it was cancelled: ${why}` }, 'cancelled')));
    }
    return ends;
  }

  async #isDead(id: string): Promise<boolean> {
    const { flow, broker } = this.#deps;
    return (await broker.admin().find(flow.queue, id))?.place === 'deadLettered';
  }

  /** Has the job of the flow delivered, which ends it. False while it is delivered: that delivery may have read the record before. */
  async #wake(id: string): Promise<boolean> {
    const { flow, broker } = this.#deps;
    const admin = broker.admin();
    if (await admin.runNow(flow.queue, id)) return true;
    const job = await admin.find(flow.queue, id);
    return job?.place !== 'active' && job?.place !== 'delayed';
  }
}

interface Planning {
  readonly event: string;
  readonly jobs: StepJobs;
}

/** A step whose payload cannot be made fails, and the flow goes on as its edges say. */
async function planned(
  flow: FlowContract,
  after: FlowRecord,
  { event, jobs }: Planning,
): Promise<Omit<Step, 'stored'>> {
  const made: QueuedSend[] = [];
  let going = goOn(flow, after, event);
  while (going.sends.length > 0) {
    let { record } = going;
    await jobs.load(going.sends.flatMap(neededBy));
    for (const send of going.sends) {
      const job = await jobs.of(send, record).catch((error: unknown) => errorReason(error));
      if (typeof job === 'string') record = unsendable(record, send, job);
      else made.push(job);
    }
    if (record === going.record) break;
    going = goOn(flow, record, event);
  }
  return { record: going.record, sends: made };
}

/** The result of a step, to be kept; undefined for what brings none. */
function resultIn(event: FlowEvent): FreshResult | undefined {
  if (event.type !== 'ended' || event.isUndo || !('result' in event)) return undefined;
  return { step: event.step, json: JSON.stringify(event.result) };
}

/** What a record is kept as. */
export function textsOf(record: FlowRecord): Pick<FlowChange, 'record' | 'progress'> {
  return { record: JSON.stringify(record), progress: JSON.stringify(progressOf(record)) };
}

export function eventSend(queue: string, job: QueuedSend['job']): QueuedSend {
  return { queue: flowEventQueue(queue), job };
}

/** Whether the steps' queues can be sent to was checked when the worker started. */
const UNCHECKED = { requireSendTo: () => undefined };
const MOST_TURNS = 20;
const BUSY_MS = 30;
const NEWER_MS = 500;
