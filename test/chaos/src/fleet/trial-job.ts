// The one job of all trials. Its payload says what its handler is to do.
import { z } from 'zod';
import { job } from '@acktor/core';

/** `deliveries`: for how many of the first ones the plan holds; later ones simply return. */
const plan = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('return') }),
  z.object({ kind: z.literal('work'), forMs: z.number() }),
  z.object({ kind: z.literal('hold'), deliveries: z.int() }),
  z.object({ kind: z.literal('block'), forMs: z.number() }),
  z.object({ kind: z.literal('throw'), deliveries: z.int() }),
  z.object({ kind: z.literal('exit'), deliveries: z.int() }),
  z.object({ kind: z.literal('exhaustMemory'), deliveries: z.int() }),
  z.object({ kind: z.literal('reject') }),
  z.object({ kind: z.literal('fault') }),
]);

/** A job of any payload, which its handler gives back as it is. */
export const echoJob = job('echo', { queue: 'chaos', data: z.unknown(), result: z.unknown() });

/** What a handler does: returns at once, works for a while, holds until the order `release`, blocks its process, or ends it. */
export type Plan = z.infer<typeof plan>;

export const QUEUE = 'chaos';

export const trialJob = job('trial', {
  queue: QUEUE,
  data: z.object({ order: z.int(), plan }),
  result: z.object({ fence: z.int() }),
  attempts: 5,
  backoff: { type: 'fixed', delayMs: 20 },
});
