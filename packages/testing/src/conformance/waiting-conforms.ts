// How a broker waits for work, and how it ends.
import { ClosedError } from '@acktor/core';
import { expect } from 'chai';
import { rejectionOf } from './queue-trial.js';
import { requeue } from './test-queue.js';
import type { Suite } from './suite.js';

export function waitingConforms({ describe, it, trial }: Suite): void {
  describe('when a consumer waits for work', () => {
    it('says that there is work as soon as a job is sent', async () => {
      const woken = trial().queue.waitForWork(10_000);
      await trial().send({ id: 'a' });
      expect(await woken).to.deep.equal({ kind: 'ready' });
    });

    it('says so for work that was there before', async () => {
      await trial().send({ id: 'a' });
      expect(await trial().queue.waitForWork(10_000)).to.deep.equal({ kind: 'ready' });
    });

    for (const priority of [0, 3]) {
      it(`says so for a job of priority ${priority} that is requeued`, async () => {
        await trial().send({ id: 'a', priority });
        const job = await trial().take();
        // The wake signal of the job's arrival is used up, so that only its return can be seen.
        await trial().waitFor(2);
        const woken = trial().queue.waitForWork(10_000);
        await trial().settle(job, requeue);
        expect(await woken).to.deep.equal({ kind: 'ready' });
      });
    }

    it('says when a delayed job is due', async () => {
      const sentAtMs = await trial().nowMs();
      await trial().send({ id: 'a', delayMs: 5_000 });
      const woken = await trial().queue.waitForWork(10_000);
      expect(woken.kind).to.equal('due');
      if (woken.kind !== 'due') return;
      expect(woken.due.atMs).to.be.within(sentAtMs + 4_999, (await trial().nowMs()) + 5_000);
      expect(woken.due.inMs).to.be.within(1, 5_000);
    });

    it('ends the wait when it was too long', async () => {
      expect(await trial().waitFor(2)).to.deep.equal({ kind: 'timeout' });
    });

    it('ends the wait when the queue is closed, which may be done twice', async () => {
      const ended = trial()
        .queue.waitForWork(60_000)
        .catch((error: unknown) => error);
      await trial().queue.close();
      await trial().queue.close();
      await ended;
    });

    it('refuses everything once it is closed, and may be closed twice', async () => {
      const { broker } = trial();
      await broker.close();
      await broker.close();
      const error = await rejectionOf(broker.send('trial', []));
      expect(error).to.be.instanceOf(ClosedError);
      expect(String(error)).to.contain('expected an open broker');
      expect(() => broker.workQueue('trial')).to.throw(ClosedError);
      expect(await rejectionOf(broker.ended('trial', 'a', new AbortController().signal))).to.be.instanceOf(ClosedError);
    });

    it('ends a wait with a wake signal that another passed on', async () => {
      for (const woken of [{ kind: 'ready' }, { kind: 'due', due: { atMs: 9_000_000_000_000, inMs: 0 } }] as const) {
        const wait = trial().queue.waitForWork(10_000);
        await trial().queue.passOn(woken);
        const heard = await wait;
        expect(heard.kind).to.equal(woken.kind);
        if (heard.kind === 'due') expect(heard.due.atMs).to.equal(9_000_000_000_000);
      }
    });
  });
}
