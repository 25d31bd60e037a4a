// Jobs that are of no use later: dead letters, or nothing, when nothing has begun them in time.
import { DeadLetteredError, JobGoneError, OptionsError, type SendOptions } from '@acktor/core';
import { handle } from '@acktor/worker';
import { expect } from 'chai';
import { setTimeout as sleep } from 'node:timers/promises';
import { recording } from '../handler/handler-of.js';
import { note, ping } from '../jobs/notes.js';
import { plainRedis } from '../real-redis/plain-bullmq.js';
import { rejection } from '../server/rejection.js';
import { Heard } from '../signals/heard.js';
import { WorkerTrial } from '../worker/worker-trial.js';

describe('jobs that expire', () => {
  let trial: WorkerTrial;
  beforeEach(async () => {
    trial = await WorkerTrial.open();
  });
  afterEach(() => trial[Symbol.asyncDispose]());

  it('are dead letters that say so, of which the listeners of deaths are called', async () => {
    const dead = new Heard<string>();
    const handled = new Heard<string>();
    const handler = handle(note, { onDead: (death) => dead.push(death.reason) }, ({ data }) => {
      handled.push(data.text);
      return { length: 1 };
    });
    const late = await trial.producer.send(note, { text: 'late' }, { expiresInMs: 1 });
    const soon = await trial.producer.send(note, { text: 'soon' }, { expiresInMs: 60_000 });
    await trial.work([handler]);
    const fault = await rejection(late.result({ timeoutMs: 10_000 }), DeadLetteredError);
    expect(fault.reason).to.match(/^expired: the job was to be begun by/);
    await soon.result({ timeoutMs: 10_000 });
    expect(await dead.first()).to.equal(fault.reason);
    expect(handled.all).to.deep.equal(['soon']);
    expect(await trial.producer.deadLetters(note).redrive(late.id)).to.equal(true);
    expect(await late.result({ timeoutMs: 10_000 })).to.deep.equal({ length: 1 });
  });

  it('leave nothing where they are to be removed, however many stand before the next', async () => {
    const many = Array.from({ length: 120 }, () =>
      trial.producer.send(note, { text: 'late' }, { expiresInMs: 1, whenExpired: 'remove' }),
    );
    const [first] = await Promise.all(many);
    const last = await trial.producer.send(note, { text: 'last' });
    const { handler, deliveries } = recording(note, () => ({ length: 1 }));
    await trial.work([handler]);
    await last.result({ timeoutMs: 10_000 });
    expect(deliveries.all.map(({ data }) => data.text)).to.deep.equal(['last']);
    await rejection(first?.result({ timeoutMs: 10_000 }) ?? Promise.resolve(), JobGoneError);
    await using queue = trial.queue('notes');
    expect(await queue.getJobCounts('wait', 'active', 'failed', 'completed')).to.deep.equal({
      wait: 0,
      active: 0,
      failed: 0,
      completed: 1,
    });
    using redis = await plainRedis();
    expect(await redis.keys(`${trial.namespace}:notes:${first?.id}*`)).to.deep.equal([]);
  });

  it('do not pile up where no worker is: each send removes two, of any priority', async () => {
    const options = { expiresInMs: 1, whenExpired: 'remove' } as const;
    for (let i = 0; i < 10; i += 1)
      await Promise.all([
        trial.producer.send(ping, { n: i }, options),
        trial.producer.send(ping, { n: i }, { ...options, priority: 3 }),
        trial.producer.send(ping, { n: i }, { ...options, delayMs: 1, expiresInMs: 2 }),
        sleep(3),
      ]);
    await using queue = trial.queue('notes');
    const { wait = 0, prioritized = 0, delayed = 0 } = await queue.getJobCounts('wait', 'prioritized', 'delayed');
    expect(Math.max(wait, prioritized, delayed)).to.be.at.most(3);
  });

  const refused: readonly (readonly [what: string, options: SendOptions, message: RegExp])[] = [
    ['both', { expiresInMs: 5, expiresAt: new Date() }, /expected either expiresInMs or expiresAt, got both/],
    ['less than its delay', { expiresInMs: 5, delayMs: 5 }, /expected expiresInMs above the 5 ms .* got 5/],
    [
      'less than its debounce',
      { expiresInMs: 5, dedup: { key: 'k', mode: 'debounce', ttlMs: 10 } },
      /expected expiresInMs above the 10 ms/,
    ],
    ['no time', { expiresAt: new Date(Number.NaN) }, /expected expiresAt to be a Date that is a time/],
    ['a date that is none', { expiresAt: '2027-01-01' as unknown as Date }, /expected expiresAt to be a Date/],
    ['nothing', { expiresInMs: 0 }, /expected expiresInMs to be/],
    [
      'no end at which to be removed',
      { whenExpired: 'remove' },
      /expected expiresInMs or expiresAt beside whenExpired/,
    ],
  ];
  for (const [what, options, message] of refused)
    it(`are refused with ${what}`, async () => {
      const fault = await rejection(trial.producer.send(note, { text: 'x' }, options), OptionsError);
      expect(fault.message).to.match(message);
    });
});
