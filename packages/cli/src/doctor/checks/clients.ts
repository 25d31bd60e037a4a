// Whether plain BullMQ clients of another kind share the queues: their scripts may keep jobs in another form.
import { bullmqVersion } from '@acktor/core/internal';
import { ok, warn, type Check } from '../check.js';

export const clientsCheck: Check = {
  name: 'clients',
  judge: ({ queues }) => {
    const ours = majorOf(bullmqVersion());
    const strangers = queues.filter(({ client }) => client !== undefined && majorOf(client) !== ours);
    if (strangers.length === 0)
      return ok(`Acktor runs the scripts of BullMQ ${bullmqVersion()}; no other client left its mark`);
    const listed = strangers.map(({ queue, client }) => `${queue} (${client})`).join(', ');
    return warn(`other clients share queues: ${listed}`, `use BullMQ ${ours} there, as Acktor does`);
  },
};

/** Of `6.7.0`, and of what BullMQ writes: `bullmq:6.7.0`. */
function majorOf(version: string | undefined): string {
  return /(\d+)\./.exec(version ?? '')?.[1] ?? 'unknown';
}
