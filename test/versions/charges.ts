// One contract as it was, and as it became: three generations of the same job.
import { job } from '@acktor/core';
import { z } from 'zod';

const shape = { queue: 'charges', result: z.object({ paid: z.string() }), attempts: 2 } as const;

export const chargeV1 = job('charge', { ...shape, data: z.object({ euros: z.number() }) });

export const chargeV2 = job('charge', {
  ...shape,
  version: 2,
  data: z.object({ cents: z.int() }),
  upgrade: { 1: ({ euros }: { euros: number }) => ({ cents: euros * 100 }) },
});

export const chargeV3 = job('charge', {
  ...shape,
  version: 3,
  data: z.object({ cents: z.int(), currency: z.string() }),
  upgrade: {
    1: ({ euros }: { euros: number }) => ({ cents: euros * 100 }),
    2: async ({ cents }: { cents: number }) => Promise.resolve({ cents, currency: 'EUR' }),
  },
});
