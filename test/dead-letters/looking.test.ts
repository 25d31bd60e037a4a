import { OptionsError, type DeadLetter } from '@acktor/core';
import { expect } from 'chai';
import { plainRedis } from '../real-redis/plain-bullmq.js';
import { WorkerTrial } from '../worker/worker-trial.js';
import { brittle, die, fragile, idsOf, numbered } from './graves.js';

describe('Dead letters, looked at', function () {
  this.timeout(30_000);

  it('tell what was sent, how it died, and when', async () => {
    await using trial = await WorkerTrial.open();
    await die(trial, [{ id: 'a', why: 'no money', priority: 3 }]);
    const letter = (await trial.producer.deadLetters(fragile).get('a')) as DeadLetter;
    expect(letter).to.deep.include({ id: 'a', jobName: 'fragile', queue: 'graves', payload: '{"why":"no money"}' });
    expect(letter).to.include({ reason: 'no money', attemptsMade: 1, deliveries: 1, leasesLost: 0, priority: 3 });
    expect(letter.stack).to.match(/^Error: no money\n\s+at /);
    expect(letter.deadAt.getTime()).to.be.at.least(letter.sentAt.getTime());
    expect(letter.redrives).to.equal(0);
  });

  it('are undefined where there is none', async () => {
    await using trial = await WorkerTrial.open();
    await trial.producer.send(fragile, { why: 'waits' }, { id: 'waiting' });
    const letters = trial.producer.deadLetters('graves');
    expect(await letters.get('unknown')).to.equal(undefined);
    expect(await letters.get('waiting')).to.equal(undefined);
  });

  it('come newest or oldest first, each once, however many died in one millisecond', async () => {
    await using trial = await WorkerTrial.open();
    await die(trial, numbered(350));
    using redis = await plainRedis();
    const sameTime = numbered(350).flatMap(({ id = '' }) => [1_000, id]);
    await redis.zadd(`${trial.namespace}:graves:failed`, ...sameTime);
    const letters = trial.producer.deadLetters('graves');
    const newest = await idsOf(letters.list());
    expect(new Set(newest).size).to.equal(350);
    expect(newest).to.have.length(350);
    expect(await idsOf(letters.list({ order: 'oldest' }))).to.deep.equal(newest.toReversed());
    expect(await idsOf(letters.list({ offset: 120, limit: 90 }))).to.deep.equal(newest.slice(120, 210));
  });

  it('are all listed when some go away meanwhile', async () => {
    await using trial = await WorkerTrial.open();
    await die(trial, numbered(250));
    const letters = trial.producer.deadLetters('graves');
    const listed: string[] = [];
    for await (const { id } of letters.list({ order: 'oldest' })) {
      listed.push(id);
      if (listed.length === 50) await letters.purgeAll({ until: new Date() });
    }
    expect(new Set(listed).size).to.equal(listed.length);
    expect(listed).to.have.length(100);
  });

  it('are chosen by reason, job and time', async () => {
    await using trial = await WorkerTrial.open();
    await die(trial, [{ id: 'a', why: 'timeout of gateway' }]);
    const between = new Date();
    await die(trial, [
      { id: 'b', why: 'timeout' },
      { job: brittle, id: 'c', why: 'no timeout' },
    ]);
    const letters = trial.producer.deadLetters('graves');
    const chosen = async (filter: Parameters<typeof letters.list>[0]) => (await idsOf(letters.list(filter))).toSorted();
    expect(await chosen({ reason: 'timeout' })).to.deep.equal(['b']);
    expect(await chosen({ reason: { startsWith: 'timeout' } })).to.deep.equal(['a', 'b']);
    expect(await chosen({ reason: { contains: 'timeout' } })).to.deep.equal(['a', 'b', 'c']);
    expect(await chosen({ jobName: 'brittle' })).to.deep.equal(['c']);
    expect(await chosen({ since: between })).to.deep.equal(['b', 'c']);
    expect(await chosen({ until: between })).to.deep.equal(['a']);
  });

  it('of one job leave those of another alone', async () => {
    await using trial = await WorkerTrial.open();
    await die(trial, [{ id: 'a' }, { job: brittle, id: 'b' }]);
    const letters = trial.producer.deadLetters(brittle);
    expect(await idsOf(letters.list())).to.deep.equal(['b']);
    expect(await letters.count()).to.equal(1);
    expect(await letters.get('a')).to.equal(undefined);
    expect(await letters.redrive('a')).to.equal(false);
    expect(await letters.purge('a')).to.equal(false);
    expect(await letters.purgeAll()).to.deep.equal({ touched: 1, missed: 0 });
    expect(await trial.producer.deadLetters('graves').count()).to.equal(1);
  });

  it('are counted by reason before anything is done', async () => {
    await using trial = await WorkerTrial.open();
    await die(trial, [{ why: 'rare' }, { why: 'often' }, { why: 'often' }]);
    const letters = trial.producer.deadLetters('graves');
    const reasons = [
      { reason: 'often', count: 2 },
      { reason: 'rare', count: 1 },
    ];
    expect(await letters.preview()).to.deep.equal({ count: 3, reasons });
    expect(await letters.preview({ reason: 'rare' })).to.deep.equal({ count: 1, reasons: reasons.slice(1) });
  });

  it('are read whatever others have stored with them', async () => {
    await using trial = await WorkerTrial.open();
    await die(trial, [{ id: 'a' }]);
    using redis = await plainRedis();
    const stored = ['[1,{"end":"threw","path":[["x",1],2]},{"end":"?"}]', '{', 'null'];
    const histories: unknown[] = [];
    for (const text of stored) {
      await redis.hset(`${trial.namespace}:graves:a`, 'history', text, 'stacktrace', text);
      histories.push((await trial.producer.deadLetters('graves').get('a'))?.history);
    }
    const attempt = { attempt: 0, fence: 0, worker: '', startedAtMs: 0, endedAtMs: 0, end: 'threw', reason: undefined };
    expect(histories).to.deep.equal([[{ ...attempt, path: [{ state: 'x', atMs: 1 }] }], [], []]);
  });

  it('are not asked for with options that are none', async () => {
    await using trial = await WorkerTrial.open();
    const letters = trial.producer.deadLetters('graves');
    expect(() => letters.list({ reason: { contains: 1 } } as never)).to.throw(OptionsError, 'reason');
    expect(() => letters.list({ sinse: new Date() } as never)).to.throw(OptionsError, 'since');
  });
});
