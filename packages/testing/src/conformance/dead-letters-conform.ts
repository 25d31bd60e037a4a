// What an engine does with dead letters: it keeps them until they are redriven or purged.
import type { DeadSpan, DeadSummary } from '@acktor/core/engine';
import { expect } from 'chai';
import { QueueTrial } from './queue-trial.js';
import { ack, deadLetter, retry } from './test-queue.js';
import type { Suite } from './suite.js';

export function deadLettersConform({ describe, it, trial }: Suite): void {
  describe('when jobs are dead letters', () => {
    const never = new AbortController().signal;

    it('keeps what was sent, how it died, and when', async () => {
      await trial().send({ id: 'a', name: 'mail', payload: '{"to":"x"}', priority: 3 });
      const before = await trial().nowMs();
      await trial().settle(await trial().take(), retry(0));
      await trial().settle(await trial().take(), deadLetter);
      const [letter] = await trial().store.read(['a']);
      expect(letter).to.include({
        id: 'a',
        jobName: 'mail',
        payload: '{"to":"x"}',
        version: 1,
        reason: 'it cannot be',
      });
      expect(letter).to.include({ attemptsMade: 2, deliveries: 2, leasesLost: 0, priority: 3, redrives: 0 });
      expect(letter?.deadAtMs).to.be.within(before, await trial().nowMs());
      expect(JSON.parse(letter?.stacks ?? '')).to.deep.equal(['Error: at y', 'Error: at x']);
    });

    it('knows which of them have listeners, in whichever process, by their names', async () => {
      const other = new QueueTrial(trial(), 'other');
      expect(await trial().queue.deathListeners([])).to.deep.equal([]);
      expect(await trial().queue.deathListeners(['note', 'mail'])).to.have.members(['note', 'mail']);
      expect(await trial().queue.deathListeners(['note'])).to.have.members(['note', 'mail']);
      expect(await other.queue.deathListeners(['call'])).to.deep.equal(['call']);
      expect(await trial().queue.deathListeners([])).to.have.members(['note', 'mail']);
    });

    it('reads none that is no dead letter', async () => {
      await trial().send({ id: 'waiting' });
      expect(await trial().store.read(['unknown', 'waiting'])).to.deep.equal([undefined, undefined]);
      expect(await trial().store.count()).to.equal(0);
    });

    it('goes through all of a span, newest or oldest first, each once', async () => {
      const ids = Array.from({ length: 130 }, (_, i) => `job-${String(i).padStart(3, '0')}`);
      await die(trial(), ids);
      const oldest = await scanned(trial(), { order: 'oldest' });
      expect(oldest.map(({ id }) => id)).to.have.members(ids);
      expect(oldest.map(({ deadAtMs }) => deadAtMs)).to.deep.equal(
        oldest.map(({ deadAtMs }) => deadAtMs).toSorted((one, other) => one - other),
      );
      expect((await scanned(trial(), { order: 'newest' })).map(({ id }) => id)).to.have.members(ids);
    });

    it('goes through those of a time alone', async () => {
      await die(trial(), ['early']);
      await trial().pass(5);
      const sinceMs = await trial().nowMs();
      await die(trial(), ['late']);
      expect((await scanned(trial(), { sinceMs })).map(({ id }) => id)).to.deep.equal(['late']);
      expect((await scanned(trial(), { untilMs: sinceMs - 1 })).map(({ id }) => id)).to.deep.equal(['early']);
    });

    it('redrives one: its attempts begin afresh, its fence grows, and its history keeps why it died', async () => {
      await die(trial(), ['a']);
      expect(await trial().store.redrive([{ id: 'a', deliveries: 1 }])).to.deep.equal([true]);
      const job = await trial().take();
      expect(job.record).to.include({ id: 'a', attemptsMade: 0, deliveries: 2, leasesLost: 0, poisoned: undefined });
      await trial().settle(job, deadLetter);
      const [letter] = await trial().store.read(['a']);
      expect(letter).to.include({ redrives: 1, attemptsMade: 1, deliveries: 2 });
      const [first] = JSON.parse(letter?.history ?? '[]') as readonly object[];
      expect(first).to.include({ reason: 'it cannot be', fence: 1, attempt: 1 });
    });

    it('gives one another payload as it redrives it, if it is still that death', async () => {
      await trial().send({ id: 'a', payload: '{"n":1}' });
      await trial().settle(await trial().take(), deadLetter);
      expect(await trial().store.redrive([{ id: 'a', deliveries: 2 }], '{"n":2}')).to.deep.equal([false]);
      expect((await trial().store.read(['a']))[0]).to.include({ payload: '{"n":1}' });
      expect(await trial().store.redrive([{ id: 'a', deliveries: 1 }], '{"n":"ü"}')).to.deep.equal([true]);
      expect((await trial().take()).record).to.include({ id: 'a', payload: '{"n":"ü"}', deliveries: 2 });
    });

    it('forgets that one was cancelled when it is redriven', async () => {
      await trial().send({ id: 'a' });
      const held = await trial().take();
      await trial().broker.cancel('trial', 'a', 'no use for it');
      await trial().settle(held, deadLetter);
      await trial().store.redrive([{ id: 'a', deliveries: 1 }]);
      expect((await trial().take()).record.cancelled).to.equal(undefined);
    });

    it('wakes a waiting consumer when one is redriven', async () => {
      await die(trial(), ['a']);
      await trial().waitFor(2);
      const woken = trial().queue.waitForWork(10_000);
      await trial().store.redrive([{ id: 'a', deliveries: 1 }]);
      expect(await woken).to.deep.equal({ kind: 'ready' });
    });

    it('purges one for good, also for a caller that waits for its end', async () => {
      await die(trial(), ['a', 'b']);
      expect(await trial().store.purge([{ id: 'a', deliveries: 1 }])).to.deep.equal([true]);
      expect(await trial().store.count()).to.equal(1);
      expect(await trial().broker.ended('trial', 'a', never)).to.deep.equal({ kind: 'gone' });
      expect(await trial().send({ id: 'a' }), 'its id is free').to.deep.equal(['accepted']);
    });

    it('touches none that died again since it was looked at, or that is none any more', async () => {
      await die(trial(), ['a', 'b']);
      const deaths = ['a', 'b'].map((id) => ({ id, deliveries: 1 }));
      expect(await trial().store.redrive(deaths)).to.deep.equal([true, true]);
      await trial().settle(await trial().take(), deadLetter);
      await trial().settle(await trial().take(), ack);
      expect(await trial().store.redrive(deaths)).to.deep.equal([false, false]);
      expect(await trial().store.purge(deaths)).to.deep.equal([false, false]);
      expect(await trial().store.count()).to.equal(1);
    });
  });
}

async function die(trial: QueueTrial, ids: readonly string[]): Promise<void> {
  await trial.send(...ids.map((id) => ({ id })));
  for (let left = ids.length; left > 0; left -= 1) await trial.settle(await trial.take(), deadLetter);
}

async function scanned(trial: QueueTrial, span: Partial<DeadSpan>): Promise<readonly DeadSummary[]> {
  const all: DeadSummary[] = [];
  const whole = { sinceMs: 0, untilMs: Number.MAX_SAFE_INTEGER, order: 'newest' } as const;
  for await (const page of trial.store.scan({ ...whole, ...span })) all.push(...page);
  return all;
}
