// Which part of the fleet is looked at. It lives in the address.
import type { LiveConsumer } from '../live/live-consumer.js';
import type { LiveProcess } from '../live/live-process.js';
import type { Filters } from '../route/route.js';

export interface Selection {
  readonly queue: string | undefined;
  readonly host: string | undefined;
  readonly process: string | undefined;
  readonly job: string | undefined;
  /** A dotted state; the states within it belong to it. */
  readonly state: string | undefined;
}

export function selectionIn({ queue, host, process, job, state }: Filters): Selection {
  return { queue, host, process, job, state };
}

/** Whether the consumer belongs to the selection; its state is asked for apart, since a chart shows all states at once. */
export function isSelected(consumer: LiveConsumer, { queue, host, process, job }: Selection): boolean {
  const { worker, report } = consumer;
  if (queue !== undefined && report.queue !== queue) return false;
  if (!isOn(worker, { host, process })) return false;
  return job === undefined || report.held?.jobName === job;
}

export function isOn(worker: LiveProcess, { host, process }: Pick<Selection, 'host' | 'process'>): boolean {
  return (host === undefined || worker.report.host === host) && (process === undefined || worker.id === process);
}

export function isWithin(state: string, outer: string): boolean {
  return state === outer || state.startsWith(`${outer}.`);
}
