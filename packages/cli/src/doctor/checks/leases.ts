// Whether jobs are held by nobody: a worker that runs gives them back within seconds.
import { ok, warn, type Check } from '../check.js';

export const leasesCheck: Check = {
  name: 'leases',
  judge: ({ queues }) => {
    const stuck = queues.filter(({ unleased }) => unleased > 0);
    const active = queues.reduce((sum, queue) => sum + queue.active, 0);
    if (stuck.length === 0) return ok(active === 0 ? 'nothing is held' : `active jobs: ${active}, all held`);
    const found = `active jobs that nobody holds: ${stuck.map(({ queue, unleased }) => `${unleased} of ${queue}`).join(', ')}`;
    return warn(found, 'start a worker for the queue: it gives them back within seconds');
  },
};
