// Records that plain clients, or hands, have put where Acktor works: each job ends in one place, and the others as ever.
import type { DeadLetter } from '@acktor/core';
import { expect } from 'chai';
import { handlerOf } from '../handler/handler-of.js';
import { note } from '../jobs/notes.js';
import { plainRedis } from '../real-redis/plain-bullmq.js';
import { openBroker } from '../real-redis/real-redis.js';
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
    for (const end of ends) expect(end).to.equal('acked');
    const misplaced = await trial.producer
      .receipt(note, 'completed-misplaced')
      .result({ timeoutMs: 10_000 })
      .then(
        () => 'acked',
        (error: Error) => error.message,
      );
    expect(misplaced).to.include('the name of a part of its queue');
    using client = await plainRedis();
    expect(await client.llen(keyOf('active'))).to.equal(0);
    expect(await client.llen(keyOf('wait'))).to.equal(0);
    expect(await client.zcard(keyOf('failed'))).to.equal(1);
    expect(await client.zcard(keyOf('completed'))).to.equal(8);
    expect(deliveries).to.be.within(8, 9);
  });

  it('is moved at the start of a worker, which warns of it', async () => {
    await using queue = trial.queue('notes');
    await queue.add('note', { text: 'misplaced' }, { jobId: 'limiter' });
    await trial.work([handlerOf(note, ({ data }) => ({ length: data.text.length }))]);
    const { level, facts } = await trial.log.said('the id of a job is the name of a part of its queue');
    expect(level).to.equal('warn');
    expect(facts).to.include({ kind: 'misplacedJob', queue: 'notes', jobId: 'limiter', outcome: 'repaired' });
    using client = await plainRedis();
    expect(await client.exists(keyOf('limiter'))).to.equal(0);
    expect(await client.hget(keyOf('limiter-misplaced'), 'name')).to.equal('note');
    const plain = await trial.producer.send(note, { text: 'plain' });
    expect(await plain.result({ timeoutMs: 10_000 })).to.deep.equal({ length: 5 });
  });

  it('harms no other job when it comes while a worker runs', async () => {
    await using queue = trial.queue('notes');
    await trial.work([handlerOf(note, ({ data }) => ({ length: data.text.length }))]);
    await queue.add('note', { text: 'misplaced' }, { jobId: 'completed' });
    const receipts = await Promise.all(
      Array.from({ length: 20 }, (_, i) => trial.producer.send(note, { text: `${i}` })),
    );
    for (const receipt of receipts) await receipt.result({ timeoutMs: 10_000 });
    expect(await queue.getJobCounts(...PLACES)).to.include({ active: 0, wait: 0, completed: 20 });
  });

  it('is not settled by the worker that had the job before the last that fetched it', async () => {
    const connected = await openBroker({ namespace: trial.namespace });
    const { broker } = connected;
    try {
      await trial.producer.send(note, { text: 'x' }, { id: 'twice' });
      const call = { leaseMs: 60_000, worker: 'one', wantsStatus: false };
      const fetched = (await broker.workQueue('notes').settleAndFetch([{ fetch: 'one|1' }], call)).replies[0]?.fetched;
      if (fetched?.kind !== 'job') throw new Error('expected a job');
      using client = await plainRedis();
      // As a replica has it that had not heard of the first fetch: the second counted the same, and its lease has expired.
      await client.hset(keyOf('twice'), 'pb', 'two');
      await client.del(keyOf('twice:lock'));
      expect(await broker.workQueue('notes').renew([fetched.job], 60_000)).to.deep.equal(['one|1']);
      const settle = { job: fetched.job, settlement: { kind: 'ack', result: '{}' } } as const;
      const [reply] = (await broker.workQueue('notes').settleAndFetch([{ settle }], call)).replies;
      expect(reply?.settled).to.equal('lost');
    } finally {
      await connected.close();
    }
  });

  for (const [what, id] of [
    ['half of a surrogate pair, as BullMQ packs it', Buffer.from([0x63, 0xed, 0xa0, 0xbd])],
    ['bytes of no encoding', Buffer.from([0xff, 0x00, 0xc3, 0x28])],
    ['Latin-1', Buffer.from('caf\xe9', 'latin1')],
  ] as const) {
    it(`is a dead letter under an id that is text, and holds up no other: an id of ${what}`, async () => {
      await using queue = trial.queue('notes');
      using client = await plainRedis();
      await queue.add('note', { text: 'plain' }, { jobId: 'before' });
      const key = Buffer.concat([Buffer.from(keyOf('')), id]);
      const opts = JSON.stringify({ attempts: 0 });
      await client.hset(
        key,
        'name',
        'note',
        'data',
        '{"text":"odd"}',
        'opts',
        opts,
        'timestamp',
        1,
        'delay',
        0,
        'priority',
        0,
      );
      await client.lpush(keyOf('wait'), id);
      await queue.add('note', { text: 'plain' }, { jobId: 'caf\u00e9 \u2603' });
      const handled: string[] = [];
      await trial.work([handlerOf(note, ({ id: its, data }) => (handled.push(its), { length: data.text.length }))]);
      await trial.producer.receipt(note, 'before').result({ timeoutMs: 10_000 });
      await trial.producer
        .send(note, { text: 'last' }, { id: 'last' })
        .then((sent) => sent.result({ timeoutMs: 10_000 }));
      expect(handled).to.deep.equal(['before', 'caf\u00e9 \u2603', 'last']);
      expect(await queue.getJobCounts(...PLACES)).to.include({ active: 0, wait: 0, completed: 3, failed: 1 });
      expect(await client.exists(key)).to.equal(0);
      const letters = trial.producer.deadLetters('notes');
      const found: DeadLetter[] = [];
      for await (const each of letters.list()) found.push(each);
      const [letter] = found;
      expect(letter?.reason).to.contain('no UTF-8 text').and.contain('\\x');
      expect(letter?.id).to.match(/^bytes-[0-9a-f]{40}$/);
      expect(await letters.redrive(letter?.id ?? '')).to.equal(true);
      const redriven = trial.producer.receipt(note, letter?.id ?? '');
      expect(await redriven.result({ timeoutMs: 10_000 })).to.deep.equal({ length: 3 });
    });
  }
});
