// What an engine does with what is published: it adds to all queues or to none, by one version of the exchanges.
import type { ExchangeStore, OutgoingJob, PublishAnswer } from '@acktor/core/engine';
import { expect } from 'chai';
import { QueueTrial } from './queue-trial.js';
import { ack, deadLetter, outgoing } from './test-queue.js';
import type { Suite } from './suite.js';

export function exchangesConform({ describe, it, trial, features }: Suite): void {
  describe('when something is published', () => {
    const store = (): ExchangeStore => trial().broker.exchanges();
    const version = async () => (await store().read()).version;
    const put = async (...names: readonly string[]) =>
      store().change({ version: await version(), put: names.map((name) => [name, `text of ${name}`]), remove: [] });
    /** Publishes one job to each of the queues. */
    const publish = async (queues: readonly string[], more: Partial<OutgoingJob> = {}, isRepeat = false) => {
      const jobs = queues.map((queue) => ({ queue, job: outgoing({ id: 'm', ...more }) }));
      return store().publish({ version: await version(), jobs, isRepeat });
    };
    const taken = (queue: string) => new QueueTrial(trial(), queue).takeAll();

    it('keeps exchanges and bindings as texts, under another version after each change', async () => {
      expect(await store().read()).to.deep.equal({ version: '0', entries: new Map() });
      expect(await put('x:a', 'b:1')).to.equal('changed');
      const first = await store().read();
      expect(Object.fromEntries(first.entries)).to.deep.equal({ 'b:1': 'text of b:1', 'x:a': 'text of x:a' });
      const remove = { version: first.version, put: [], remove: ['b:1', 'b:unknown'] };
      expect(await store().change(remove)).to.equal('changed');
      const second = await store().read();
      expect([...second.entries.keys()]).to.deep.equal(['x:a']);
      expect(second.version).to.not.equal(first.version);
    });

    it('changes nothing that was made of another version', async () => {
      await put('x:a');
      expect(await store().change({ version: '0', put: [['x:b', 'b']], remove: ['x:a'] })).to.equal('stale');
      expect([...(await store().read()).entries.keys()]).to.deep.equal(['x:a']);
    });

    it('adds nothing that was routed by another version, and answers so where nothing matched', async () => {
      const old = await version();
      await put('b:1');
      const jobs = [{ queue: 'trial', job: outgoing({ id: 'm' }) }];
      expect(await store().publish({ version: old, jobs, isRepeat: false })).to.equal('stale');
      expect(await store().publish({ version: old, jobs: [], isRepeat: false })).to.equal('stale');
      expect(await taken('trial')).to.deep.equal([]);
      expect(await publish([])).to.deep.equal(answer());
    });

    it('keeps temporary queues as long as they are held', async () => {
      await store().hold('short', 40);
      await store().hold('long', 60_000);
      expect(await store().unheld(['short', 'long', 'never'])).to.deep.equal(['never']);
      await trial().waitFor(60);
      expect(await store().unheld(['short', 'long', 'never'])).to.deep.equal(['short', 'never']);
      await store().hold('short', 60_000);
      expect(await store().unheld(['short'])).to.deep.equal([]);
    });

    it('drops a queue with all that is in it, and its name', async () => {
      const dropped = new QueueTrial(trial(), 'dropped');
      await dropped.send({ id: 'held' }, { id: 'acked' }, { id: 'dead' });
      await dropped.take();
      await dropped.settle(await dropped.take(), ack);
      await dropped.settle(await dropped.take(), deadLetter);
      await dropped.send({ id: 'later', delayMs: 60_000 }, { id: 'urgent', priority: 3 }, { id: 'waits' });
      for (let time = 0; time < 2; time += 1) {
        await store().drop('dropped');
        expect(await trial().broker.admin().queueNames()).to.not.include('dropped');
        for (const id of ['held', 'acked', 'dead', 'later', 'urgent', 'waits'])
          expect(await trial().broker.admin().find('dropped', id), id).to.equal(undefined);
      }
      const again = new QueueTrial(trial(), 'dropped');
      expect(await again.takeAll()).to.deep.equal([]);
      expect(await again.send({ id: 'acked' })).to.deep.equal(['accepted']);
      expect(await again.takeAll()).to.deep.equal(['acked']);
    });

    if (!features.publishesAtOnce) return;

    it('adds the job to each queue, as it was sent, with where it was published', async () => {
      const published = { exchange: 'orders', routingKey: 'order.eu.created' };
      const more = { payload: '{"to":"x"}', meta: { tenant: 'acme' }, priority: 2, published };
      expect(await publish(['trial', 'other'], more)).to.deep.equal(answer('accepted', 'accepted'));
      for (const queue of ['trial', 'other']) {
        const { record } = await new QueueTrial(trial(), queue).take();
        const { id, payload, meta, priority } = record;
        expect({ id, payload, meta, priority, published: record.published }).to.deep.equal({ id: 'm', ...more });
      }
    });

    it('adds several jobs of one queue, in their order', async () => {
      const jobs = ['a', 'b', 'c'].map((id) => ({ queue: 'trial', job: outgoing({ id }) }));
      await store().publish({ version: '0', jobs, isRepeat: false });
      expect(await taken('trial')).to.deep.equal(['a', 'b', 'c']);
    });

    it('delays it, and makes it wait for the turn of its key', async () => {
      await publish(['trial', 'other'], { delayMs: 40 });
      expect(await taken('trial')).to.deep.equal([]);
      await trial().waitFor(60);
      expect(await taken('trial')).to.deep.equal(['m']);
      if (!features.groups) return;
      const group = { key: 'k', concurrency: 1, holdsWhenDead: false };
      for (const id of ['first', 'second']) await publish(['keyed', 'other'], { id, group });
      const keyed = new QueueTrial(trial(), 'keyed');
      const held = await keyed.take();
      expect([held.record.id, await keyed.takeAll()]).to.deep.equal(['first', []]);
      await keyed.settle(held, ack);
      expect(await keyed.takeAll()).to.deep.equal(['second']);
    });

    it('adds once under an id, and says where it is', async () => {
      await publish(['trial']);
      expect(await publish(['trial', 'other'])).to.deep.equal(answer({ duplicateOf: 'waiting' }, 'accepted'));
      expect(await taken('trial')).to.deep.equal(['m']);
    });

    it('takes a repeat for the call whose answer was lost, whatever was changed since', async () => {
      const jobs = ['trial', 'other'].map((queue) => ({ queue, job: outgoing({ id: 'm' }) }));
      await store().publish({ version: '0', jobs, isRepeat: false });
      await put('b:1');
      const there = { duplicateOf: 'waiting' } as const;
      expect(await store().publish({ version: '0', jobs, isRepeat: true })).to.deep.equal(answer(there, there));
      const others = [{ queue: 'trial', job: outgoing({ id: 'n' }) }];
      expect(await store().publish({ version: '0', jobs: others, isRepeat: true }), 'none was added').to.equal('stale');
    });

    it('adds to no queue where one of them is full', async () => {
      if (!features.maxLength) return;
      const maxLength = { jobs: 1, whenFull: 'refuse' } as const;
      await new QueueTrial(trial(), 'bounded').send({ id: 'there' });
      const jobs = [
        { queue: 'trial', job: outgoing({ id: 'm' }) },
        { queue: 'bounded', job: outgoing({ id: 'm', maxLength }) },
      ];
      const call = { version: await version(), jobs, isRepeat: false };
      const refusal = { at: 1, refusal: { refused: 'the queue is full', full: { waiting: 1 } } };
      expect(await store().publish(call)).to.deep.equal(refusal);
      expect(await taken('trial')).to.deep.equal([]);
      expect(await taken('bounded')).to.deep.equal(['there']);
      expect(await store().publish(call), 'there is room now').to.deep.equal(answer('accepted', 'accepted'));
    });

    it('counts what the same publish adds to a queue that is bounded', async () => {
      if (!features.maxLength) return;
      const maxLength = { jobs: 2, whenFull: 'refuse' } as const;
      const jobs = ['a', 'b', 'c'].map((id) => ({ queue: 'trial', job: outgoing({ id, maxLength }) }));
      const refusal = { at: 2, refusal: { refused: 'the queue is full', full: { waiting: 2 } } };
      expect(await store().publish({ version: '0', jobs, isRepeat: false })).to.deep.equal(refusal);
      expect(await taken('trial')).to.deep.equal([]);
    });

    it('drops the oldest of a queue that is to', async () => {
      if (!features.maxLength) return;
      await trial().send({ id: 'old' });
      await publish(['trial', 'other'], { maxLength: { jobs: 1, whenFull: 'dropOldest' } });
      expect(await taken('trial')).to.deep.equal(['m']);
    });

    it('wakes who waits at each of the queues', async () => {
      const woken = trial().queue.waitForWork(10_000);
      await publish(['other', 'trial']);
      expect(await woken).to.have.property('kind', 'ready');
    });
  });
}

function answer(...outcomes: Extract<PublishAnswer, { readonly outcomes: unknown }>['outcomes']): object {
  return { outcomes };
}
