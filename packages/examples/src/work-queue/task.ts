// The job that both programs share.
import { job } from '@acktor/core';
import { z } from 'zod';

/** Work to be done: each dot in the text is a second of it. */
export const task = job('task', { queue: 'tasks', data: z.object({ text: z.string() }) });
