// What an engine keeps beside the jobs of a queue, and writes together with the end of one.
import { StaleRecordError, type RecordStore, type RecordWrite, type StoredRecord } from '@acktor/core/engine';
import { expect } from 'chai';
import type { Suite } from './suite.js';
import { ack, outgoing, retry } from './test-queue.js';

export function recordsConform({ describe, it, trial }: Suite): void {
  const store = (): RecordStore => trial().broker.records(trial().queue.name);
  const write = (more: Partial<RecordWrite> = {}): RecordWrite => {
    return { store: 'order', id: 'o-1', expected: 0, value: '"v1"', labels: ['waiting'], ...more };
  };
  const read = async (id = 'o-1'): Promise<StoredRecord> => {
    const record = await store().read('order', id);
    if (record === undefined) throw new Error(`expected a record ${id}`);
    return record;
  };
  /** Sends a job, and acks it with this write. */
  const wrote = async (id: string, given: RecordWrite) => {
    await trial().send({ id });
    return trial().settle(await trial().take(), { ...ack, write: given });
  };
  /** The error of a settlement that is refused alone. */
  const refusal = async (id: string, given: RecordWrite, more: object = {}) => {
    await trial().send({ id });
    const job = await trial().take();
    const options = { leaseMs: 10_000, worker: 'here', wantsStatus: false };
    const settle = { job, settlement: { ...ack, ...more, write: given } };
    const { replies } = await trial().queue.settleAndFetch([{ settle }], options);
    return { job, error: replies[0]?.error };
  };

  describe('when a record is written with a settlement', () => {
    it('keeps it with its turn, its labels and its time', async () => {
      expect(await store().read('order', 'o-1')).to.equal(undefined);
      expect(await wrote('a', write())).to.equal('stored');
      const { changedAtMs, ...record } = await read();
      expect(record).to.deep.equal({ value: '"v1"', turn: 1, labels: ['waiting'], keptUntilMs: undefined });
      expect(changedAtMs).to.be.closeTo(await trial().nowMs(), 10_000);
      expect(await wrote('b', write({ expected: 1, value: '"v2"', labels: [] }))).to.equal('stored');
      expect(await read()).to.deep.include({ value: '"v2"', turn: 2, labels: [] });
      expect(await store().read('order', 'o-2')).to.equal(undefined);
      expect(await store().read('cart', 'o-1')).to.equal(undefined);
    });

    it('refuses the settlement of one that was written since, with nothing settled, written or sent', async () => {
      await wrote('a', write());
      const sends = [{ queue: trial().queue.name, job: outgoing({ id: 'sent' }) }];
      const { job, error } = await refusal('b', write({ value: '"late"' }), { sends });
      expect(error).to.be.instanceOf(StaleRecordError);
      expect(await read()).to.deep.include({ value: '"v1"', turn: 1 });
      expect(await trial().settle(job, { kind: 'requeue' })).to.equal('stored');
      expect((await trial().take()).record).to.deep.include({ id: 'b', attemptsMade: 0 });
      expect(await trial().takeAll()).to.deep.equal([]);
    });

    it('writes one of two settlements of a call that read the same', async () => {
      await trial().send({ id: 'a' }, { id: 'b' });
      const [a, b] = [await trial().take(), await trial().take()];
      const requests = [a, b].map((job) => ({
        settle: { job, settlement: { ...ack, write: write({ value: `"${job.record.id}"` }) } },
      }));
      const options = { leaseMs: 10_000, worker: 'here', wantsStatus: false };
      const { replies } = await trial().queue.settleAndFetch(requests, options);
      expect(replies.map(({ settled }) => settled)).to.deep.equal(['stored', undefined]);
      expect(replies[1]?.error).to.be.instanceOf(StaleRecordError);
      expect(await read()).to.deep.include({ value: '"a"', turn: 1 });
    });

    it('writes nothing again with a settlement that was stored before', async () => {
      await trial().send({ id: 'a' });
      const job = await trial().take();
      const settlement = { ...ack, write: write() };
      expect(await trial().settle(job, settlement)).to.equal('stored');
      expect(await trial().settle(job, settlement)).to.equal('stored');
      expect(await read()).to.deep.include({ turn: 1 });
      await wrote('b', write({ expected: 1, value: '"v2"' }));
      expect(await read()).to.deep.include({ value: '"v2"', turn: 2 });
    });

    it('writes nothing with a settlement whose lease is lost', async () => {
      await trial().send({ id: 'a' });
      const lost = await trial().take('dead|1');
      await trial().releaseDead('dead');
      const again = await trial().take();
      expect(await trial().settle(lost, { ...ack, write: write({ value: '"zombie"' }) })).to.equal('lost');
      expect(await store().read('order', 'o-1')).to.equal(undefined);
      expect(await trial().settle(again, { ...ack, write: write() })).to.equal('stored');
      expect(await read()).to.deep.include({ value: '"v1"', turn: 1 });
    });

    it('writes it with what is sent beside it, and with other ends than an ack', async () => {
      await trial().send({ id: 'a' });
      const sends = [{ queue: trial().queue.name, job: outgoing({ id: 'b', delayMs: 60_000 }) }];
      await trial().settle(await trial().take(), { ...retry(60_000), sends, write: write() });
      expect(await read()).to.deep.include({ turn: 1 });
      expect(await trial().admin.depth(trial().queue.name)).to.deep.include({ delayed: 2 });
    });

    it('counts and lists them by label, the oldest first', async () => {
      await wrote('a', write({ labels: ['waiting', 'new'] }));
      await trial().pass(5);
      await wrote('b', write({ id: 'o-2', labels: ['waiting'] }));
      await trial().pass(5);
      await wrote('c', write({ expected: 1, labels: ['paid', 'new'] }));
      const { total, labels } = await store().count('order');
      const sorted = labels.toSorted((one, other) => (one.label < other.label ? -1 : 1));
      expect({ total, labels: sorted }).to.deep.equal({
        total: 2,
        labels: [
          { label: 'new', count: 1 },
          { label: 'paid', count: 1 },
          { label: 'waiting', count: 1 },
        ],
      });
      const idsOf = async (label?: string, offset = 0, limit = 10) =>
        (await store().list('order', { label, offset, limit })).map(({ id }) => id);
      expect(await idsOf('waiting')).to.deep.equal(['o-2']);
      expect(await idsOf('none')).to.deep.equal([]);
      expect(await idsOf()).to.deep.equal(['o-2', 'o-1']);
      expect(await idsOf(undefined, 1, 1)).to.deep.equal(['o-1']);
      const [since] = await store().list('order', { label: 'new', offset: 0, limit: 1 });
      expect(since?.sinceMs).to.be.lessThan((await read()).changedAtMs);
      expect(await store().stores()).to.deep.equal(['order']);
    });

    it('takes one that is kept no longer for none, and removes it when another ends', async () => {
      await wrote('a', write({ labels: ['done'], keptMs: 40 }));
      const { keptUntilMs, changedAtMs } = await read();
      expect(keptUntilMs).to.equal(changedAtMs + 40);
      expect((await refusal('b', write())).error).to.be.instanceOf(StaleRecordError);
      await trial().pass(60);
      expect(await wrote('c', write({ id: 'o-2', labels: ['done'], keptMs: 60_000 }))).to.equal('stored');
      expect(await store().read('order', 'o-1')).to.equal(undefined);
      expect(await store().count('order')).to.deep.equal({ total: 1, labels: [{ label: 'done', count: 1 }] });
      await wrote('d', write({ id: 'o-3', labels: ['done'], keptMs: 20 }));
      await trial().pass(40);
      expect(await wrote('e', write({ id: 'o-3', value: '"anew"', labels: ['waiting'] }))).to.equal('stored');
      expect(await read('o-3')).to.deep.include({ value: '"anew"', turn: 1, keptUntilMs: undefined });
      expect((await store().list('order', { label: 'done', offset: 0, limit: 9 })).map(({ id }) => id)).to.deep.equal([
        'o-2',
      ]);
    });
  });
}
