// Whether a queue stands still because somebody said so, and forgot.
import { ok, warn, type Check } from '../check.js';

export const pausedCheck: Check = {
  name: 'paused',
  judge: ({ queues }) => {
    const paused = queues.filter(({ isPaused }) => isPaused).map(({ queue }) => queue);
    if (paused.length === 0) return ok('no queue is');
    return warn(paused.join(', '), `acktor resume ${paused[0] ?? ''}`);
  },
};
