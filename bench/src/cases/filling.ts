// What every case does whose jobs wait before they are worked off.
import { QUEUE } from '../subjects/peer.js';
import type { SubjectName } from '../subjects/subjects.js';
import type { Bench } from './bench-case.js';

export interface Fill {
  readonly jobs: number;
  readonly queue?: string;
}

/** By the subject's own sender, so that each works off what its users' queues hold. */
export async function fillQueue(subject: SubjectName, { start }: Bench, fill: Fill): Promise<void> {
  const sender = start(subject, { kind: 'fill', ...fill });
  await sender.done();
  await sender.leave();
}

export async function requireFinished(subject: SubjectName, { server }: Bench, queues = [QUEUE]): Promise<void> {
  const left = await server.unfinished(queues);
  if (left > 0) throw new Error(`expected ${subject} to finish every job, and ${left} are left or failed`);
}
