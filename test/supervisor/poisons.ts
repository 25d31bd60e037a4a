// A handler file whose jobs end their worker, each in a way of its own, and one whose jobs do not.
import { job } from '@acktor/core';
import { handles, type Delivery, type Handler } from '@acktor/worker';
import { z } from 'zod';

export const HARMS = ['exit', 'reject', 'segfault', 'memory', 'loop'] as const;

export const dose = job('dose', {
  queue: 'doses',
  data: z.object({ harm: z.enum(['none', ...HARMS]) }),
  attempts: 1,
});

@handles(dose)
export class TakeDose implements Handler<typeof dose> {
  handle({ data }: Delivery<typeof dose>) {
    if (data.harm !== 'none') process.stderr.write(`about to ${data.harm}\n`);
    harms[data.harm]();
  }
}

const harms: Readonly<Record<'none' | (typeof HARMS)[number], () => void>> = {
  none: () => undefined,
  exit: () => process.exit(3),
  // Awaited by nobody: the handler has returned when the process ends.
  reject: () => void Promise.reject(new Error('nobody waits for me')),
  segfault: () => process.kill(process.pid, 'SIGSEGV'),
  memory: () => {
    const held: number[][] = [];
    for (;;) held.push(Array.from<number>({ length: 1_000_000 }).fill(held.length + 0.5));
  },
  loop: () => {
    for (;;);
  },
};
