// The job of a flow itself. Its first delivery begins the flow; it waits among the delayed jobs while the steps are under way, and its last
// delivery ends it, with the result or as a dead letter. In between it is delivered now and then, to look for what no event reported.
import { SendRefusedError, type JobDetails } from '@acktor/core';
import type { OutgoingJob, StoredFlow } from '@acktor/core/engine';
import {
  cancelFlow,
  flowEventJob,
  flowEventQueue,
  recordOf,
  stepEndJob,
  type FlowRecord,
  type NamedFlow,
  type StepEnd,
  type StepRecord,
} from '@acktor/core/internal';
import type { Delivery } from '../delivery/delivery.js';
import { leaveToOthers, reject, type Rejection } from '../delivery/settlement.js';
import type { Attempt, Executor } from '../handler/executor.js';
import { textsOf, type FlowDeps } from './flow-events.js';
import { StepJobs } from './step-jobs.js';
import { isNewer, isUnfinished, unbegun } from './transitions.js';

/** One delivery of a flow's job. */
interface Looking {
  readonly stored: StoredFlow;
  readonly record: FlowRecord;
  /** The fence of the delivery. */
  readonly fence: number;
}

/** Runs the jobs of one flow's contract. */
export class FlowExecutor implements Executor {
  readonly #deps: FlowDeps;

  constructor(deps: FlowDeps) {
    this.#deps = deps;
  }

  async execute(delivery: Delivery, attempt: Attempt): Promise<unknown> {
    requireWanted(attempt);
    const end = await this.#endOfDelivery(delivery, attempt);
    // A cancel of a flow that has no record yet reaches its job alone: that dies then, which is reported with its end.
    requireWanted(attempt);
    return end;
  }

  async #endOfDelivery({ id, fence }: Delivery, { leased }: Attempt): Promise<unknown> {
    const { flow, broker } = this.#deps;
    const stored = await broker.flows(flow.queue).read(id);
    const record = stored && recordOf(stored);
    if (stored === undefined || record === undefined) {
      const { sentAtMs, name } = leased.record;
      return this.#begin(stored, { queue: flow.queue, id, sentAtMs, name }, fence);
    }
    if (isNewer(record, flow)) return leaveToOthers(NEWER_MS);
    const looking = { stored, record, fence };
    if (isUnfinished(flow, record)) return this.#takenUp(looking);
    switch (record.phase) {
      case 'done':
        return new StepJobs({ ...this.#deps, stored, store: broker.flows(flow.queue) }).end(record);
      case 'failed':
        return this.#die(looking);
      case 'dead':
        return this.#redriven(looking);
      default:
        await this.#look(looking);
        return this.#wait(begunAtMs(looking), fence);
    }
  }

  /** Reports that it begins; where that report is a dead letter, the flow is one as well, with its record: it can be looked at, and redriven. */
  async #begin(stored: StoredFlow | undefined, named: NamedFlow, fence: number): Promise<Rejection> {
    const { flow, broker } = this.#deps;
    const begun = flowEventJob(named, { type: 'begun' }, 1);
    const known = fence > 1 ? await broker.admin().find(flowEventQueue(flow.queue), begun.id) : undefined;
    if (stored === undefined || known?.place !== 'deadLettered') {
      await this.#report([begun]);
      return this.#wait(named.sentAtMs, fence);
    }
    const why = `the flow could not begin: its first event is a dead letter: ${known.reason ?? 'for no known reason'}`;
    const record = unbegun(flow, why, await this.#lastDeathMs(named.id));
    const outcome = await broker.flows(flow.queue).change({ flow: stored, ...textsOf(record) });
    return outcome === 'changed' ? failed(record) : changing();
  }

  /** Names its version in the record first, so that workers with an older contract leave the event to this one. */
  async #takenUp({ stored, record, fence }: Looking): Promise<Rejection> {
    const { flow, broker } = this.#deps;
    const running: FlowRecord = { ...record, phase: 'running', version: flow.version };
    const outcome = await broker.flows(flow.queue).change({ flow: stored, ...textsOf(running) });
    if (outcome !== 'changed') return changing();
    await this.#report([flowEventJob(this.#named(stored), { type: 'begun' }, flow.version)]);
    return this.#wait(begunAtMs({ stored, record }), fence);
  }

