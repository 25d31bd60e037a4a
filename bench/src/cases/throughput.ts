// How fast jobs that wait already are worked off, and what that costs the worker process and the server.
import type { Figures } from '../measuring/metric.js';
import { worksByScripts, type PeerName, type SubjectName } from '../subjects/subjects.js';
import type { Bench, BenchCase } from './bench-case.js';
import { fillQueue, requireFinished } from './filling.js';

interface Amount {
  readonly consumers: number;
  readonly jobs: number;
  /** Instead, when the bench should be quick. */
  readonly quickJobs?: number;
  readonly handlerMs: number;
}

interface Load extends Amount {
  readonly name: string;
  readonly peers: readonly PeerName[];
  /** The peers of a quick bench; without, it leaves the whole case out. */
  readonly quickPeers?: readonly PeerName[];
  readonly mostRounds?: number;
}

const noop = { jobs: 40_000, handlerMs: 0, peers: ['bullmq', 'rabbitmq', 'bee-queue'] } as const;
const sleep5 = { handlerMs: 5, peers: ['bullmq'], mostRounds: 3 } as const;

const loads: readonly Load[] = [
  { name: 'noop-1', consumers: 1, ...noop, jobs: 10_000, quickJobs: 3_000, quickPeers: ['bullmq'] },
  { name: 'noop-10', consumers: 10, ...noop, peers: ['bullmq', 'rabbitmq'], mostRounds: 3 },
  { name: 'noop-50', consumers: 50, ...noop, quickJobs: 10_000, quickPeers: ['bullmq', 'rabbitmq'] },
  { name: 'noop-200', consumers: 200, ...noop, quickJobs: 10_000, quickPeers: ['bullmq'] },
  { name: 'noop-1000', consumers: 1_000, ...noop, peers: ['bullmq', 'rabbitmq'], mostRounds: 3 },
  // One consumer handles fewer than 200 of these in a second.
  { name: 'sleep5-1', consumers: 1, jobs: 400, ...sleep5 },
  { name: 'sleep5-10', consumers: 10, jobs: 4_000, ...sleep5 },
  { name: 'sleep5-50', consumers: 50, jobs: 4_000, quickJobs: 3_000, quickPeers: ['bullmq'], ...sleep5 },
];

export const throughputCases: readonly BenchCase[] = loads.map((load) => ({
  name: load.name,
  about: `${load.jobs} waiting jobs, ${load.consumers} at a time, ${load.handlerMs > 0 ? `${load.handlerMs} ms each` : 'nothing to do'}`,
  peers: load.peers,
  ...(load.quickPeers ? { quickPeers: load.quickPeers } : { isLeftOutOfQuick: true }),
  ...(load.mostRounds !== undefined && { mostRounds: load.mostRounds }),
  run: (subject, bench) => runLoad(load, subject, bench),
}));

export const memoryCase: BenchCase = {
  name: 'memory-1000',
  about: '1,000 consumers in a process start, work 20,000 jobs and stop; to stay within 256 MB',
  peers: ['bullmq'],
  mostRounds: 3,
  isLeftOutOfQuick: true,
  run: async (subject, bench) => {
    // And half as many before these, to warm up.
    const { rss_mb } = await runLoad({ consumers: 1_000, jobs: 13_333, handlerMs: 0 }, subject, bench);
    return { ...(rss_mb !== undefined && { rss_mb }) };
  },
};

/** Fifty consumers with nothing to do: the load by which most is compared. */
export function runFifty(jobs: number, subject: SubjectName, bench: Bench): Promise<Figures> {
  return runLoad({ consumers: 50, jobs, quickJobs: jobs, handlerMs: 0 }, subject, bench);
}

/**
 * V8 goes on compiling what is hot for about so long: a worker that lives for days is measured, not its first half second. Of 20,000
 * jobs after 2,000, each took Acktor's worker 28.6 µs of processor time; of 80,000 after 20,000, 23.5.
 */
const MOST_WARM_UP_JOBS = 10_000;

/** How many jobs are worked uncounted before so many. */
export function warmUpJobsFor(jobs: number): number {
  return Math.min(Math.ceil(jobs / 2), MOST_WARM_UP_JOBS);
}

async function runLoad(amount: Amount, subject: SubjectName, bench: Bench): Promise<Figures> {
  const { consumers, handlerMs, quickJobs = amount.jobs } = amount;
  const jobs = bench.isQuick ? quickJobs : amount.jobs;
  const warmUpJobs = warmUpJobsFor(jobs);
  const total = jobs + warmUpJobs;
  await fillQueue(subject, bench, { jobs: total });
  await bench.server.settle();
  const worker = bench.start(subject, { kind: 'work', consumers, warmUpJobs, jobs, handlerMs });
  const figures = await worker.done();
  const { figures: last } = await worker.leave();
  await requireFinished(subject, bench);
  // Over all jobs: what the server did for the warm-up it did in the same way.
  const { redis_us_per_job, ...cost } = await bench.server.costPerJob(total);
  const scripts = worksByScripts(subject) && redis_us_per_job !== undefined ? { redis_us_per_job } : {};
  return { ...figures, ...last, ...cost, ...scripts };
}
