// Jobs that die of what their payload says, until their handlers are mended.
import { DeadLetteredError, job, type AnyJob, type DeadLetter } from '@acktor/core';
import type { AnyHandlerClass } from '@acktor/worker';
import { z } from 'zod';
import { handlerOf } from '../handler/handler-of.js';
import { rejection } from '../server/rejection.js';
import type { WorkerTrial } from '../worker/worker-trial.js';

const data = z.object({ why: z.string() });

export const fragile = job('fragile', { queue: 'graves', data, attempts: 1 });
export const brittle = job('brittle', { queue: 'graves', data, attempts: 1 });

export interface GraveJob {
  readonly job?: typeof fragile | typeof brittle;
  readonly id?: string;
  readonly why?: string;
  readonly priority?: number;
}

/** Handlers of both jobs that throw what the payload says. */
export const breaking: readonly AnyHandlerClass[] = [fragile, brittle].map((dying) =>
  handlerOf(dying, ({ data: { why } }) => Promise.reject(new Error(why))),
);

/** Handlers of both jobs that do nothing. */
export const mended: readonly AnyHandlerClass[] = [fragile, brittle].map((healed) =>
  handlerOf(healed, () => undefined),
);

/** Sends jobs and lets them die; the worker is gone when this resolves. */
export async function die(trial: WorkerTrial, jobs: readonly GraveJob[]): Promise<void> {
  const worker = await trial.work(breaking, { consumers: 20 });
  const receipts = await Promise.all(
    jobs.map(({ job: dying = fragile, why = 'broken', id, priority = 0 }) =>
      trial.producer.send(dying, { why }, { id, priority }),
    ),
  );
  await Promise.all(receipts.map((receipt) => rejection(receipt.result(), DeadLetteredError)));
  await worker.close();
}

/** Waits until the job's handler has returned. */
export async function acked(trial: WorkerTrial, acking: AnyJob, ids: readonly string[]): Promise<void> {
  await Promise.all(ids.map((id) => trial.producer.receipt(acking, id).result()));
}

export async function idsOf(letters: AsyncIterable<DeadLetter>): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const { id } of letters) ids.push(id);
  return ids;
}

export function numbered(count: number): readonly GraveJob[] {
  return Array.from({ length: count }, (_, i) => ({ id: `job-${String(i).padStart(4, '0')}` }));
}
