// What is measured, by the names that results carry.

export const metrics = {
  jobs_per_s: 'jobs handled in a second',
  cpu_us_per_job: 'µs of processor time of the worker processes for a job, all their threads',
  redis_us_per_job: "µs that the server's scripts ran for a job, from INFO commandstats",
  server_cpu_us_per_job:
    "µs of processor time of the server for a job: of Redis' main thread (scripts, protocol, append-only file), of all RabbitMQ",
  connections: 'connections of the process under test',
  commands_per_s: 'commands in a second, those inside scripts included',
  rss_mb: 'the most resident memory that the process ever had, in MB of 2^20 bytes',
  kb_per_consumer: 'heap that one more idle consumer takes, after a garbage collection, in KB of 2^10 bytes',
  start_ms_p50: 'ms from before the send to the start of the handler, half of the jobs',
  start_ms_p99: 'ms from before the send to the start of the handler, 99 of 100 jobs',
  sends_per_s: 'single sends confirmed in a second',
  publishes_per_s: 'publishes confirmed in a second',
  redis_us_at_1e3: 'redis_us_per_job, send included, while a thousand jobs wait',
  redis_us_at_1e4: 'redis_us_per_job, send included, while ten thousand wait',
  redis_us_at_1e5: 'redis_us_per_job, send included, while a hundred thousand wait',
  redis_us_at_1e6: 'redis_us_per_job, send included, while a million wait',
  cpu_us_at_1e3: 'cpu_us_per_job, send included, while a thousand jobs wait',
  cpu_us_at_1e4: 'cpu_us_per_job, send included, while ten thousand wait',
  cpu_us_at_1e5: 'cpu_us_per_job, send included, while a hundred thousand wait',
  cpu_us_at_1e6: 'cpu_us_per_job, send included, while a million wait',
  redis_growth: "the deepest queue's Redis µs per job over the shallowest's, in one run",
  cpu_growth: "the deepest queue's processor µs per job over the shallowest's, in one run",
  scaling: 'jobs in a second of all queues over those of one, in one run',
  even_jobs: 'the least jobs that a process got, over the most; 1 is even',
  even_time: 'the least handling time that a process got, over the most; 1 is even',
  redelivery_ms_p50: 'ms from SIGKILL to the start of the redelivery, half of the kills',
  redelivery_ms_p99: 'ms from SIGKILL to the start of the redelivery, 99 of 100 kills',
  redelivery_ms_max: 'ms from SIGKILL to the start of the redelivery, the longest',
  reported_ms_p50: 'the same where a parent reports the exit, half of the kills',
  reported_ms_p99: 'the same where a parent reports the exit, 99 of 100 kills',
  reported_ms_max: 'the same where a parent reports the exit, the longest',
  watched_share: 'jobs in a second while the fleet is watched over those while it is not, in one run',
  view_lag_ms_p50: "ms since there were as many acks as the dashboard's page counts, half of its frames",
  view_lag_ms_p95: "ms since there were as many acks as the dashboard's page counts, 95 of 100 of its frames",
  view_kb_per_s: 'KB of 1,000 bytes in a second that the browser receives while all consumers work',
  view_frames_per_s: 'animation frames in a second of the page while all consumers work',
  kills: 'how many kills these figures are of',
} as const;

/** Of all others less is better. */
const MORE_IS_BETTER: ReadonlySet<string> = new Set([
  'jobs_per_s',
  'sends_per_s',
  'publishes_per_s',
  'scaling',
  'even_jobs',
  'even_time',
  'watched_share',
  'view_frames_per_s',
  'kills',
]);

export function isMoreBetter(metric: Metric): boolean {
  return MORE_IS_BETTER.has(metric);
}

export type Metric = keyof typeof metrics;

/** What one run of one subject gave. */
export type Figures = Readonly<Partial<Record<Metric, number>>>;
