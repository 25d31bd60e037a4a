// Reports the end of each step of a flow, and of each job that an actor has invoked, by a job of its own, added with the settlement that ends it:
// by any worker, also one that does not know the flow or the actor.
import type { ChannelRequest, QueuedSend, Settling } from '@acktor/core/engine';
import { invocationEndJob, readInvocation, readPlace, stepEndJob, type StepEnd } from '@acktor/core/internal';
import type { ReportDeaths } from '../events/dead-jobs.js';
import { eventSend } from './flow-events.js';

/** Adds to the requests of a batch what their settlements report. */
export type ReportEnds = (requests: readonly ChannelRequest[]) => readonly ChannelRequest[];

/** Returns what adds the notices of deaths, where there is a listener for these, and the events of flows. */
export function reportingEnds(reportDeaths?: ReportDeaths): ReportEnds {
  return (requests) => {
    const all = reportDeaths ? reportDeaths(requests) : requests;
    return all.some(endsStep) ? all.map(withEvent) : all;
  };
}

function endsStep({ settle }: ChannelRequest): boolean {
  return settle?.job.record.flow !== undefined && endOf(settle) !== undefined;
}

function endOf({ settlement }: Settling): StepEnd | undefined {
  if (settlement.kind === 'ack') return { json: settlement.result };
  return settlement.kind === 'deadLetter' ? { reason: settlement.failure.reason } : undefined;
}

function withEvent(request: ChannelRequest): ChannelRequest {
  const { settle } = request;
  const { flow, deliveries } = settle?.job.record ?? {};
  const end = settle && endOf(settle);
  const event = flow === undefined || end === undefined ? undefined : eventOf(flow, end, String(deliveries));
  if (settle === undefined || event === undefined) return request;
  const settlement = { ...settle.settlement, sends: [...(settle.settlement.sends ?? []), event] };
  return { ...request, settle: { ...settle, settlement } };
}

function eventOf(place: string, end: StepEnd, of: string): QueuedSend | undefined {
  const step = readPlace(place);
  if (step !== undefined) return eventSend(step.queue, stepEndJob(step, end, of));
  const invocation = readInvocation(place);
  return invocation && { queue: invocation.queue, job: invocationEndJob(invocation, end, of) };
}
