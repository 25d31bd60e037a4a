// Whether a job costs more when many others wait.
import type { Figures, Metric } from '../measuring/metric.js';
import type { SubjectName } from '../subjects/subjects.js';
import type { Bench, BenchCase } from './bench-case.js';
import { fillQueue } from './filling.js';

export const growthCase: BenchCase = {
  name: 'growth',
  about:
    '60,000 jobs (quick: 20,000) that each send another, 50 at a time, while 10³, 10⁴, 10⁵ and 10⁶ wait (the peer, and quick: up to 10⁵)',
  peers: ['bullmq'],
  mostRounds: 5,
  run: async (subject, bench) => {
    const costs: Cost[] = [];
    let waiting = 0;
    for (const depth of depthsFor(subject, bench)) {
      await fillQueue(subject, bench, { jobs: depth.jobs - waiting });
      waiting = depth.jobs;
      // Not counted: until as many jobs are acked as the queue remembers, none is forgotten, and the first depth would cost less.
      if (costs.length === 0) await circulate(subject, bench);
      costs.push({ depth, ...(await circulate(subject, bench)) });
    }
    return { ...namedByDepth(costs), ...(subject === 'acktor' && growthOf(costs)) };
  },
};

interface Depth {
  readonly jobs: number;
  readonly redis: Metric;
  readonly cpu: Metric;
}

const depths: readonly Depth[] = [
  { jobs: 1_000, redis: 'redis_us_at_1e3', cpu: 'cpu_us_at_1e3' },
  { jobs: 10_000, redis: 'redis_us_at_1e4', cpu: 'cpu_us_at_1e4' },
  { jobs: 100_000, redis: 'redis_us_at_1e5', cpu: 'cpu_us_at_1e5' },
  { jobs: 1_000_000, redis: 'redis_us_at_1e6', cpu: 'cpu_us_at_1e6' },
];

/** A peer's sender would take most of a minute to fill the deepest queue, and no goal asks what it costs there. */
function depthsFor(subject: SubjectName, { isQuick }: Bench): readonly Depth[] {
  if (isQuick) return depths.filter(({ jobs }) => jobs === 1_000 || jobs === 100_000);
  return subject === 'acktor' ? depths : depths.filter(({ jobs }) => jobs <= 100_000);
}

interface Cost {
  readonly depth: Depth;
  readonly redis: number;
  readonly cpu: number;
}

async function circulate(subject: SubjectName, bench: Bench): Promise<Pick<Cost, 'redis' | 'cpu'>> {
  const jobs = bench.isQuick ? QUICK_JOBS : JOBS;
  await bench.server.settle();
  const worker = bench.start(subject, { kind: 'circulate', consumers: 50, warmUpJobs: WARM_UP_JOBS, jobs });
  const { cpu_us_per_job: cpu = Number.NaN } = await worker.done();
  const { redis_us_per_job: redis = Number.NaN } = await bench.server.costPerJob(jobs + WARM_UP_JOBS);
  await worker.leave();
  return { redis, cpu };
}

/** Two seconds' worth: what a shared machine does in less of them says more than the depth. */
const JOBS = 60_000;
const QUICK_JOBS = 20_000;
const WARM_UP_JOBS = 4_000;

function namedByDepth(costs: readonly Cost[]): Figures {
  return Object.fromEntries(
    costs.flatMap(({ depth, redis, cpu }) => [
      [depth.redis, redis],
      [depth.cpu, cpu],
    ]),
  );
}

/** What the deepest queue's job costs over the shallowest's. */
function growthOf(costs: readonly Cost[]): Figures {
  const [first, last] = [costs[0], costs.at(-1)];
  if (first === undefined || last === undefined) return {};
  return { redis_growth: last.redis / first.redis, cpu_growth: last.cpu / first.cpu };
}
