// Reports the end of each step of a flow, and of each job that an actor has invoked, by a job of its own, added with the settlement that ends it:
// by any worker, also one that does not know the flow or the actor.
import type { ChannelRequest, QueuedSend, Settling } from '@acktor/core/engine';
import {
  flowEventJob,
  invocationEndJob,
  readInvocation,
  readPlace,
  stepEndJob,
  type StepEnd,
} from '@acktor/core/internal';
import type { ReportDeaths } from '../events/dead-jobs.js';
import { eventSend } from './flow-events.js';

/** Adds to the requests of a batch what their settlements report. */
export type ReportEnds = (requests: readonly ChannelRequest[]) => readonly ChannelRequest[];

/** Returns what adds the notices of deaths, where there is a listener for these, and the events of flows; `flows` are those whose jobs lie there. */
export function reportingEnds(reportDeaths?: ReportDeaths, flows: ReadonlySet<string> = new Set()): ReportEnds {
  return (requests) => {
    const all = reportDeaths ? reportDeaths(requests) : requests;
    return all.some((request) => endsStep(request) || endsFlow(request, flows))
      ? all.map((request) => withEvents(request, flows))
      : all;
  };
}

function endsStep({ settle }: ChannelRequest): boolean {
  return settle?.job.record.flow !== undefined && endOf(settle) !== undefined;
}

/** A flow whose job becomes a dead letter, be it for a cancel or for what its workers died of: its steps are not to run on. */
function endsFlow({ settle }: ChannelRequest, flows: ReadonlySet<string>): boolean {
  return settle?.settlement.kind === 'deadLetter' && flows.has(settle.job.record.name);
}

function endOf({ settlement }: Settling): StepEnd | undefined {
  if (settlement.kind === 'ack') return { json: settlement.result };
  return settlement.kind === 'deadLetter' ? { reason: settlement.failure.reason } : undefined;
}

function withEvents(request: ChannelRequest, flows: ReadonlySet<string>): ChannelRequest {
  const { settle } = request;
  if (settle === undefined) return request;
  const events = [...stepEvents(settle), ...(endsFlow(request, flows) ? deathEvents(settle) : [])];
  if (events.length === 0) return request;
  const settlement = { ...settle.settlement, sends: [...(settle.settlement.sends ?? []), ...events] };
  return { ...request, settle: { ...settle, settlement } };
}

function stepEvents(settle: Settling): readonly QueuedSend[] {
  const { flow, deliveries } = settle.job.record;
  const end = endOf(settle);
  const event = flow === undefined || end === undefined ? undefined : eventOf(flow, end, String(deliveries));
  return event === undefined ? [] : [event];
}

function eventOf(place: string, end: StepEnd, of: string): QueuedSend | undefined {
  const step = readPlace(place);
  if (step !== undefined) return eventSend(step.queue, stepEndJob(step, end, of));
  const invocation = readInvocation(place);
  return invocation && { queue: invocation.queue, job: invocationEndJob(invocation, end, of) };
}

function deathEvents({ job: { record }, settlement }: Settling): readonly QueuedSend[] {
  if (settlement.kind !== 'deadLetter') return [];
  const event = { type: 'died', why: settlement.failure.reason } as const;
  return [eventSend(record.queue, flowEventJob(record, event, record.deliveries))];
}
