// Which charts the page shows, and of which results.
import type { Comparison } from '../measuring/comparison.js';
import type { Metric } from '../measuring/metric.js';
import type { BarChart, Series } from './bar-chart.js';

/** One chart: its place in the template is `{{chart name}}`, and its file `name.svg`. */
export interface ChartPlan {
  readonly name: string;
  readonly title: string;
  readonly peers: readonly string[];
  readonly bars: readonly BarPlan[];
  readonly isLogarithmic?: boolean;
}

interface BarPlan {
  readonly category: string;
  readonly case: string;
  readonly metric: Metric;
}

const both = ['bullmq'];
const all = ['bullmq', 'rabbitmq', 'bee-queue'];

export const chartPlans: readonly ChartPlan[] = [
  {
    name: 'throughput',
    title: 'Jobs per second by consumers in one process, nothing to do',
    peers: all,
    bars: [1, 10, 50, 200, 1_000].map((consumers) => ({
      category: `${consumers}`,
      case: `noop-${consumers}`,
      metric: 'jobs_per_s',
    })),
  },
  {
    name: 'cost',
    title: 'µs per job, 50 consumers, nothing to do',
    peers: all,
    bars: [
      { category: 'processor, worker', case: 'noop-50', metric: 'cpu_us_per_job' },
      { category: 'processor, server', case: 'noop-50', metric: 'server_cpu_us_per_job' },
      { category: "Redis' scripts", case: 'noop-50', metric: 'redis_us_per_job' },
    ],
  },
  {
    name: 'latency',
    title: 'ms from before the send to the start of the handler, idle consumers',
    peers: all,
    bars: [
      { category: 'p50', case: 'start-idle', metric: 'start_ms_p50' },
      { category: 'p99', case: 'start-idle', metric: 'start_ms_p99' },
    ],
  },
  {
    name: 'send',
    title: 'Single sends confirmed per second, 500 at once',
    peers: all,
    bars: [{ category: '10,000 sends', case: 'send', metric: 'sends_per_s' }],
  },
  {
    name: 'growth',
    title: 'Redis µs per job, sent and worked off, by how many others wait',
    peers: both,
    bars: [
      { category: '1,000', case: 'growth', metric: 'redis_us_at_1e3' },
      { category: '10,000', case: 'growth', metric: 'redis_us_at_1e4' },
      { category: '100,000', case: 'growth', metric: 'redis_us_at_1e5' },
      { category: '1,000,000', case: 'growth', metric: 'redis_us_at_1e6' },
    ],
  },
  {
    name: 'processes',
    title: 'Jobs per second by processes of 50 consumers',
    peers: both,
    bars: [
      { category: '1, one queue', case: 'processes-1', metric: 'jobs_per_s' },
      { category: '2, one queue', case: 'processes-2', metric: 'jobs_per_s' },
      { category: '4, one queue', case: 'processes-4', metric: 'jobs_per_s' },
      { category: '4, a queue each', case: 'queues-4', metric: 'jobs_per_s' },
    ],
  },
  {
    name: 'kill',
    title: 'ms from SIGKILL to redelivery (logarithmic)',
    peers: all,
    isLogarithmic: true,
    bars: [
      { category: 'p50', case: 'kill', metric: 'redelivery_ms_p50' },
      { category: 'p99', case: 'kill', metric: 'redelivery_ms_p99' },
      { category: 'longest', case: 'kill', metric: 'redelivery_ms_max' },
      { category: 'p50, exit reported', case: 'kill', metric: 'reported_ms_p50' },
      { category: 'p99, exit reported', case: 'kill', metric: 'reported_ms_p99' },
    ],
  },
];

/** The chart of these results; undefined when they have nothing of it. */
export function chartOf(plan: ChartPlan, results: readonly Comparison[]): BarChart | undefined {
  const linesOf = (bar: BarPlan) => results.filter((line) => line.case === bar.case && line.metric === bar.metric);
  const bars = plan.bars.filter((bar) => linesOf(bar).length > 0);
  if (bars.length === 0) return undefined;
  const acktor: Series = { name: 'Acktor', values: bars.map((bar) => linesOf(bar)[0]?.acktor ?? null) };
  const peers = plan.peers.map((peer): Series => {
    const valueOf = (bar: BarPlan) => linesOf(bar).find((line) => line.peer === peer)?.peerValue ?? null;
    return { name: TITLES[peer] ?? peer, values: bars.map(valueOf) };
  });
  return {
    title: plan.title,
    categories: bars.map(({ category }) => category),
    series: [acktor, ...peers.filter(({ values }) => values.some((value) => value !== null))],
    ...(plan.isLogarithmic && { isLogarithmic: true }),
  };
}

const TITLES: Readonly<Record<string, string>> = {
  bullmq: 'BullMQ',
  rabbitmq: 'RabbitMQ',
  'bee-queue': 'Bee-Queue',
};
