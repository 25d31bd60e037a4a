// How many jobs of a queue may begin in a span, for each queue or by queue.
import type { EngineClock, QueueAdmin, RateLimit } from '@acktor/core/engine';
import type { GuardedLog } from '@acktor/core/internal';

/** The same for each queue, or by queue; a queue that is not named has none. */
export type RateLimits = RateLimit | Readonly<Record<string, RateLimit>>;

/** The limit of a queue. */
export function limitOf(limits: RateLimits | undefined, queue: string): RateLimit | undefined {
  if (limits === undefined || isRateLimit(limits)) return limits;
  return Object.hasOwn(limits, queue) ? limits[queue] : undefined;
}

/** The queues that have limits of their own. */
export function limitedQueues(limits: RateLimits | undefined): readonly string[] {
  return limits === undefined || isRateLimit(limits) ? [] : Object.keys(limits);
}

export interface LimitWatchDeps {
  /** The queues for which this worker has no limit. */
  readonly queues: readonly string[];
  readonly admin: () => Pick<QueueAdmin, 'isLimitedByWorkers'>;
  readonly clock: Pick<EngineClock, 'setTimeout' | 'clearTimeout'>;
  readonly log: GuardedLog;
}

/**
 * Warns, once for each queue, when other workers count a rate limit there. It is an option of each of them that nothing stores, so a worker
 * without it lets begin what they hold back.
 */
export class LimitWatch {
  readonly #deps: LimitWatchDeps;
  readonly #queues: Set<string>;
  #timer: unknown;
  #isStopped = false;

  constructor(deps: LimitWatchDeps) {
    this.#deps = deps;
    this.#queues = new Set(deps.queues);
  }

  /** Looks now, and from then on every half minute. A server that is away is asked the next time. */
  async look(): Promise<void> {
    await Promise.all([...this.#queues].map((queue) => this.#lookAt(queue).catch(() => undefined)));
    if (this.#isStopped || this.#queues.size === 0) return;
    this.#timer = this.#deps.clock.setTimeout(() => void this.look(), LOOK_MS);
  }

  stop(): void {
    this.#isStopped = true;
    this.#deps.clock.clearTimeout(this.#timer);
  }

  async #lookAt(queue: string): Promise<void> {
    const { admin, log } = this.#deps;
    if (!(await admin().isLimitedByWorkers(queue)) || this.#isStopped) return;
    this.#queues.delete(queue);
    log.warn({ queue }, OTHERS_LIMIT);
  }
}

const LOOK_MS = 30_000;
const OTHERS_LIMIT =
  'other workers limit how many jobs of this queue begin in a span, and this one does not: give it the same limit, { max, durationMs }';

/** Whether a value is a limit, or limits by queue. */
export function isRateLimits(value: unknown): value is RateLimits {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const limits: readonly unknown[] = Object.values(value);
  return isRateLimit(value) || (limits.length > 0 && limits.every(isRateLimit));
}

function isRateLimit(value: unknown): value is RateLimit {
  if (typeof value !== 'object' || value === null || Object.keys(value).length !== 2) return false;
  const { max, durationMs } = value as Partial<Record<keyof RateLimit, unknown>>;
  const isIn = (count: unknown, most: number) => Number.isInteger(count) && Number(count) >= 1 && Number(count) <= most;
  return isIn(max, Number.MAX_SAFE_INTEGER) && isIn(durationMs, LONGEST_LIMIT_MS);
}

const LONGEST_LIMIT_MS = 86_400_000;
