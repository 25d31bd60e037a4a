// The job that is sent where only the sending matters.
import { job } from '@acktor/core';
import { z } from 'zod';

export const note = job('note', { queue: 'notes', data: z.object({ text: z.string() }) });
