// What a broker does with jobs that have a key: so many of a key at a time, in order, and the keys in turn.
import type { JobGroup, LeasedJob } from '@acktor/core/engine';
import { expect } from 'chai';
import type { Suite } from './suite.js';
import { ack, deadLetter, outgoing, requeue, retry } from './test-queue.js';

export function groupsConform(suite: Suite): void {
  suite.describe('when jobs have a key', () => {
    turnsConform(suite);
    holdingConforms(suite);
    losingConforms(suite);
    removingConforms(suite);
    operatingConforms(suite);
  });
}

function turnsConform({ it, trial }: Suite): void {
  it('hands out one of a key at a time, in the order in which they were sent', async () => {
    await trial().send(job('a1', 'a'), job('a2', 'a'), job('b1', 'b'), job('a3', 'a'), { id: 'free' });
    const first = await trial().take();
    expect(first.record.group).to.deep.equal({ key: 'a', concurrency: 1, holdsWhenDead: false });
    expect(first.record.id).to.equal('a1');
    expect(await trial().takeAll()).to.deep.equal(['b1', 'free']);
    expect(await trial().settle(first, ack)).to.equal('stored');
    expect(await trial().takeAll()).to.deep.equal(['a2']);
  });

  it('hands out as many of a key as it has turns', async () => {
    await trial().send(...['1', '2', '3', '4'].map((id) => job(id, 'a', { concurrency: 2 })));
    const [one, two] = [await trial().take(), await trial().take()];
    expect(await trial().fetch()).to.equal(undefined);
    await trial().settle(two, ack);
    await trial().settle(one, ack);
    expect(await trial().takeAll()).to.deep.equal(['3', '4']);
  });

  it('lets the keys take turns, however many jobs one of them has', async () => {
    const large = Array.from({ length: 30 }, (_, i) => job(`large-${i}`, 'large'));
    await trial().send(...large, job('small-0', 'small'), job('small-1', 'small'), job('other-0', 'other'));
    const order: string[] = [];
    for (let held = await trial().fetch(); order.length < 6 && held; held = await trial().fetch()) {
      order.push(held.record.id);
      await trial().settle(held, ack);
    }
    expect(order).to.deep.equal(['large-0', 'small-0', 'other-0', 'large-1', 'small-1', 'large-2']);
  });

  it('gives the next its turn with the ack, in time for a fetch of the same call', async () => {
    await trial().send(job('a1', 'a'), job('a2', 'a'));
    const held = await trial().take();
    const { settled, fetched } = await trial().askOne({ settle: { job: held, settlement: ack }, fetch: 'here|99' });
    expect(settled).to.equal('stored');
    expect(fetched?.job.record.id).to.equal('a2');
  });

  it('gives a turn once for an ack that is repeated', async () => {
    await trial().send(job('a1', 'a'), job('a2', 'a'), job('a3', 'a'));
    const held = await trial().take();
    await trial().settle(held, ack);
    await trial().settle(held, ack);
    expect(await trial().takeAll()).to.deep.equal(['a2']);
  });

  it('puts the urgent of the keys first, and keeps the order within a key', async () => {
    await trial().send(job('a1', 'a'), { ...job('a2', 'a'), priority: 1 }, { ...job('b1', 'b'), priority: 9 });
    await trial().send({ ...job('c1', 'c'), priority: 2 });
    const order: string[] = [];
    for (let held = await trial().fetch(); held; held = await trial().fetch()) {
      order.push(held.record.id);
      await trial().settle(held, ack);
    }
    expect(order).to.deep.equal(['a1', 'a2', 'c1', 'b1']);
  });

  it('takes an id once, also while its job waits for a turn', async () => {
    await trial().send(job('a1', 'a'), job('a2', 'a'));
    expect(await trial().send(job('a2', 'a'), job('a2', 'b'))).to.deep.equal([
      { duplicateOf: 'waiting' },
      { duplicateOf: 'waiting' },
    ]);
  });

  it('adds jobs with a key that are sent with a settlement', async () => {
    await trial().send({ id: 'plain' });
    const held = await trial().take();
    const sends = [job('a1', 'a'), job('a2', 'a')].map((each) => ({ queue: 'trial', job: { ...plain, ...each } }));
    await trial().settle(held, { ...ack, sends });
    expect(await trial().takeAll()).to.deep.equal(['a1']);
  });
}

