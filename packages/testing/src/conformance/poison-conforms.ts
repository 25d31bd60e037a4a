// What a broker does about a job that ends its workers: it is suspected, tried, and poisoned, and nothing else is.
import { expect } from 'chai';
import type { QueueTrial } from './queue-trial.js';
import { ack, retry } from './test-queue.js';
import type { Suite } from './suite.js';

export function poisonConforms({ describe, it, trial }: Suite): void {
  describe('when a process brings its end on itself', () => {
    it('suspects what it held, and lets the others go first', async () => {
      await trial().send({ id: 'a' }, { id: 'b' }, { id: 'c' }, { id: 'd' });
      await trial().take('dead|1');
      await trial().take('dead|2');
      expect(await trial().releaseOwnEnd('dead')).to.have.members(['a', 'b']);
      expect(await suspicionsInOrder(trial())).to.deep.equal(['c 0', 'd 0', 'a 1', 'b 1']);
    });

    it('lets equals of its priority go before a suspect, and lower ones after it', async () => {
      await trial().send({ id: 'low', priority: 9 }, { id: 'a', priority: 2 }, { id: 'b', priority: 2 });
      await trial().take('dead|1');
      await trial().releaseOwnEnd('dead');
      expect(await suspicionsInOrder(trial())).to.deep.equal(['b 0', 'a 1', 'low 0']);
    });

    it('holds the end against the one on trial alone', async () => {
      await suspect(trial(), 'a');
      await trial().send({ id: 'b' }, { id: 'c' });
      for (const token of ['dead|2', 'dead|3', 'dead|4']) await trial().take(token);
      expect(await trial().releaseOwnEnd('dead', { trials: onTrial('a') })).to.deep.equal(['a']);
      expect(await suspicionsInOrder(trial())).to.deep.equal(['b 0', 'c 0', 'a 2']);
    });

    it('holds nothing against jobs of a queue when another queue had the one on trial', async () => {
      await trial().send({ id: 'b' });
      await trial().take('dead|1');
      const trials = { suspects: [{ queue: 'another', jobId: 'b' }], isAlone: false };
      expect(await trial().releaseOwnEnd('dead', { trials })).to.deep.equal([]);
      expect(await suspicionsInOrder(trial())).to.deep.equal(['b 0']);
    });

    it('poisons a job that ended its worker alone at its last chance, with what the worker wrote last', async () => {
      await suspect(trial(), 'a', 2);
      await trial().send({ id: 'b' });
      await trial().take('dead|9');
      const ownEnd = { trials: onTrial('a', true), how: 'it was ended by SIGSEGV', lastLines: 'stderr:\nfault' };
      await trial().releaseOwnEnd('dead', ownEnd);
      const { record } = await trial().take();
      expect(record.id).to.equal('a');
      expect(record.poisoned)
        .to.include('poison')
        .and.to.include('3 workers')
        .and.to.include('it was ended by SIGSEGV');
    });

    it('never takes one for poison beside which something else was under way', async () => {
      await suspect(trial(), 'a', 2);
      for (let end = 1; end <= 5; end += 1) {
        await trial().take(`dead|${end}`);
        await trial().releaseOwnEnd('dead', { trials: onTrial('a') });
      }
      expect(await suspicionsInOrder(trial())).to.deep.equal(['a 2']);
    });

    it('leaves to the delivery limit what it cannot decide, and nothing else', async () => {
      await suspect(trial(), 'a', 2);
      await trial().send({ id: 'b' });
      for (let end = 1; end <= 3; end += 1) {
        await trial().take(`dead|${end}`);
        await trial().take(`dead|1${end}`);
        await trial().releaseOwnEnd('dead', { trials: onTrial('a') }, 2);
      }
      const [b, a] = [await trial().take(), await trial().take()];
      expect([b.record.id, b.record.poisoned]).to.deep.equal(['b', undefined]);
      expect(a.record.poisoned).to.include('delivery limit');
    });

    it('spares what was held beside poison the delivery limit, though it counts its lost leases', async () => {
      await suspect(trial(), 'a');
      await trial().send({ id: 'b' });
      for (let end = 1; end <= 4; end += 1) {
        const held = [await trial().take(`dead|${end}`), await trial().take(`dead|1${end}`)];
        expect(held.map(({ record }) => record.poisoned)).to.deep.equal([undefined, undefined]);
        await trial().releaseOwnEnd('dead', { trials: onTrial('a'), poisonLimit: 100 }, 1);
      }
      const beside = await trial().take();
      expect(beside.record).to.include({ id: 'b', leasesLost: 4, poisoned: undefined });
    });

    it('suspects a job no more that was tried again after its handler threw', async () => {
      await suspect(trial(), 'a', 2);
      await trial().settle(await trial().take(), retry(0));
      expect(await suspicionsInOrder(trial())).to.deep.equal(['a 0']);
    });

    it('goes on suspecting one that was put off', async () => {
      await suspect(trial(), 'a');
      await trial().settle(await trial().take(), { kind: 'requeue' });
      expect(await suspicionsInOrder(trial())).to.deep.equal(['a 1']);
    });

    it('stores the ack of a suspect', async () => {
      await suspect(trial(), 'a');
      expect(await trial().settle(await trial().take(), ack)).to.equal('stored');
      expect(await trial().fetch()).to.equal(undefined);
    });
  });
}

function onTrial(jobId: string, isAlone = false) {
  return { suspects: [{ queue: 'trial', jobId }], isAlone };
}

/** A job that ended so many workers while nothing else was held, and waits. */
async function suspect(trial: QueueTrial, id: string, ends = 1): Promise<void> {
  await trial.send({ id });
  for (let end = 1; end <= ends; end += 1) {
    await trial.take(`dead|${end}`);
    await trial.releaseOwnEnd('dead', end === 1 ? {} : { trials: onTrial(id) });
  }
}

/** Of all that can be fetched now, id and suspicions. */
async function suspicionsInOrder(trial: QueueTrial): Promise<readonly string[]> {
  const found: string[] = [];
  for (let job = await trial.fetch(); job !== undefined; job = await trial.fetch())
    found.push(`${job.record.id} ${job.record.suspicions}`);
  return found;
}
