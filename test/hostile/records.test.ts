// Records that plain clients, or hands, have put where Acktor works: each job ends in one place, and the others as ever.
import { expect } from 'chai';
import { handlerOf } from '../handler/handler-of.js';
import { note } from '../jobs/notes.js';
import { plainRedis } from '../real-redis/plain-bullmq.js';
import { WorkerTrial } from '../worker/worker-trial.js';

const PLACES = ['active', 'wait', 'delayed', 'prioritized', 'completed', 'failed'] as const;

describe('a record that no script can go on with', () => {
  let trial: WorkerTrial;
  beforeEach(async () => {
    trial = await WorkerTrial.open();
  });
  afterEach(() => trial[Symbol.asyncDispose]());

  const keyOf = (part: string) => `${trial.namespace}:notes:${part}`;

  for (const [field, value] of [
    ['ats', 'many'],
    ['ats', '1.5'],
    ['atm', 'many'],
    ['stc', ''],
    ['parent', '{"id":'],
    ['parent', '[]'],
    ['parent', '{"id":7}'],
  ] as const) {
    it(`is a dead letter that says so, and is not handled: ${field} is ${JSON.stringify(value)}`, async () => {
      await using queue = trial.queue('notes');
      await queue.add('note', { text: 'odd' }, { jobId: 'odd' });
      using client = await plainRedis();
      await client.hset(keyOf('odd'), field, value);
      const handled: string[] = [];
      await trial.work([handlerOf(note, ({ id, data }) => (handled.push(id), { length: data.text.length }))]);
      const receipt = await trial.producer.send(note, { text: 'plain' });
      await receipt.result({ timeoutMs: 10_000 });
      const odd = trial.producer.receipt(note, 'odd');
      const failure = await odd.result({ timeoutMs: 10_000 }).then(
        () => 'acked',
        (error: Error) => error.message,
      );
      expect(failure).to.include('cannot be read').and.to.include(field);
      expect(handled).to.deep.equal([receipt.id]);
      expect(await queue.getJobCounts(...PLACES)).to.include({ active: 0, wait: 0, completed: 1, failed: 1 });
    });
  }

  it('has no other job lost: an id that is the name of a part of the queue', async () => {
    await using queue = trial.queue('notes');
    await queue.add('note', { text: 'misplaced' }, { jobId: 'completed' });
    const others = Array.from({ length: 8 }, (_, i) => ({
      name: 'note',
      data: { text: `${i}` },
      opts: { jobId: `j${i}` },
    }));
    await queue.addBulk(others);
    let deliveries = 0;
    await trial.work([handlerOf(note, ({ data }) => ((deliveries += 1), { length: data.text.length }))]);
    const ends = await Promise.all(
      others.map(({ opts }) =>
        trial.producer
          .receipt(note, opts.jobId)
          .result({ timeoutMs: 10_000 })
          .then(
            () => 'acked',
            (error: Error) => error.message,
          ),
      ),
    );
    for (const end of ends) expect(end).to.include('notes:completed holds a hash where the queue keeps a zset');
    using client = await plainRedis();
    expect(await client.llen(keyOf('active'))).to.equal(0);
    expect(await client.llen(keyOf('wait'))).to.equal(0);
    expect(await client.zcard(keyOf('failed'))).to.equal(9);
    expect(deliveries).to.equal(9);
  });
});
