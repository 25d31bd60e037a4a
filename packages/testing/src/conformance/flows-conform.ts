// What an engine keeps of a flow with its job.
import type { FlowChange, FlowStore, StoredFlow } from '@acktor/core/engine';
import { expect } from 'chai';
import { ack, deadLetter, outgoing } from './test-queue.js';
import type { Suite } from './suite.js';

export function flowsConform({ describe, it, trial }: Suite): void {
  const store = (): FlowStore => trial().broker.flows(trial().queue.name);
  const read = async (id = 'f'): Promise<StoredFlow> => {
    const stored = await store().read(id);
    if (stored === undefined) throw new Error(`expected a job ${id}`);
    return stored;
  };
  const changeOf = (flow: FlowChange['flow'], more: Partial<FlowChange> = {}): FlowChange => ({
    flow,
    record: '{"phase":"running"}',
    progress: '{"done":1}',
    ...more,
  });

  describe('when a job is that of a flow', () => {
    it('reads its job, without a record before the first change', async () => {
      await trial().send({ id: 'f', name: 'import', payload: '{"n":1}', version: 3 });
      const { sentAtMs, ...stored } = await read();
      expect(stored).to.deep.equal({
        id: 'f',
        name: 'import',
        payload: '{"n":1}',
        version: 3,
        record: undefined,
        changes: 0,
      });
      expect(sentAtMs).to.be.closeTo(await trial().nowMs(), 10_000);
      expect(await store().read('none')).to.equal(undefined);
    });

    it('changes the record once for each reading of it', async () => {
      await trial().send({ id: 'f' });
      const first = await read();
      expect(await store().change(changeOf(first))).to.equal('changed');
      expect(await store().change(changeOf(first, { record: '{"phase":"late"}' }))).to.equal('stale');
      const second = await read();
      expect(second).to.deep.include({ record: '{"phase":"running"}', changes: 1 });
      expect(await store().change(changeOf(second, { record: '{"phase":"done"}' }))).to.equal('changed');
      expect(await read()).to.deep.include({ record: '{"phase":"done"}', changes: 2 });
    });

    it('keeps results of steps in whichever queues, and nothing of a change that is stale', async () => {
      await trial().send({ id: 'f' });
      const first = await read();
      const [here, there] = [
        { queue: trial().queue.name, id: 'trial:f:1.a' },
        { queue: 'elsewhere', id: 'trial:f:1.a' },
      ];
      await store().change(changeOf(first, { result: { ...here, json: '{"ok":true}' } }));
      await store().change(changeOf(first, { result: { ...there, json: '1' } }));
      expect(await store().results('f', [there, here])).to.deep.equal([undefined, '{"ok":true}']);
      await store().change(changeOf(await read(), { result: { ...there, json: 'null' } }));
      expect(await store().results('f', [there, here])).to.deep.equal(['null', '{"ok":true}']);
      expect(await store().results('f', [])).to.deep.equal([]);
      expect(await store().results('none', [here])).to.deep.equal([undefined]);
    });

    it('changes nothing of another job that was sent under its id since', async () => {
      await trial().send({ id: 'f' });
      const first = await read();
      await store().change(changeOf(first, { result: { queue: 'q', id: '1', json: '1' } }));
      await trial().settle(await trial().take(), ack);
      await trial().pass(5);
      await trial().send({ id: 'f', reuse: 'again' });
      const second = await read();
      expect(second).to.deep.include({ record: undefined, changes: 0 });
      expect(await store().results('f', [{ queue: 'q', id: '1' }])).to.deep.equal([undefined]);
      expect(await store().change(changeOf({ ...first, changes: 0 }))).to.equal('gone');
      expect(await store().change(changeOf({ ...first, id: 'none' }))).to.equal('gone');
    });

    it('keeps the record of a dead letter that is redriven', async () => {
      await trial().send({ id: 'f' });
      const held = await trial().take();
      await store().change(changeOf(await read(), { result: { queue: 'q', id: '1', json: '1' } }));
      expect(await trial().settle(held, deadLetter)).to.equal('stored');
      const [letter] = await trial().store.read(['f']);
      expect(await trial().store.redrive([{ id: 'f', deliveries: letter?.deliveries ?? 0 }])).to.deep.equal([true]);
      expect(await read()).to.deep.include({ record: '{"phase":"running"}', changes: 1 });
      expect(await store().results('f', [{ queue: 'q', id: '1' }])).to.deep.equal(['1']);
    });

    it('gives a step what it was sent with', async () => {
      await trial().send({ id: 's', flow: '{"step":"a"}' }, { id: 'plain' });
      expect((await trial().take()).record).to.deep.include({ id: 's', flow: '{"step":"a"}' });
      expect((await trial().take()).record.flow).to.equal(undefined);
      await trial().send({ id: 'sender' });
      const sends = [{ queue: trial().queue.name, job: outgoing({ id: 't', flow: '{"step":"b"}' }) }];
      await trial().settle(await trial().take(), { ...ack, sends });
      expect((await trial().take()).record).to.deep.include({ id: 't', flow: '{"step":"b"}' });
    });
  });
}
