// Where a job can be, in words.
import type { JobPlace } from '#protocol/requests.js';
import type { Tone } from '../../theme/tones.js';

export const places = [
  'active',
  'waiting',
  'waitingForChildren',
  'delayed',
  'acked',
  'deadLettered',
] as const satisfies readonly JobPlace[];

export const placeNames: Readonly<Record<JobPlace, string>> = {
  active: 'active',
  waiting: 'waiting',
  waitingForChildren: 'waiting for children',
  delayed: 'delayed',
  acked: 'acked',
  deadLettered: 'dead-lettered',
};

export const placeTones: Readonly<Record<JobPlace, Tone>> = {
  active: 'processing',
  waiting: 'fetching',
  waitingForChildren: 'other',
  delayed: 'idle',
  acked: 'acking',
  deadLettered: 'rejecting',
};
