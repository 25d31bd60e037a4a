// Workers and producers of an older build beside those of this one, on one queue. There is no package of one: build a clone of the commit, and
// `ACKTOR_OLDER_BUILD=<its folder> npm test -- test/versions/older-build.test.ts`.
import { expect } from 'chai';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Redis } from 'ioredis';
import { plainQueue, plainRedis } from '../real-redis/plain-bullmq.js';
import { freshNamespace, redisUrl } from '../real-redis/real-redis.js';
import { until } from '../signals/until.js';
import type { BuildRun, BuildWish, SendOrder } from './build-process.js';

const older = process.env['ACKTOR_OLDER_BUILD'];
const JOBS = 500;

class Fleet implements AsyncDisposable {
  readonly #place: Pick<BuildWish, 'redis' | 'namespace' | 'runs'>;
  readonly #all: ChildProcess[] = [];
  readonly killed = new Set<number>();

  constructor(place: Pick<BuildWish, 'redis' | 'namespace' | 'runs'>) {
    this.#place = place;
  }

  /** Resolves when it works. */
  async start(build: string | undefined): Promise<ChildProcess> {
    const wish: BuildWish = { ...this.#place, build };
    const child = fork(new URL('build-process.js', import.meta.url), [JSON.stringify(wish)]);
    this.#all.push(child);
    await once(child, 'message');
    return child;
  }

  /** Has that process send jobs. */
  send(child: ChildProcess, from: number, to: number): void {
    const order: SendOrder = { from, to };
    child.send(order);
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

(older === undefined ? describe.skip : describe)('workers of an older build beside those of this one', function () {
  this.timeout(120_000);

  it('lose no job while both serve the queue, send to it and are killed, and run none twice but what the dead held', async () => {
    const place = { redis: redisUrl(), namespace: freshNamespace(), runs: freshNamespace() };
    using redis = await plainRedis();
    await using queue = plainQueue('letters', place.namespace);
    await using fleet = new Fleet(place);
    const old = await fleet.start(older);
    const first = await fleet.start(undefined);
    fleet.send(old, 0, 100);
    fleet.send(first, 100, 200);
    await begun(redis, place.runs, 120);
    // The older one dies beside the newer alone, and then the newer beside another older one.
    await fleet.kill(old);
    await begun(redis, place.runs, 150);
    const second = await fleet.start(older);
    fleet.send(first, 200, 300);
    fleet.send(second, 300, 400);
    await begun(redis, place.runs, 320);
    await fleet.kill(first);
    const third = await fleet.start(undefined);
    fleet.send(third, 400, JOBS);
    await begun(redis, place.runs, 450);
    await fleet.kill(second);
    await until('the last job has run', async () => (await queue.getJobState(`letter-${JOBS - 1}`)) === 'completed');
    const open = ['active', 'delayed', 'prioritized', 'waiting'] as const;
    const isDone = async () => Object.values(await queue.getJobCounts(...open)).every((count) => count === 0);
    await until('nothing is left', isDone);
    expect(await queue.getFailedCount()).to.equal(0);
    const runs = (await redis.lrange(place.runs, 0, -1)).map((text) => JSON.parse(text) as BuildRun);
    // A process that was killed may have sent a part of its jobs.
    const sent = new Set(runs.map(({ id }) => id)).size;
    expect(await queue.getCompletedCount()).to.equal(sent);
    expect(runs.filter(({ isOlder }) => isOlder).length).to.be.within(50, sent - 50);
    const repeated = byAttempt(runs).filter(({ length }) => length > 1);
    for (const same of repeated)
      expect(same.slice(0, -1).map(({ pid }) => fleet.killed.has(pid))).not.to.include(false);
    // Three were killed, with five jobs each at most.
    expect(repeated.length).to.be.at.most(15);
  });

  it('give back what a killed worker of the other build held, by its connection and not by its lease', async () => {
    for (const [dying, left] of [
      [older, undefined],
      [undefined, older],
    ]) {
      const place = { redis: redisUrl(), namespace: freshNamespace(), runs: freshNamespace() };
      using redis = await plainRedis();
      await using queue = plainQueue('letters', place.namespace);
      await using fleet = new Fleet(place);
      const first = await fleet.start(dying);
      fleet.send(await fleet.start(left), 0, 100);
      await begun(redis, place.runs, 30);
      const diedAtMs = performance.now();
      await fleet.kill(first);
      await until('every job is acked', async () => (await queue.getCompletedCount()) === 100);
      // Less than a lease, which is what it would wait for if the presence of the other build were not understood.
      expect(performance.now() - diedAtMs).to.be.below(2_000);
    }
  });
});

function byAttempt(runs: readonly BuildRun[]): readonly (readonly BuildRun[])[] {
  const groups = new Map<string, BuildRun[]>();
  for (const run of runs)
    groups.set(`${run.id}:${run.attempt}`, [...(groups.get(`${run.id}:${run.attempt}`) ?? []), run]);
  return [...groups.values()];
}

/** Resolves when so many runs have begun. */
async function begun(redis: Redis, runs: string, count: number): Promise<void> {
  await until(`${count} runs have begun`, async () => (await redis.llen(runs)) >= count);
}