  /** Says first, in the record, that the job is about to become a dead letter, so that a delivery after that can find out whether it did. */
  async #die({ stored, record }: Looking): Promise<Rejection> {
    const { flow, broker } = this.#deps;
    const lastDeathMs = await this.#lastDeathMs(stored.id);
    const dead: FlowRecord = { ...record, phase: 'dead', lastDeathMs };
    const outcome = await broker.flows(flow.queue).change({ flow: stored, ...textsOf(dead) });
    return outcome === 'changed' ? failed(record) : changing();
  }

  /** It died since its record says so: it was redriven. Otherwise its last delivery was lost before it ended. */
  async #redriven({ stored, record }: Looking): Promise<Rejection> {
    const hasDied = (await this.#lastDeathMs(stored.id)) > (record.lastDeathMs ?? 0);
    if (!hasDied) return failed(record);
    const atMs = await this.#deps.broker.deadLetters(this.#deps.flow.queue).nowMs();
    await this.#report([flowEventJob(this.#named(stored), { type: 'redriven', atMs }, record.run)]);
    return this.#wait(atMs, 1);
  }

  async #lastDeathMs(id: string): Promise<number> {
    const job = await this.#deps.broker.admin().job(this.#deps.flow.queue, id);
    const deaths = job?.attempts.filter(({ end }) => end === 'deadLettered') ?? [];
    return Math.max(0, ...deaths.map(({ startedAtMs = 0 }) => startedAtMs));
  }

  /** Until the next look, or until the time of the flow is over. */
  async #wait(fromMs: number, fence: number): Promise<Rejection> {
    const { flow, broker } = this.#deps;
    const lookMs = Math.min(FIRST_LOOK_MS * 2 ** Math.min(fence - 1, 10), LONGEST_LOOK_MS);
    const reason = 'its steps are under way';
    if (flow.timeLimitMs === undefined) return reject({ requeueInMs: lookMs, reason });
    const leftMs = fromMs + flow.timeLimitMs - (await broker.deadLetters(flow.queue).nowMs());
    return reject({ requeueInMs: leftMs > 0 ? Math.min(lookMs, Math.ceil(leftMs)) : lookMs, reason });
  }

  async #look({ stored, record, fence }: Looking): Promise<void> {
    const { flow, broker } = this.#deps;
    if (flow.timeLimitMs !== undefined && !record.isCancelled) {
      const nowMs = await broker.deadLetters(flow.queue).nowMs();
      const why = `it was to end within ${flow.timeLimitMs} ms, and has not`;
      if (nowMs >= begunAtMs({ stored, record }) + flow.timeLimitMs)
        await cancelFlow(broker, flow.queue, { id: stored.id, why });
    }
    const underWay = record.steps.filter(({ state }) => state === 'sent' || state === 'undoing');
    const missing = new Set<string>();
    for (let from = 0; from < underWay.length; from += LOOKS_AT_ONCE) {
      const some = underWay.slice(from, from + LOOKS_AT_ONCE);
      const found = await Promise.all(some.map((step) => this.#endOf(step, stored)));
      const ends = found.flatMap((end, i) => {
        const step = some[i];
        if (end === 'missing' && step) missing.add(step.name);
        return step && typeof end === 'object' ? [this.#ended(step, { stored, record, fence }, end)] : [];
      });
      await this.#report(ends);
    }
    await this.#remember(missing, { stored, record, fence });
  }

  /** How a step has ended that no event has reported yet; `missing` for a job that was not found for the first time. */
  async #endOf({ name, state, isMissing }: StepRecord, stored: StoredFlow): Promise<StepEnd | 'missing' | undefined> {
    const { flow, broker } = this.#deps;
    const step = flow.steps.find((one) => one.name === name);
    if (step === undefined) return { reason: 'the contract of the flow has no such step any more' };
    const jobs = new StepJobs({ ...this.#deps, stored, store: broker.flows(flow.queue) });
    const { queue, id } = jobs.addressOf(step, state === 'undoing');
    const job = await broker.admin().job(queue, id);
    if (job === undefined) return isMissing ? { reason: GONE } : 'missing';
    return endIn(job);
  }

  #ended({ name, state }: StepRecord, { stored, record, fence }: Looking, end: StepEnd): OutgoingJob {
    const { flow } = this.#deps;
    const { id, sentAtMs } = stored;
    const whose = { queue: flow.queue, flow: id, name: flow.name, sentAtMs };
    const place = { ...whose, step: name, run: record.run, isUndo: state === 'undoing' };
    return stepEndJob(place, end, `seen${fence}`);
  }

  /** A job may be on its way from another server: it counts as gone when the next look does not find it either. */
  async #remember(missing: ReadonlySet<string>, { stored, record }: Looking): Promise<void> {
    const isChanged = record.steps.some(({ name, isMissing = false }) => isMissing !== missing.has(name));
    if (!isChanged) return;
    const steps = record.steps.map((step) => ({ ...step, isMissing: missing.has(step.name) || undefined }));
    const { broker, flow } = this.#deps;
    // Where it has just changed, the next look is soon enough.
    await broker.flows(flow.queue).change({ flow: stored, ...textsOf({ ...record, steps }) });
  }

  /** @throws SendRefusedError, as for a server without memory: the delivery is tried again. */
  async #report(events: readonly OutgoingJob[]): Promise<void> {
    const { flow, broker } = this.#deps;
    if (events.length === 0) return;
    const answers = await broker.send(flowEventQueue(flow.queue), events);
    for (const [i, answer] of answers.entries())
      if (typeof answer === 'object' && 'refused' in answer)
        throw new SendRefusedError(events[i]?.id ?? '', answer.refused);
  }

  #named({ id, sentAtMs, name }: StoredFlow): NamedFlow {
    return { queue: this.#deps.flow.queue, id, sentAtMs, name };
  }
}

function begunAtMs({ stored, record }: Pick<Looking, 'stored' | 'record'>): number {
  return record.begunAtMs ?? stored.sentAtMs;
}

/** @throws why the delivery is to let go, if it is. */
function requireWanted({ abortedBy }: Attempt): void {
  if (abortedBy) throw abortedBy;
}

function changing(): Rejection {
  return reject({ requeueInMs: 20, reason: 'the flow has just changed' });
}

function failed({ reason = 'it failed for no known reason' }: FlowRecord): Rejection {
  return reject({ deadLetter: reason });
}

function endIn({ place, result, reason }: JobDetails): StepEnd | undefined {
  if (place === 'acked') return { json: result ?? 'null' };
  return place === 'deadLettered' ? { reason: reason ?? 'for no known reason' } : undefined;
}

const GONE = 'its job is gone: it was removed, or its queue has forgotten it';
const FIRST_LOOK_MS = 10_000;
const LONGEST_LOOK_MS = 300_000;
const NEWER_MS = 500;
const LOOKS_AT_ONCE = 20;
