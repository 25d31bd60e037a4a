// Several processes at once: how evenly they share one queue, and what more of them bring.
import { Crowd, jobsPerSecond, type CrowdOptions } from './crowd.js';
import type { Figures } from '../measuring/metric.js';
import type { Tally } from '../subjects/order.js';
import { QUEUE, queuesFor } from '../subjects/peer.js';
import type { SubjectName } from '../subjects/subjects.js';
import type { Bench, BenchCase } from './bench-case.js';

export const fairnessCase: BenchCase = {
  name: 'fairness',
  about: '10,000 jobs of 1 to 19 ms, shared by 20 consumers in 4 processes: the least over the most that a process got',
  peers: ['bullmq', 'rabbitmq'],
  mostRounds: 3,
  isLeftOutOfQuick: true,
  run: async (subject, bench) => {
    const tallies = await shareOut(subject, bench, {
      queues: Array.from({ length: 4 }, () => QUEUE),
      consumers: 5,
      jobs: bench.isQuick ? 4_000 : 10_000,
      isMixed: true,
    });
    const least = (of: (tally: Tally) => number) => Math.min(...tallies.map(of)) / Math.max(...tallies.map(of));
    return { even_jobs: least(({ jobs }) => jobs), even_time: least(({ handledMs }) => handledMs) };
  },
};

/** With 50 consumers each, of one queue. */
export const processCases: readonly BenchCase[] = [1, 2, 4].map((processes) => ({
  name: `processes-${processes}`,
  about: `40,000 waiting jobs of one queue, nothing to do, ${processes} processes of 50 consumers`,
  peers: ['bullmq'],
  mostRounds: 3,
  isLeftOutOfQuick: true,
  run: async (subject, bench) => {
    const queues = Array.from({ length: processes }, () => QUEUE);
    return workOff(subject, bench, queues);
  },
}));

export const queuesCase: BenchCase = {
  name: 'queues-4',
  about: '40,000 waiting jobs in 4 queues, each with a process of 50 consumers; scaling: over 1 queue and 1 process',
  peers: ['bullmq'],
  mostRounds: 3,
  run: async (subject, bench) => {
    const { jobs_per_s: one } = await workOff(subject, bench, queuesFor(1));
    await bench.server.clear();
    const four = await workOff(subject, bench, queuesFor(4));
    return { ...four, scaling: four.jobs_per_s / one };
  },
};

/** By a process for each of the queues; the jobs are spread over them alike. */
async function workOff(
  subject: SubjectName,
  bench: Bench,
  queues: readonly string[],
): Promise<Figures & { readonly jobs_per_s: number }> {
  const jobs = bench.isQuick ? 20_000 : 40_000;
  const tallies = await shareOut(subject, bench, { queues, consumers: 50, jobs, isMixed: false });
  const cpuMicros = tallies.reduce((sum, tally) => sum + tally.cpuMicros, 0);
  return {
    jobs_per_s: jobsPerSecond(tallies),
    cpu_us_per_job: cpuMicros / jobs,
    ...(await bench.server.costPerJob(jobs)),
  };
}

/** All processes begin at the same command, when the jobs wait already. */
async function shareOut(subject: SubjectName, bench: Bench, request: CrowdOptions): Promise<readonly Tally[]> {
  const crowd = await Crowd.gather(subject, bench, request);
  crowd.begin();
  await crowd.finished();
  return crowd.leave();
}
