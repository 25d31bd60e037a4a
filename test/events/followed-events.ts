// What a test was told of the events of a contract, in their order.
import type { AnyJob, Events, JobEventMap, JobEventName } from '@acktor/core';
import { Heard } from '../signals/heard.js';

export interface ToldEvent {
  readonly name: JobEventName;
  readonly event: JobEventMap[JobEventName];
}

/** Follows these events of the contract. */
export async function followed(events: Events, job: AnyJob, names: readonly JobEventName[]): Promise<Heard<ToldEvent>> {
  const heard = new Heard<ToldEvent>();
  for (const name of names) await events.on(job, name, (event) => heard.push({ name, event }));
  return heard;
}

/** Everything that can happen to a job. */
export const ALL: readonly JobEventName[] = [
  'sent',
  'started',
  'progress',
  'acked',
  'retried',
  'requeued',
  'lost',
  'dead',
  'removed',
  'gap',
];