function holdingConforms({ it, trial }: Suite): void {
  it('holds the turn through retries, with and without a wait, and requeues', async () => {
    await trial().send(job('a1', 'a'), job('a2', 'a'));
    for (const settlement of [retry(0), requeue, retry(30), { kind: 'requeue', afterMs: 30 } as const]) {
      const held = await trial().take();
      expect(held.record.id).to.equal('a1');
      await trial().settle(held, settlement);
      await trial().untilDue();
    }
    await trial().settle(await trial().take(), ack);
    expect(await trial().takeAll()).to.deep.equal(['a2']);
  });

  it('holds the turn while the job waits for its next attempt', async () => {
    await trial().send(job('a1', 'a'), job('a2', 'a'));
    await trial().settle(await trial().take(), retry(60_000));
    expect(await trial().fetch()).to.equal(undefined);
  });

  it('gives the turn of a dead letter to the next', async () => {
    await trial().send(job('a1', 'a'), job('a2', 'a'));
    await trial().settle(await trial().take(), deadLetter);
    expect(await trial().takeAll()).to.deep.equal(['a2']);
  });

  it('keeps the turn of a dead letter where that is asked for, until it is redriven and acked', async () => {
    await trial().send(...['a1', 'a2', 'a3'].map((id) => job(id, 'a', { holdsWhenDead: true })));
    await trial().settle(await trial().take(), deadLetter);
    expect(await trial().fetch()).to.equal(undefined);
    await trial().store.redrive([{ id: 'a1', deliveries: 1 }]);
    const again = await trial().take();
    expect(again.record.id).to.equal('a1');
    await trial().settle(again, ack);
    await trial().settle(await trial().take(), deadLetter);
    expect(await trial().fetch()).to.equal(undefined);
    await trial().store.purge([{ id: 'a2', deliveries: 1 }]);
    expect(await trial().takeAll()).to.deep.equal(['a3']);
  });

  it('puts a dead letter that is redriven behind those that wait for a turn', async () => {
    await trial().send(job('a1', 'a'), job('a2', 'a'), job('a3', 'a'));
    await trial().settle(await trial().take(), deadLetter);
    await trial().store.redrive([{ id: 'a1', deliveries: 1 }]);
    expect(await drain(trial())).to.deep.equal(['a2', 'a3', 'a1']);
  });
}

function losingConforms({ it, trial }: Suite): void {
  it('gives the same job back when its worker dies, before all others of its key', async () => {
    await trial().send(job('a1', 'a'), job('a2', 'a'), job('b1', 'b'));
    await trial().take('dead|1');
    await trial().releaseDead('dead');
    const again = await trial().take();
    expect(again.record.id).to.equal('a1');
    expect(await trial().takeAll()).to.deep.equal(['b1']);
    await trial().settle(again, ack);
    expect(await trial().takeAll()).to.deep.equal(['a2']);
  });

  it('lets nobody give a turn who has lost the lease', async () => {
    await trial().send(job('a1', 'a'), job('a2', 'a'));
    const lost = await trial().take('dead|1');
    await trial().releaseDead('dead');
    const held = await trial().take();
    expect(await trial().settle(lost, ack)).to.equal('lost');
    expect(await trial().fetch()).to.equal(undefined);
    await trial().settle(held, ack);
    expect(await trial().takeAll()).to.deep.equal(['a2']);
  });
}

