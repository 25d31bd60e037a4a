// What an engine does with cancels: a job that waits goes, one that is under way is marked, and its worker is notified.
import type { CancelRequest } from '@acktor/core/engine';
import { expect } from 'chai';
import { QueueTrial } from './queue-trial.js';
import { ack, deadLetter } from './test-queue.js';
import type { Suite } from './suite.js';

export function cancelConforms({ describe, it, trial }: Suite): void {
  describe('when a job is cancelled', () => {
    const never = new AbortController().signal;
    const why = 'the order was withdrawn';

    for (const [words, options] of Object.entries({
      'its turn': {},
      'its time': { delayMs: 60_000 },
      'its turn by priority': { priority: 4 },
    })) {
      it(`removes one that waits for ${words}, and ends the waits for its end`, async () => {
        await trial().send({ id: 'a', ...options });
        const end = trial().broker.ended('trial', 'a', never);
        expect(await trial().broker.cancel('trial', 'a', why)).to.equal('removed');
        expect(await end).to.deep.equal({ kind: 'gone' });
        expect(await trial().takeAll()).to.deep.equal([]);
        expect(await trial().broker.cancel('trial', 'a', why)).to.equal('notFound');
      });
    }

    it('notifies the processes of its queue of one that is under way: which delivery, and why', async () => {
      const { heard, first } = hearing();
      await trial().liveness('here', { onCancel: heard });
      await trial().send({ id: 'a' });
      const held = await trial().take('here|1');
      expect(await trial().broker.cancel('trial', 'a', why)).to.equal('signalled');
      expect(await first).to.deep.equal({ queue: 'trial', jobId: 'a', why, fence: 1 });
      expect(await trial().settle(held, ack), 'a handler that returns all the same').to.equal('stored');
    });

    it('leaves a job of the same id in another queue alone', async () => {
      const other = new QueueTrial(trial(), 'other');
      await trial().send({ id: 'a' });
      await other.send({ id: 'a' });
      expect(await trial().broker.cancel('trial', 'a', why)).to.equal('removed');
      expect(await other.takeAll()).to.deep.equal(['a']);
    });

    it('keeps the mark for the next holder of the job, when its worker dies', async () => {
      await trial().send({ id: 'a' });
      await trial().take('dead|1');
      await trial().broker.cancel('trial', 'a', why);
      await trial().releaseDead('dead');
      expect((await trial().take()).record.cancelled).to.equal(why);
    });

    it('comes too late for one that has ended', async () => {
      await trial().send({ id: 'acked' }, { id: 'dead' });
      await trial().settle(await trial().take(), ack);
      await trial().settle(await trial().take(), deadLetter);
      for (const id of ['acked', 'dead']) expect(await trial().broker.cancel('trial', id, why)).to.equal('ended');
    });

    it('finds no job that was never sent', async () => {
      expect(await trial().broker.cancel('trial', 'unknown', why)).to.equal('notFound');
    });
  });
}

function hearing() {
  let heard: (request: CancelRequest) => void = () => undefined;
  const first = new Promise<CancelRequest>((resolve) => {
    heard = resolve;
  });
  return { heard, first };
}
