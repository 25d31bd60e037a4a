// Which event counts where, and which limit looks at what: the truth table of docs/guarantees.md, line by line.
import { expect } from 'chai';
import type { QueueTrial } from './queue-trial.js';
import { ack, deadLetter, requeue, retry } from './test-queue.js';
import type { Suite } from './suite.js';

/** What a record says of its job's past when it is handed out. */
interface Counts {
  readonly deliveries: number;
  readonly attemptsMade: number;
  readonly leasesLost: number;
  readonly suspicions: number;
}

/** An event between two deliveries of one job, and what it adds, besides the second delivery itself. */
interface Line {
  readonly event: string;
  readonly happens: (trial: QueueTrial) => Promise<unknown>;
  readonly adds: Partial<Counts>;
}

const settled = (settlement: Parameters<QueueTrial['settle']>[1]) => async (trial: QueueTrial) =>
  trial.settle(await trial.take('here|1'), settlement);

const LINES: readonly Line[] = [
  { event: 'a retry', happens: settled(retry(0)), adds: { attemptsMade: 1 } },
  { event: 'a requeue', happens: settled(requeue), adds: {} },
  { event: 'a requeue for later', happens: settled({ kind: 'requeue', afterMs: 1 }), adds: {} },
  { event: 'leaving it to others', happens: settled({ kind: 'requeue', afterMs: 1, isForOthers: true }), adds: {} },
  { event: 'a wait for children', happens: settled({ kind: 'waitForChildren' }), adds: {} },
  {
    event: 'the death of its worker',
    happens: async (trial) => {
      await trial.take('dead|1');
      await trial.releaseDead('dead');
    },
    adds: { leasesLost: 1 },
  },
  {
    event: 'an end that its worker brought on itself',
    happens: async (trial) => {
      await trial.take('dead|1');
      await trial.releaseOwnEnd('dead');
    },
    adds: { leasesLost: 1, suspicions: 1 },
  },
  {
    event: 'a fetch whose reply was lost',
    happens: async (trial) => {
      await trial.take('here|1');
      await trial.queue.reconcile({ process: 'here', last: 1 }, []);
    },
    adds: {},
  },
];

export function countersConform({ describe, it, trial, features }: Suite): void {
  describe('when deliveries are counted', () => {
    const next = async (): Promise<Counts> => {
      await trial().pass(2);
      const { record } = await trial().take();
      const { deliveries, attemptsMade, leasesLost, suspicions } = record;
      return { deliveries, attemptsMade, leasesLost, suspicions };
    };
    const begins: Counts = { deliveries: 1, attemptsMade: 0, leasesLost: 0, suspicions: 0 };

    it('counts a first delivery, and nothing else', async () => {
      await trial().send({ id: 'a' });
      expect(await next()).to.deep.equal(begins);
    });

    for (const { event, happens, adds } of LINES) {
      if (adds.suspicions !== undefined && !features.poison) continue;
      it(`counts of ${event} ${inWords(adds)}`, async () => {
        await trial().send({ id: 'a' });
        await happens(trial());
        expect(await next()).to.deep.equal({ ...begins, ...adds, deliveries: 2 });
      });
    }

    it('counts a dead letter as a failure', async () => {
      await trial().send({ id: 'a' });
      await trial().settle(await trial().take(), deadLetter);
      const [letter] = await trial().store.read(['a']);
      expect(letter).to.include({ deliveries: 1, attemptsMade: 1, leasesLost: 0 });
    });

    it('counts an ack as an attempt that has ended', async () => {
      if (!features.operator) return;
      await trial().send({ id: 'a' });
      await trial().settle(await trial().take(), ack);
      const acked = await trial().broker.admin().job('trial', 'a');
      expect(acked).to.include({ place: 'acked', attemptsMade: 1, deliveries: 1 });
    });

    it('has no suspicion left after a retry, and keeps it through a requeue', async () => {
      if (!features.poison) return;
      await trial().send({ id: 'a' });
      await trial().take('dead|1');
      await trial().releaseOwnEnd('dead');
      await trial().settle(await trial().take(), requeue);
      const suspected = await trial().take();
      expect(suspected.record.suspicions).to.equal(1);
      await trial().settle(suspected, retry(0));
      expect(await next()).to.deep.equal({ deliveries: 4, attemptsMade: 1, leasesLost: 1, suspicions: 0 });
    });

    it('begins anew with a redrive, but for deliveries', async () => {
      await trial().send({ id: 'a' });
      await trial().take('dead|1');
      await trial().releaseDead('dead');
      await trial().settle(await trial().take(), deadLetter);
      expect(await trial().store.redrive([{ id: 'a', deliveries: 2 }])).to.deep.equal([true]);
      expect(await next()).to.deep.equal({ ...begins, deliveries: 3 });
    });

    it('holds the delivery limit against lost leases alone', async () => {
      await trial().send({ id: 'a' });
      for (const settlement of [requeue, retry(0), { kind: 'requeue', afterMs: 1 } as const, requeue, retry(0)]) {
        await trial().pass(2);
        await trial().settle(await trial().take(), settlement);
      }
      for (let lost = 1; lost <= 2; lost += 1) {
        await trial().pass(2);
        const { record } = await trial().take('dead|1');
        expect(record.poisoned, `delivery ${record.deliveries}`).to.equal(undefined);
        await trial().releaseDead('dead', 1);
      }
      const held = await trial().take();
      expect(held.record).to.include({ deliveries: 8, attemptsMade: 2, leasesLost: 2 });
      expect(held.record.poisoned).to.include('delivery limit');
      await trial().settle(held, ack);
    });
  });
}

function inWords(adds: Line['adds']): string {
  const words = {
    deliveries: 'a delivery',
    attemptsMade: 'a failure',
    leasesLost: 'a lost lease',
    suspicions: 'a suspicion',
  };
  const counted = Object.keys(adds).map((name) => words[name as keyof Counts]);
  return ['a further delivery', ...counted].join(' and ');
}
