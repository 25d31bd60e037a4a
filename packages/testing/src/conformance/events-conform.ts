// The events that an engine publishes of the jobs of a queue.
import type { JobEventKind, QueueEvent, QueueWatcher } from '@acktor/core/engine';
import { expect } from 'chai';
import type { QueueTrial } from './queue-trial.js';
import { ack, deadLetter, leaseOf, retry } from './test-queue.js';
import type { Suite } from './suite.js';

export function eventsConform({ describe, it, trial }: Suite): void {
  describe('when a program follows what happens', () => {
    it('publishes every change of a job, in order', async () => {
      const followed = await follow(trial(), { jobName: 'mail' });
      await trial().send({ id: 'a', name: 'mail' });
      const attempt = { attempt: 1, fence: 1, worker: 'here', end: 'threw', reason: 'not yet' } as const;
      await trial().askOne({ settle: { job: await trial().take(), settlement: retry(0), attempt } });
      const job = await trial().take();
      await trial().queue.progress(leaseOf(job), '{"percent":50}');
      await trial().settle(job, ack);
      const events = await followed.until('acked');
      expect(events.map(({ kind }) => kind)).to.deep.equal([
        'sent',
        'started',
        'retried',
        'started',
        'progress',
        'acked',
      ]);
      expect(events.find(({ kind }) => kind === 'retried')).to.include({ jobId: 'a', reason: 'not yet' });
      expect(events.find(({ kind }) => kind === 'progress')).to.include({ progress: '{"percent":50}' });
      expect(events.at(-1)).to.include({ jobId: 'a', result: '{"ok":true}' });
    });

    it('publishes why a job became a dead letter', async () => {
      const followed = await follow(trial(), { jobName: 'note' });
      await trial().send({ id: 'a' });
      await trial().settle(await trial().take(), deadLetter);
      expect((await followed.until('dead')).at(-1)).to.include({ jobId: 'a', reason: 'it cannot be' });
    });

    it('publishes that a job is requeued, and that its worker died', async () => {
      const followed = await follow(trial(), { jobName: 'note' });
      await trial().send({ id: 'a' });
      const attempt = { attempt: 1, fence: 1, worker: 'here', end: 'requeued', reason: 'busy' } as const;
      const settlement = { kind: 'requeue', reason: 'busy' } as const;
      await trial().askOne({ settle: { job: await trial().take(), settlement, attempt } });
      await trial().take('dead|1');
      await trial().releaseDead('dead');
      const events = await followed.until('lost');
      expect(events.find(({ kind }) => kind === 'requeued')).to.include({ jobId: 'a', reason: 'busy' });
    });

    it('publishes the wanted kinds of one job, by its id', async () => {
      const followed = await follow(trial(), { jobId: 'b' }, ['acked', 'removed']);
      await trial().send({ id: 'a' }, { id: 'b' });
      await trial().settle(await trial().take(), ack);
      await trial().settle(await trial().take(), ack);
      expect((await followed.until('acked')).map(({ jobId }) => jobId)).to.deep.equal(['b']);
    });

    it('publishes that a job is cancelled while it waits', async () => {
      const followed = await follow(trial(), { jobId: 'a' });
      await trial().send({ id: 'a' });
      await trial().broker.cancel('trial', 'a', 'no use for it');
      expect((await followed.until('removed')).at(-1)).to.include({ jobId: 'a' });
    });

    it('publishes nothing more to a watcher that has stopped', async () => {
      const stopped = await follow(trial(), { jobName: 'note' });
      const followed = await follow(trial(), { jobName: 'note' });
      stopped.stop();
      await trial().send({ id: 'a' });
      await followed.until('sent');
      expect(stopped.all).to.deep.equal([]);
    });
  });
}

const EVERY_KIND: readonly JobEventKind[] = [
  'sent',
  'started',
  'progress',
  'acked',
  'retried',
  'requeued',
  'lost',
  'dead',
  'removed',
];

async function follow(trial: QueueTrial, of: QueueWatcher['of'], kinds = EVERY_KIND) {
  const all: QueueEvent[] = [];
  const waiting = new Set<() => void>();
  const onEvent = (event: QueueEvent) => {
    all.push(event);
    for (const look of waiting) look();
  };
  const watcher = { of, kinds: new Set(kinds), onEvent, onGap: () => undefined };
  const stop = await trial.broker.follow(trial.queue.name, watcher);
  /** All events until the first of this kind. */
  const until = (kind: JobEventKind) =>
    new Promise<readonly QueueEvent[]>((resolve) => {
      const look = () => {
        const at = all.findIndex((event) => event.kind === kind);
        if (at >= 0 && waiting.delete(look)) resolve(all.slice(0, at + 1));
      };
      waiting.add(look);
      look();
    });
  return { all, stop, until };
}
