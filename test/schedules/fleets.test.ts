import { Producer } from '@acktor/core';
import { expect } from 'chai';
import type { Queue } from 'bullmq';
import { note } from '../jobs/notes.js';
import { plainWorker } from '../real-redis/plain-bullmq.js';
import { WorkerChild } from '../worker/worker-child.js';
import { WorkerTrial } from '../worker/worker-trial.js';
import { until } from '../signals/until.js';
import { upsert } from './same-next.js';

describe('schedules on fleets whose workers are killed', function () {
  this.timeout(120_000);

  it("go on between BullMQ's workers and ours, one job for each time", async () => {
    await using trial = await WorkerTrial.open();
    await using queue = trial.queue('notes');
    await using _plain = plainWorker('notes', trial.namespace, () => Promise.resolve({ length: 0 }));
    const limit = 12;
    for (const id of ['a', 'b', 'c', 'd']) await upsert(queue, id, { every: 150, limit });
    for (let kill = 0; kill < 3; kill += 1) {
      await using child = await startChild(trial);
      const before = await queue.getCompletedCount();
      await until(
        'some runs have begun',
        async () => (await queue.getCompletedCount()) >= before + 4 || (await isOver(queue, 4 * limit)),
      );
      child.signal('SIGKILL');
    }
    await using _last = await startChild(trial);
    await until('all runs are acked', () => isOver(queue, 4 * limit), 50_000);
    const times = timesBySchedule(await queue.getCompleted());
    for (const id of ['a', 'b', 'c', 'd']) expect(new Set(times.get(id)).size, id).to.equal(limit);
    expect(await queue.getFailedCount()).to.equal(0);
  });

  it('run a thousand of them, each time once', async () => {
    await using trial = await WorkerTrial.open();
    await using queue = trial.queue('notes');
    await using producer = await Producer.connect({ redis: trial.url, namespace: trial.namespace });
    const [schedules, limit] = [1_000, 2];
    await Promise.all(
      Array.from({ length: schedules }, (_, i) =>
        producer.schedule(`s-${i}`, note, { everyMs: 1_000, limit }, { text: String(i) }),
      ),
    );
    await using _survivor = await startChild(trial);
    for (let kill = 0; kill < 3; kill += 1) {
      await using child = await startChild(trial);
      const before = await queue.getCompletedCount();
      await until('some runs have begun', async () => {
        const count = await queue.getCompletedCount();
        return count >= before + 200 || count === schedules * limit;
      });
      child.signal('SIGKILL');
    }
    await until('all runs are acked', () => isOver(queue, schedules * limit), 50_000);
    const times = timesBySchedule(await queue.getCompleted());
    expect(times.size).to.equal(schedules);
    for (const [name, each] of times) expect(new Set(each).size, name).to.equal(limit);
    expect(await queue.getFailedCount()).to.equal(0);
  });
});

function startChild({ url: redis, namespace }: WorkerTrial): Promise<WorkerChild> {
  return WorkerChild.start({ handler: 'measures', options: { redis, namespace, consumers: 10 } });
}

/** Whether so many runs have ended, and no other waits or is under way. */
async function isOver(queue: Queue, runs: number): Promise<boolean> {
  const counts = await queue.getJobCounts('completed', 'active', 'delayed', 'waiting');
  return counts['completed'] === runs && counts['active'] === 0 && counts['delayed'] === 0 && counts['waiting'] === 0;
}

function timesBySchedule(
  jobs: readonly { readonly id?: string | undefined }[],
): ReadonlyMap<string, readonly string[]> {
  const times = new Map<string, string[]>();
  for (const { id = '' } of jobs) {
    const [, schedule = '', time = ''] = id.split(':');
    times.set(schedule, [...(times.get(schedule) ?? []), time]);
  }
  return times;
}
