// The next run of a scheduler as BullMQ's own worker adds it, and as ours does.
import { Queue, type RepeatOptions } from 'bullmq';

/** What is comparable of a scheduler after one of its runs: all but when it was done. */
export interface NextRun {
  readonly scheduler: unknown;
  readonly job: unknown;
}

/** A job scheduler of plain BullMQ: each run is a `note`. */
export async function upsert(queue: Queue, id: string, repeat: RepeatOptions): Promise<void> {
  await queue.upsertJobScheduler(id, repeat, { name: 'note', data: { text: id } });
}

/** Makes the run that waits for its time due at once, where one does. */
export async function runFirst(queue: Queue): Promise<void> {
  for (const job of await queue.getDelayed()) await job.promote();
}

/** The scheduler and its next run; a time that depends on when it was added is left to `fromMs`, the first run's. */
export async function nextRunOf(queue: Queue, id: string): Promise<NextRun> {
  const scheduler = await queue.getJobScheduler(id);
  const [job] = await queue.getDelayed();
  const {
    delay: _delay,
    timestamp: _timestamp,
    attempts: _attempts,
    ...opts
  } = (job?.opts ?? {}) as Record<string, unknown>;
  return {
    scheduler,
    job: job && { id: job.id, name: job.name, data: job.data as unknown, repeatJobKey: job.repeatJobKey, opts },
  };
}
