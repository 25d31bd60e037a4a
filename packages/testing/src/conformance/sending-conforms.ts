// What a broker does with jobs that are sent.
import { expect } from 'chai';
import { QueueTrial, rejectionOf } from './queue-trial.js';
import { ack, deadLetter } from './test-queue.js';
import type { Suite } from './suite.js';
import { ConfirmUnsupportedError } from '@acktor/core';

export function sendingConforms({ describe, it, trial, features }: Suite): void {
  describe('when jobs are sent', () => {
    it('hands them out in the order in which they were sent', async () => {
      expect(await trial().send({ id: 'a' }, { id: 'b' })).to.deep.equal(['accepted', 'accepted']);
      await trial().send({ id: 'c' });
      expect(await trial().takeAll()).to.deep.equal(['a', 'b', 'c']);
    });

    it('keeps what was sent with each', async () => {
      const before = await trial().nowMs();
      const backoff = { type: 'exponential', delayMs: 70, jitter: 0.25 } as const;
      await trial().send({ id: 'a', name: 'mail', payload: '{"ü":[1,"\\u0000"]}', attempts: 7, backoff, priority: 9 });
      const { record, leaseToken } = await trial().take('here|77');
      expect(leaseToken).to.equal('here|77');
      expect(record).to.deep.include({ id: 'a', name: 'mail', queue: 'trial', payload: '{"ü":[1,"\\u0000"]}' });
      expect(record).to.deep.include({ attempts: 7, backoff, priority: 9 });
      expect(record).to.include({ attemptsMade: 0, deliveries: 1, leasesLost: 0, poisoned: undefined });
      expect(record.sentAtMs).to.be.within(before, await trial().nowMs());
    });

    it('keeps the headers of each, through attempts and a redrive', async () => {
      const meta = { tenant: 'acme', locale: 'dé' };
      await trial().send({ id: 'a', meta }, { id: 'b', meta: { tenant: 'other' } }, { id: 'c' });
      const [first, second, third] = [await trial().take(), await trial().take(), await trial().take()];
      expect([first, second, third].map(({ record }) => record.meta)).to.deep.equal([
        meta,
        { tenant: 'other' },
        undefined,
      ]);
      if (features.operator) expect((await trial().admin.job('trial', 'a'))?.meta).to.deep.equal(meta);
      await trial().settle(first, deadLetter);
      const { id, deliveries } = first.record;
      expect((await trial().store.read([id]))[0]?.meta).to.deep.equal(meta);
      await trial().store.redrive([{ id, deliveries }]);
      expect((await trial().take()).record.meta).to.deep.equal(meta);
    });

    it('leaves to the contract what was not said', async () => {
      await trial().send({ id: 'a' });
      expect((await trial().take()).record).to.include({ attempts: undefined, backoff: undefined });
    });

    it('takes an id once while the job waits, is held, is acked or is dead, and says where it is', async () => {
      expect(await trial().send({ id: 'a', payload: '1' }, { id: 'a', payload: '2' })).to.deep.equal([
        'accepted',
        { duplicateOf: 'waiting' },
      ]);
      const held = await trial().take();
      expect(held.record.payload).to.equal('1');
      expect(await trial().send({ id: 'a' })).to.deep.equal([{ duplicateOf: 'active' }]);
      await trial().settle(held, ack);
      expect(await trial().send({ id: 'a' }, { id: 'b' })).to.deep.equal([{ duplicateOf: 'acked' }, 'accepted']);
      await trial().settle(await trial().take(), deadLetter);
      expect(await trial().send({ id: 'b' })).to.deep.equal([{ duplicateOf: 'deadLettered' }]);
      await trial().send({ id: 'later', delayMs: 60_000 }, { id: 'urgent', priority: 1 });
      expect(await trial().send({ id: 'later' }, { id: 'urgent' })).to.deep.equal([
        { duplicateOf: 'delayed' },
        { duplicateOf: 'waiting' },
      ]);
      expect(await trial().takeAll()).to.deep.equal(['urgent']);
    });

    it('gives an id again when its job is done, where that is asked for, and no sooner', async () => {
      expect(await trial().send({ id: 'a', reuse: '1' })).to.deep.equal(['accepted']);
      expect(await trial().send({ id: 'a', reuse: '2' })).to.deep.equal([{ duplicateOf: 'waiting' }]);
      const first = await trial().take();
      expect(await trial().send({ id: 'a', reuse: '3' })).to.deep.equal([{ duplicateOf: 'active' }]);
      await trial().settle(first, ack);
      expect(await trial().send({ id: 'a' })).to.deep.equal([{ duplicateOf: 'acked' }]);
      expect(await trial().send({ id: 'a', reuse: '4', payload: '{"n":4}' })).to.deep.equal(['accepted']);
      const second = await trial().take();
      expect(second.record).to.include({ payload: '{"n":4}', attemptsMade: 0 });
      expect(second.record.deliveries, 'the fence goes on').to.equal(2);
      await trial().settle(second, deadLetter);
      expect(await trial().send({ id: 'a', reuse: '5' })).to.deep.equal(['accepted']);
      expect(await trial().store.count()).to.equal(0);
      expect(await trial().takeAll()).to.deep.equal(['a']);
    });

    it('adds nothing when a send that reuses an id is repeated, however far its job has come', async () => {
      await trial().send({ id: 'a' });
      await trial().settle(await trial().take(), ack);
      const again = { id: 'a', reuse: 'this send', payload: '{"n":2}' };
      expect(await trial().send(again)).to.deep.equal(['accepted']);
      expect(await trial().send(again)).to.deep.equal([{ duplicateOf: 'waiting' }]);
      await trial().settle(await trial().take(), ack);
      expect(await trial().send(again)).to.deep.equal([{ duplicateOf: 'acked' }]);
      expect(await trial().takeAll()).to.deep.equal([]);
    });

    it('keeps queues apart', async () => {
      const other = new QueueTrial(trial(), 'other');
      await trial().send({ id: 'a' });
      expect(await other.takeAll()).to.deep.equal([]);
      expect(await other.send({ id: 'a' })).to.deep.equal(['accepted']);
    });

    it('hands out the ordinary first, then by priority, and equal ones in order', async () => {
      await trial().send({ id: 'late', priority: 30 }, { id: 'b', priority: 2 }, { id: 'c', priority: 2 });
      await trial().send({ id: 'a', priority: 1 }, { id: 'ordinary' });
      expect(await trial().takeAll()).to.deep.equal(['ordinary', 'a', 'b', 'c', 'late']);
    });

    it('keeps a delayed job until it is due, and says when that is', async () => {
      const sentAtMs = await trial().nowMs();
      await trial().send({ id: 'later', delayMs: 400 });
      expect(await trial().fetch()).to.equal(undefined);
      const { ready, nextDue } = await trial().status();
      expect(ready).to.equal(0);
      expect(nextDue?.atMs).to.be.within(sentAtMs + 399, (await trial().nowMs()) + 400);
      expect(nextDue?.inMs).to.be.within(0, 400);
      await trial().untilDue();
      expect(await trial().takeAll()).to.deep.equal(['later']);
    });

    it('takes as many as are sent in one call', async () => {
      const ids = Array.from({ length: 250 }, (_, i) => `job-${i}`);
      await trial().send(...ids.map((id) => ({ id })));
      expect((await trial().status()).ready).to.equal(250);
      expect(await trial().takeAll()).to.deep.equal(ids);
    });
  });
}

export function confirmsConform({ describe, it, trial, features }: Suite): void {
  describe('when a send is to be confirmed', () => {
    it('takes what needs no more than its own word', () => {
      expect(() => trial().broker.requireConfirm('accepted')).not.to.throw();
    });

    it('is connected once it has been sent to', async () => {
      await trial().send({ id: 'a' });
      await trial().broker.connected('trial', 'accepted', new AbortController().signal);
    });

    if (features.confirms) return;

    it('refuses a disk and replicas that it does not have, and adds nothing', async () => {
      for (const confirm of ['fsync', { replicas: 1 }] as const) {
        expect(() => trial().broker.requireConfirm(confirm)).to.throw(ConfirmUnsupportedError);
        const demand = { confirm, timeoutMs: 100 };
        expect(await rejectionOf(trial().broker.send('trial', [], demand))).to.be.instanceOf(ConfirmUnsupportedError);
      }
      expect(await trial().takeAll()).to.deep.equal([]);
    });
  });
}
