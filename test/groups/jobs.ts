// Contracts whose jobs are sent with keys.
import { job } from '@acktor/core';
import { z } from 'zod';

const data = z.object({ n: z.int() });
const soon = { type: 'fixed', delayMs: 0 } as const;

/** One of a key at a time. */
export const step = job('step', { queue: 'steps', data, attempts: 3, backoff: soon });

/** As many of a key as the fleet of these tests has consumers. */
export const share = job('share', { queue: 'shares', data, groups: { concurrency: 16 } });
