// What Acktor is to reach, and whether it does.
import type { Comparison } from '../measuring/comparison.js';
import type { Metric } from '../measuring/metric.js';

/** A bound on the ratio to a peer or, without one, on Acktor's own value. */
export interface Goal {
  /** For people. */
  readonly about: string;
  readonly case: string;
  readonly metric: Metric;
  readonly peer?: string;
  readonly atLeast?: number;
  readonly atMost?: number;
}

export const goals: readonly Goal[] = [
  ...[1, 10].map((queues) => ({
    about: `publishes/s to ${queues === 1 ? 'one queue' : `${queues} queues`}, each synced, against RabbitMQ with confirms`,
    case: `publish-${queues}`,
    metric: 'publishes_per_s' as const,
    peer: 'rabbitmq',
    atLeast: 1,
  })),
  {
    about: 'jobs/s, 50 consumers, against a BullMQ Worker of 50',
    case: 'noop-50',
    metric: 'jobs_per_s',
    peer: 'bullmq',
    atLeast: 1.5,
  },
  {
    about: 'jobs/s, 200 consumers, against a BullMQ Worker of 200',
    case: 'noop-200',
    metric: 'jobs_per_s',
    peer: 'bullmq',
    atLeast: 1.5,
  },
  {
    about: 'Redis µs for a job finished and the next one fetched',
    case: 'noop-50',
    metric: 'redis_us_per_job',
    peer: 'bullmq',
    atMost: 0.5,
  },
  { about: 'jobs/s, one consumer', case: 'noop-1', metric: 'jobs_per_s', peer: 'bullmq', atLeast: 1 },
  {
    about: 'processor time per job in the worker, 50 consumers',
    case: 'noop-50',
    metric: 'cpu_us_per_job',
    peer: 'bullmq',
    atMost: 0.75,
  },
  {
    about: 'jobs/s, 50 consumers, against RabbitMQ with prefetch 1',
    case: 'noop-50',
    metric: 'jobs_per_s',
    peer: 'rabbitmq',
    atLeast: 0.9,
  },
  {
    about: 'share of what one Redis can do with these scripts',
    case: 'redis-limit',
    metric: 'jobs_per_s',
    peer: 'pipelined-client',
    atLeast: 0.75,
  },
  {
    about: 'send to start when idle, half of the jobs',
    case: 'start-idle',
    metric: 'start_ms_p50',
    peer: 'bullmq',
    atMost: 1.1,
  },
  {
    about: 'send to start when idle, 99 of 100 jobs',
    case: 'start-idle',
    metric: 'start_ms_p99',
    peer: 'bullmq',
    atMost: 1.1,
  },
  {
    about: 'single sends/s, 500 at once, against Queue.add',
    case: 'send',
    metric: 'sends_per_s',
    peer: 'bullmq',
    atLeast: 1.5,
  },
  { about: '1,000 idle consumers: connections', case: 'idle-1000', metric: 'connections', atMost: 4 },
  { about: '1,000 idle consumers: commands/s', case: 'idle-1000', metric: 'commands_per_s', atMost: 5 },
  { about: '1,000 idle consumers: KB of heap each', case: 'idle-1000', metric: 'kb_per_consumer', atMost: 10 },
  { about: '1,000 consumers at work: MB of memory', case: 'memory-1000', metric: 'rss_mb', atMost: 256 },
  {
    about: 'Redis µs per job, a million waiting against a thousand',
    case: 'growth',
    metric: 'redis_growth',
    atMost: 1.1,
  },
  {
    about: 'processor µs per job, a million waiting against a thousand',
    case: 'growth',
    metric: 'cpu_growth',
    atMost: 1.1,
  },
  { about: 'SIGKILL to redelivery, half of the kills, ms', case: 'kill', metric: 'redelivery_ms_p50', atMost: 400 },
  { about: 'SIGKILL to redelivery, 99 of 100 kills, ms', case: 'kill', metric: 'redelivery_ms_p99', atMost: 500 },
  { about: 'SIGKILL to redelivery, the longest, ms', case: 'kill', metric: 'redelivery_ms_max', atMost: 1_000 },
  {
    about: 'beneath a parent that reports the exit, 99 of 100 kills, ms',
    case: 'kill',
    metric: 'reported_ms_p99',
    atMost: 25,
  },
  {
    about: '1,000 consumers at full speed in the view: ms behind the truth, 95 of 100 frames',
    case: 'watched-1000',
    metric: 'view_lag_ms_p95',
    atMost: 500,
  },
  {
    about: '1,000 consumers at full speed in the view: KB/s to the browser',
    case: 'watched-1000',
    metric: 'view_kb_per_s',
    atMost: 200,
  },
  {
    about: '1,000 consumers at full speed in the view: frames/s of the page',
    case: 'watched-1000',
    metric: 'view_frames_per_s',
    atLeast: 30,
  },
  { about: 'jobs/s with a watcher, against none', case: 'watched', metric: 'watched_share', atLeast: 0.97 },
];

/** What is known of a goal: `unmeasured` where the run left the case out, or the peer could not be had. */
export interface Verdict {
  readonly goal: Goal;
  readonly outcome: 'met' | 'missed' | 'unmeasured';
  /** The ratio or the value that is bounded; null where it was not measured. */
  readonly value: number | null;
  readonly line: Comparison | undefined;
}

export function judge(goal: Goal, results: readonly Comparison[]): Verdict {
  const line = results.find((result) => isOf(goal, result));
  const value = (goal.peer === undefined ? line?.acktor : line?.ratio) ?? null;
  if (value === null) return { goal, outcome: 'unmeasured', value, line };
  const isMet = value >= (goal.atLeast ?? -Infinity) && value <= (goal.atMost ?? Infinity);
  return { goal, outcome: isMet ? 'met' : 'missed', value, line };
}

/** The bound and whether it holds, as a column of a table shows it; nothing for a result that has no goal. */
export function verdictOn(result: Comparison): string {
  const goal = goals.find((known) => isOf(known, result));
  if (goal === undefined) return '';
  return `${boundOf(goal)} ${judge(goal, [result]).outcome}`;
}

/** Such as `≥ 1.5`. */
export function boundOf({ atLeast, atMost }: Goal): string {
  return atLeast === undefined ? `≤ ${atMost}` : `≥ ${atLeast}`;
}

function isOf(goal: Goal, result: Comparison): boolean {
  const isSamePeer = goal.peer === undefined || goal.peer === result.peer;
  return goal.case === result.case && goal.metric === result.metric && isSamePeer;
}
