// What an inspection finds out of place in a queue, and how it is put back.
import { expect } from 'chai';
import { connectBroker } from '@acktor/core/internal';
import type { QueueFault } from '@acktor/core';
import type { Redis } from 'ioredis';
import { handlerOf } from '../handler/handler-of.js';
import { note } from '../jobs/notes.js';
import { plainRedis } from '../real-redis/plain-bullmq.js';
import { brokerOptions } from '../real-redis/real-redis.js';
import { openOperatorTrial, type OperatorTrial } from './operator-trial.js';

describe('an inspection of the queues', function () {
  this.timeout(60_000);

  let open: OperatorTrial;
  let client: Redis & Disposable;
  beforeEach(async () => {
    open = await openOperatorTrial();
    client = await plainRedis();
  });
  afterEach(async () => {
    client[Symbol.dispose]();
    await open[Symbol.asyncDispose]();
  });

  const keyOf = (part: string) => `${open.trial.namespace}:notes:${part}`;
  const send = (id: string) => open.trial.producer.send(note, { text: 'x' }, { id });
  const faults = async () => (await open.operator.inspect()).faults;
  const placeOf = async (id: string) => (await open.operator.job('notes', id))?.place;
  const repairAll = async () => {
    const outcomes: string[] = [];
    for (const fault of await faults()) outcomes.push(await open.operator.repair(fault));
    return outcomes;
  };

  it('finds nothing in sound queues, wherever their jobs are', async () => {
    await using queue = open.trial.queue('notes');
    await send('acked');
    const worker = await open.trial.work([handlerOf(note, ({ data }) => ({ length: data.text.length }))]);
    await open.trial.producer.receipt(note, 'acked').result({ timeoutMs: 10_000 });
    await worker.close();
    await send('plain');
    await open.trial.producer.send(note, { text: 'x' }, { id: 'later', delayMs: 60_000 });
    await open.trial.producer.send(note, { text: 'x' }, { id: 'urgent', priority: 3 });
    await queue.upsertJobScheduler('daily', { every: 86_400_000 }, { name: 'note', data: { text: 'x' } });
    expect(await open.operator.inspect()).to.deep.include({ faults: [], isWhole: true });
  });

  it('finds no fault in jobs that are on their way', async () => {
    await open.trial.work([handlerOf(note, ({ data }) => ({ length: data.text.length }))]);
    const receipts = await Promise.all(Array.from({ length: 500 }, (_, i) => send(`job-${i}`)));
    const ended = Promise.all(receipts.map((receipt) => receipt.result({ timeoutMs: 30_000 })));
    for (let inspections = 0; inspections < 20; inspections += 1) expect(await faults()).to.deep.equal([]);
    await ended;
  });

  const unlisted = (id: string): QueueFault => ({ kind: 'unlistedJob', queue: 'notes', jobId: id, jobName: 'note' });

  it('lets a job wait again that no list has', async () => {
    await send('lost');
    await send('other');
    await client.lrem(keyOf('wait'), 0, 'lost');
    expect(await faults()).to.deep.equal([unlisted('lost')]);
    expect(await open.operator.repair(unlisted('lost'))).to.equal('repaired');
    expect(await client.lrange(keyOf('wait'), 0, -1)).to.have.members(['lost', 'other']);
    expect(await open.operator.repair(unlisted('lost'))).to.equal('gone');
    await open.trial.work([handlerOf(note, ({ data }) => ({ length: data.text.length }))]);
    await open.trial.producer.receipt(note, 'lost').result({ timeoutMs: 10_000 });
    expect(await faults()).to.deep.equal([]);
  });

  it('counts a lost lease of one that was delivered before, and keeps its priority', async () => {
    await open.trial.producer.send(note, { text: 'x' }, { id: 'lost', priority: 7 });
    await client.zrem(keyOf('prioritized'), 'lost');
    await client.hset(keyOf('lost'), 'ats', 2);
    expect(await repairAll()).to.deep.equal(['repaired']);
    expect(Math.floor(Number(await client.zscore(keyOf('prioritized'), 'lost')) / 2 ** 32)).to.equal(7);
    expect(await client.hget(keyOf('lost'), 'stc')).to.equal('1');
  });

  for (const [place, field] of [
    ['acked', 'returnvalue'],
    ['deadLettered', 'failedReason'],
  ] as const) {
    it(`lists a job among those that are ${place} that ended so`, async () => {
      await send('ended');
      await client.lrem(keyOf('wait'), 0, 'ended');
      await client.hset(keyOf('ended'), 'finishedOn', 1_700_000_000_000, field, '"x"');
      expect(await repairAll()).to.deep.equal(['repaired']);
      expect(await placeOf('ended')).to.equal(place);
    });
  }

  it('removes a lease that is on no active job, and leaves those that are', async () => {
    await send('waits');
    await client.set(keyOf('waits:lock'), 'ghost|1');
    await client.set(keyOf('gone:lock'), 'ghost|2');
    expect((await faults()).map((fault) => 'jobId' in fault && fault.jobId)).to.have.members(['waits', 'gone']);
    expect(await repairAll()).to.deep.equal(['repaired', 'repaired']);
    expect(await client.exists(keyOf('waits:lock'), keyOf('gone:lock'))).to.equal(0);
    expect(await placeOf('waits')).to.equal('waiting');
  });

  it('gives back what a worker holds that is not there, and nothing of one that is', async () => {
    await send('held');
    const { broker, close } = await connectBroker(brokerOptions({ namespace: open.trial.namespace }));
    try {
      const call = { leaseMs: 60_000, worker: 'ghost', wantsStatus: false };
      await broker.workQueue('notes').settleAndFetch([{ fetch: 'ghost|1' }], call);
    } finally {
      await close();
    }
    const fault = { kind: 'absentHolder', queue: 'notes', workerId: 'ghost', jobIds: ['held'] } as const;
    expect(await faults()).to.deep.equal([fault]);
    expect(await repairAll()).to.deep.equal(['repaired']);
    expect(await placeOf('held')).to.equal('waiting');
    expect(await open.operator.repair(fault)).to.equal('gone');
  });

  it('moves a job out of the place of a part of the queue, and poisons it', async () => {
    await using queue = open.trial.queue('notes');
    await queue.add('note', { text: 'x' }, { jobId: 'completed' });
    await send('other');
    const fault: QueueFault = { kind: 'misplacedJob', queue: 'notes', jobId: 'completed', jobName: 'note' };
    expect(await faults()).to.deep.equal([fault]);
    expect(await open.operator.repair(fault)).to.equal('repaired');
    expect(await open.operator.repair(fault)).to.equal('gone');
    expect(await client.lrange(keyOf('wait'), 0, -1)).to.deep.equal(['other', 'completed-misplaced']);
    expect(await client.type(keyOf('completed'))).to.equal('none');
    expect(await client.hget(keyOf('completed-misplaced'), 'defa')).to.include('the name of a part of its queue');
    expect(await faults()).to.deep.equal([]);
  });

  it('shows a value of another kind, and leaves it', async () => {
    await send('other');
    await client.set(keyOf('delayed'), 'x');
    const wrong = { kind: 'wrongType', queue: 'notes', key: keyOf('delayed'), found: 'string', expected: 'zset' };
    expect(await faults()).to.deep.equal([wrong]);
    expect(await repairAll()).to.deep.equal(['left']);
    expect(await client.get(keyOf('delayed'))).to.equal('x');
  });

  it('ends at its bounds, and says that it was not whole', async () => {
    for (const id of ['a', 'b', 'c']) await send(id);
    await client.del(keyOf('wait'));
    const bounded = await open.operator.inspect({ mostFaults: 2 });
    expect(bounded.faults).to.have.length(2);
    expect(bounded.isWhole).to.equal(false);
    const ended = await open.operator.inspect({ signal: AbortSignal.abort() });
    expect(ended).to.deep.include({ faults: [], isWhole: false });
    let last = { seen: 0, keys: 0 };
    expect((await open.operator.inspect({ onProgress: (progress) => (last = progress) })).faults).to.have.length(3);
    expect(last.keys).to.be.greaterThan(0);
    expect(last.seen).to.equal(last.keys);
  });
});
