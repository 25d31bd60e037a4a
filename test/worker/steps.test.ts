import { expect } from 'chai';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { handlerOf } from '../handler/handler-of.js';
import { note } from '../jobs/notes.js';
import { plainRedis } from '../real-redis/plain-bullmq.js';
import { WorkerChild } from './worker-child.js';
import { WorkerTrial } from './worker-trial.js';

describe('the steps of a job', function () {
  this.timeout(120_000);
  let trial: WorkerTrial;
  beforeEach(async () => {
    trial = await WorkerTrial.open();
  });
  afterEach(() => trial[Symbol.asyncDispose]());

  it('run once each, when the worker is killed after each of ten', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'acktor-steps-'));
    const file = join(folder, 'done');
    const receipt = await trial.producer.send(note, { text: file });
    const { url: redis, namespace } = trial;
    for (let kill = 1; kill <= 10; kill += 1) {
      await using child = await WorkerChild.start({ handler: 'steps', options: { redis, namespace } });
      expect(await child.ended()).to.equal('SIGKILL');
    }
    await using child = await WorkerChild.start({ handler: 'steps', options: { redis, namespace } });
    expect(await receipt.result({ timeoutMs: 20_000 })).to.deep.equal({ length: 11 });
    child.signal('SIGKILL');
    expect(await readFile(file, 'utf8')).to.equal('1 2 3 4 5 6 7 8 9 10 ');
    await rm(folder, { recursive: true });
  });

  it('leave nothing behind when a BullMQ client removes the job, or empties its queue', async () => {
    const worker = await trial.work([
      handlerOf(note, async ({ step, id }) => {
        await step('first', () => id);
        return { length: 1 };
      }),
    ]);
    for (const id of ['one', 'two'])
      await (await trial.producer.send(note, { text: 'x' }, { id })).result({ timeoutMs: 10_000 });
    await worker.close();
    await using queue = trial.queue('notes');
    using redis = await plainRedis(trial.url);
    const keysOf = async (id: string) => redis.keys(`${trial.namespace}:notes:${id}*`);
    expect(await keysOf('one')).to.have.length(1);
    await (await queue.getJob('one'))?.remove();
    expect(await keysOf('one')).to.deep.equal([]);
    await queue.obliterate();
    expect(await keysOf('two')).to.deep.equal([]);
  });

  it('are kept for jobs that a plain BullMQ client added, too', async () => {
    await trial.work([
      handlerOf(note, async ({ step, attempt }) => {
        const first = await step('first', () => ({ attempt }));
        if (attempt === 1) throw new Error('not yet');
        return { length: first.attempt };
      }),
    ]);
    await using queue = trial.queue('notes');
    await queue.add('note', { text: 'x' }, { jobId: 'plain', attempts: 2 });
    const receipt = trial.producer.receipt(note, 'plain');
    expect(await receipt.result({ timeoutMs: 10_000 })).to.deep.equal({ length: 1 });
  });
});
