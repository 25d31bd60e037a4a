// How fast jobs are that a plain BullMQ client added, with what its users set: each kind beside BullMQ's own Worker.
import { roads, type RoadName } from '../subjects/roads.js';
import type { BenchCase } from './bench-case.js';
import { requireFinished } from './filling.js';
import { warmUpJobsFor } from './throughput.js';

const JOBS = 22_000;
const QUICK_JOBS = 8_000;

export const roadCases: readonly BenchCase[] = (Object.keys(roads) as RoadName[]).map((road) => ({
  name: `road-${road}`,
  about: `jobs of a BullMQ client, with ${roads[road].about}; 50 at a time, nothing to do`,
  peers: ['bullmq'],
  isLeftOutOfQuick: true,
  run: async (subject, bench) => {
    const jobs = bench.isQuick ? QUICK_JOBS : JOBS;
    const warmUpJobs = warmUpJobsFor(jobs);
    const total = jobs + warmUpJobs;
    const filler = bench.start('bullmq', { kind: 'fill', jobs: total, road });
    await filler.done();
    await filler.leave();
    await bench.server.settle();
    const worker = bench.start(subject, { kind: 'work', consumers: 50, warmUpJobs, jobs, handlerMs: 0, road });
    const figures = await worker.done();
    await worker.leave();
    await requireFinished(subject, bench);
    return { ...figures, ...(await bench.server.costPerJob(total)) };
  },
}));
