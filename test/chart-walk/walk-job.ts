// The jobs of a walk: their payload says how they are meant to end.
import { job } from '@acktor/core';
import { reject, type Delivery, type AnyHandlerClass } from '@acktor/worker';
import { z } from 'zod';
import { handlerOf } from '../handler/handler-of.js';

/** How a job is meant to end, whatever befalls it on the way. */
export type MeantEnd = 'ack' | 'deadLetter';

const shape = {
  queue: 'walk',
  data: z.object({ meant: z.enum(['ack', 'deadLetter']) }),
  result: z.object({ end: z.literal('as meant') }),
  backoff: { type: 'fixed', delayMs: 0 },
} as const;

export const walked = job('walked', shape);

/** For a route on which a deadline passes. */
export const hurried = job('hurried', { ...shape, deadlineMs: 30 });

export type WalkedJob = typeof walked | typeof hurried;

export const MEANT_REASON = 'as meant';

/** Handlers that wait for `mayEnd`, and end as the payload says. */
export function walkHandlers(mayEnd: () => Promise<void>): readonly AnyHandlerClass[] {
  const handle = async ({ data }: Delivery<WalkedJob>) => {
    await mayEnd();
    return data.meant === 'ack' ? ({ end: MEANT_REASON } as const) : reject({ deadLetter: MEANT_REASON });
  };
  return [handlerOf(walked, handle), handlerOf(hurried, handle)];
}