function removingConforms({ it, trial }: Suite): void {
  it('passes on the turn of a job that is cancelled, and over one that waited for its turn', async () => {
    await trial().send(job('a1', 'a'), job('a2', 'a'), job('a3', 'a'));
    expect(await trial().broker.cancel('trial', 'a2', 'enough')).to.equal('removed');
    expect(await trial().broker.cancel('trial', 'a1', 'enough')).to.equal('removed');
    expect(await trial().takeAll()).to.deep.equal(['a3']);
  });

  it('gives a turn of its own to a job that takes the id of one that is done', async () => {
    await trial().send(job('a1', 'a'), job('a2', 'a'));
    await trial().settle(await trial().take(), ack);
    await trial().send({ ...job('a1', 'a'), reuse: 'again' });
    expect(await drain(trial())).to.deep.equal(['a2', 'a1']);
  });
}

function operatingConforms({ it, trial, features }: Suite): void {
  const keys = () => trial().broker.keys('trial');

  it('shows the keys that have jobs, and nothing of one that is idle', async () => {
    await trial().send(job('a1', 'a'), job('a2', 'a'), job('a3', 'a'), job('b1', 'b'));
    const { keys: busy } = await keys().page(undefined, 100);
    expect([...busy].toSorted((one, other) => (one.key < other.key ? -1 : 1))).to.deep.equal([
      { key: 'a', held: 2, turns: 1, isPaused: false, concurrency: undefined, rate: undefined },
      { key: 'b', held: 0, turns: 1, isPaused: false, concurrency: undefined, rate: undefined },
    ]);
    await drain(trial());
    expect(await keys().page(undefined, 100)).to.deep.equal({ keys: [], cursor: undefined });
  });

  it('pauses a key, and resumes it', async () => {
    await trial().send(job('a1', 'a'), job('b1', 'b'));
    await keys().pause('a');
    await trial().send(job('a2', 'a'), job('c1', 'c'));
    expect(await drain(trial())).to.deep.equal(['a1', 'b1', 'c1']);
    expect((await keys().page(undefined, 100)).keys).to.deep.equal([
      { key: 'a', held: 1, turns: 0, isPaused: true, concurrency: undefined, rate: undefined },
    ]);
    await keys().resume('a');
    expect(await drain(trial())).to.deep.equal(['a2']);
  });

  it('holds what is sent to a paused key that is idle', async () => {
    await keys().pause('a');
    await trial().send(job('a1', 'a'));
    expect(await trial().fetch()).to.equal(undefined);
    await keys().resume('a');
    expect(await drain(trial())).to.deep.equal(['a1']);
  });

  it('limits a key, and lets it go on as its jobs say', async () => {
    await trial().send(...['1', '2', '3', '4', '5'].map((id) => job(id, 'a')));
    await keys().limit('a', { concurrency: 3, rate: undefined });
    const held = [await trial().take(), await trial().take(), await trial().take()];
    expect(await trial().fetch()).to.equal(undefined);
    await keys().limit('a', { concurrency: null, rate: undefined });
    for (const each of held.slice(1)) await trial().settle(each, ack);
    expect(await trial().fetch()).to.equal(undefined);
    await trial().settle(held[0] as LeasedJob, ack);
    expect(await trial().takeAll()).to.deep.equal(['4']);
  });

  it('limits all keys that have no limit of their own', async () => {
    await keys().limit(undefined, { concurrency: 2, rate: undefined });
    await keys().limit('b', { concurrency: 1, rate: undefined });
    await trial().send(job('a1', 'a'), job('a2', 'a'), job('a3', 'a'), job('b1', 'b'), job('b2', 'b'));
    expect(await trial().takeAll()).to.deep.equal(['a1', 'a2', 'b1']);
  });

  it('lets so many jobs of a key begin in a span, and no other key wait for it', async () => {
    await keys().limit('a', { concurrency: undefined, rate: { max: 2, durationMs: 400 } });
    await trial().send(...['a1', 'a2', 'a3', 'a4'].map((id) => job(id, 'a')), job('b1', 'b'));
    expect((await keys().page(undefined, 100)).keys.find(({ key }) => key === 'a')?.rate).to.deep.equal({
      max: 2,
      durationMs: 400,
    });
    expect(await drain(trial())).to.deep.equal(['a1', 'b1', 'a2']);
    for (const id of ['a3', 'a4']) {
      expect((await trial().status()).nextDue?.inMs).to.be.within(1, 200);
      await trial().untilDue();
      expect(await drain(trial())).to.deep.equal([id]);
    }
  });

  it('purges what waits of a key, and leaves what is under way', async () => {
    await trial().send(...['a1', 'a2', 'a3'].map((id) => job(id, 'a')), job('b1', 'b'), job('b2', 'b'));
    const held = await trial().take();
    expect(await keys().purge('a', page)).to.deep.equal({ removed: 2, left: 0 });
    expect(await keys().purge('b', page)).to.deep.equal({ removed: 2, left: 0 });
    await trial().settle(held, ack);
    expect(await trial().fetch()).to.equal(undefined);
    expect(await keys().page(undefined, 100)).to.deep.equal({ keys: [], cursor: undefined });
  });

  it('purges a key page by page, and on the last one what has its turn, though others have come to wait', async () => {
    await trial().send(...['a1', 'a2', 'a3', 'a4', 'a5'].map((id) => job(id, 'a')));
    expect(await keys().purge('a', { most: 2, isLast: false })).to.deep.equal({ removed: 2, left: 2 });
    expect(await keys().purge('a', { most: 1, isLast: true })).to.deep.equal({ removed: 2, left: 0 });
    expect(await drain(trial())).to.deep.equal(['a5']);
  });

  if (!features.operator) return;

  it('makes the retries of a key due, and leaves what waits for its rate', async () => {
    await keys().limit('a', { concurrency: 5, rate: { max: 1, durationMs: 60_000 } });
    await trial().send(job('a1', 'a'), job('a2', 'a'));
    await trial().settle(await trial().take(), retry(60_000));
    const span = { offset: 0, limit: 10 };
    expect(await trial().admin.promote('trial', span)).to.deep.equal({ done: 1, left: 1 });
    expect(await drain(trial())).to.deep.equal(['a1']);
    expect(await trial().admin.runNow('trial', 'a2')).to.equal(true);
    expect(await drain(trial())).to.deep.equal(['a2']);
    await trial().send(job('a3', 'a'));
    await keys().limit('a', { concurrency: undefined, rate: null });
    expect(await trial().admin.promote('trial', span)).to.deep.equal({ done: 1, left: 0 });
  });

  it('counts and lists as waiting what waits for a turn', async () => {
    await trial().send(job('a1', 'a'), job('a2', 'a'), job('a3', 'a'), job('b1', 'b'));
    expect((await trial().admin.depth('trial')).waiting).to.equal(4);
    const { jobs } = await trial().admin.jobs('trial', { place: 'waiting', offset: 0, limit: 10 });
    expect(jobs.map(({ id, place }) => [id, place])).to.deep.equal(
      ['a1', 'b1', 'a2', 'a3'].map((id) => [id, 'waiting']),
    );
    expect((await trial().admin.find('trial', 'a3'))?.place).to.equal('waiting');
  });
}

function job(id: string, key: string, { concurrency = 1, holdsWhenDead = false }: Partial<JobGroup> = {}) {
  return { id, group: { key, concurrency, holdsWhenDead } };
}

const page = { most: 100, isLast: false };
const plain = outgoing({});

/** Takes and acks until nothing is ready. Returns the ids in order. */
async function drain(trial: ReturnType<Suite['trial']>): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let held = await trial.fetch(); held !== undefined; held = await trial.fetch()) {
    ids.push(held.record.id);
    await trial.settle(held, ack);
  }
  return ids;
}
