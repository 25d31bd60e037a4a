import { expect } from 'chai';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { plainRedis } from '../real-redis/plain-bullmq.js';
import { freshNamespace, redisUrl } from '../real-redis/real-redis.js';
import { queueOf, versions } from './bullmq-versions.js';
import type { MigratingWish, Run } from './migrating-process.js';

const JOBS = 600;
/** Of the queue, for workers of both kinds. */
const LIMIT = { max: 50, durationMs: 200 };
const NAMES = ['welcome', 'user.created', '65f1c0ffee'] as const;

class Fleet implements AsyncDisposable {
  readonly #wish: Omit<MigratingWish, 'kind'>;
  readonly #all: ChildProcess[] = [];
  readonly killed = new Set<number>();

  constructor(wish: Omit<MigratingWish, 'kind'>) {
    this.#wish = wish;
  }

  async start(kind: MigratingWish['kind']): Promise<ChildProcess> {
    const child = fork(new URL('migrating-process.js', import.meta.url), [JSON.stringify({ ...this.#wish, kind })]);
    this.#all.push(child);
    const exited = once(child, 'exit').then(([code]) => Promise.reject(new Error(`a worker exited with ${code}`)));
    exited.catch(() => undefined);
    await Promise.race([once(child, 'message'), exited]);
    return child;
  }

  async kill(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    if (child.pid !== undefined) this.killed.add(child.pid);
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#all.map((child) => this.kill(child)));
  }
}

describe('a rolling migration from BullMQ', function () {
  this.timeout(180_000);

  for (const version of Object.keys(versions) as (keyof typeof versions)[])
    it(`loses no job while workers of BullMQ ${version} and ours serve the queue and are killed, and runs none twice but what the dead held`, () =>
      migrate(version));
});

/** Moves a queue's workers from that version to ours, with kills of both. */
async function migrate(version: keyof typeof versions): Promise<void> {
  const place = { url: redisUrl(), prefix: freshNamespace(), queue: '{mails}' };
  const runs = `${place.prefix}-runs`;
  using redis = await plainRedis(place.url);
  await using queue = queueOf(version, place);
  await using fleet = new Fleet({ ...place, runs });
  const old = [await fleet.start(version), await fleet.start(version)] as const;
  await queue.setGlobalRateLimit(LIMIT.max, LIMIT.durationMs);
  await queue.upsertJobScheduler('tick', { every: 150 }, { name: 'user.created', opts: { attempts: 4 } });
  const add = (from: number, to: number) =>
    queue.addBulk(
      Array.from({ length: to - from }, (_, i) => ({
        name: NAMES[(from + i) % NAMES.length] ?? '',
        data: { n: from + i },
        opts: { attempts: 4, backoff: { type: 'fixed', delay: 20 }, ...((from + i) % 5 === 0 && { priority: 3 }) },
      })),
    );
  await add(0, 200);
  await begun(redis, runs, 60);
  // The first worker of the new kind, beside the old ones, of which one dies.
  const first = await fleet.start('acktor');
  await fleet.kill(old[0]);
  await add(200, 400);
  await begun(redis, runs, 220);
  // The new one dies beside the old one alone: what it held comes back by its lock, through BullMQ's own check.
  await fleet.kill(first);
  await begun(redis, runs, 300);
  const second = await fleet.start('acktor');
  await add(400, JOBS);
  await begun(redis, runs, 420);
  // The last of the old ones dies, and one of the new ones with others beside it.
  await fleet.kill(old[1]);
  await fleet.start('acktor');
  await fleet.kill(second);
  await queue.removeJobScheduler('tick');
  const open = ['active', 'delayed', 'prioritized', 'waiting'] as const;
  while (Object.values(await queue.getJobCounts(...open)).some((count) => count > 0)) await pause(50);

  expect(await queue.getFailedCount()).to.equal(0);
  const all = (await redis.lrange(runs, 0, -1)).map((text) => JSON.parse(text) as Run);
  const ids = new Set(all.map(({ id }) => id));
  const ticks = [...ids].filter((id) => id.startsWith('repeat:tick:'));
  expect(ids.size - ticks.length).to.equal(JOBS);
  // The scheduler has gone on, whichever kind fetched a run and died, with one run for each of its times.
  expect(await queue.getCompletedCount()).to.equal(ids.size);
  expect(ticks.length).to.be.above(5);
  const due = ticks.map((id) => Number(id.slice('repeat:tick:'.length))).toSorted((one, other) => one - other);
  const gaps = due.slice(1).map((ms, at) => ms - (due[at] ?? 0));
  expect(gaps.filter((ms) => ms < 150)).to.deep.equal([]);
  // BullMQ counts in windows that begin with a job: two of them may meet in a span as long as one.
  expect(mostWithin(LIMIT.durationMs, all)).to.be.at.most(2 * LIMIT.max);
  const repeated = byAttempt(all).filter(({ length }) => length > 1);
  for (const same of repeated) expect(same.slice(0, -1).map(({ pid }) => fleet.killed.has(pid))).not.to.include(false);
  // Four were killed, with five jobs each at most.
  expect(repeated.length).to.be.at.most(20);
}

function byAttempt(runs: readonly Run[]): readonly (readonly Run[])[] {
  const groups = new Map<string, Run[]>();
  for (const run of runs)
    groups.set(`${run.id}:${run.attempt}`, [...(groups.get(`${run.id}:${run.attempt}`) ?? []), run]);
  return [...groups.values()];
}

/** How many runs began within a span, at the most. */
function mostWithin(spanMs: number, runs: readonly Run[]): number {
  const times = runs.map(({ atMs }) => atMs);
  return Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + spanMs).length));
}

/** Resolves when so many runs have begun. */
async function begun(redis: Redis, runs: string, count: number): Promise<void> {
  while ((await redis.llen(runs)) < count) await pause(10);
}
