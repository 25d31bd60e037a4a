// The clock of a worker's machine decides nothing: it may be hours off, jump, or say no number at all.
import { expect } from 'chai';
import { TestQueue } from '../broker/test-queue.js';
import { connectBroker } from '@acktor/core/internal';
import { handlerOf } from '../handler/handler-of.js';
import { note } from '../jobs/notes.js';
import { plainRedis } from '../real-redis/plain-bullmq.js';
import { brokerOptions, freshNamespace, redisUrl } from '../real-redis/real-redis.js';
import { WorkerTrial } from './worker-trial.js';

const trueNow = Date.now.bind(Date);
const CLOCKS = {
  'two hours fast': () => trueNow() + 7_200_000,
  'two hours slow': () => trueNow() - 7_200_000,
  'no number': () => Number.NaN,
  'before the epoch': () => -5_000,
};

describe('a machine whose clock is off', () => {
  for (const [what, clock] of Object.entries(CLOCKS)) {
    it(`writes the server's times, ${what} or not`, async () => {
      const namespace = freshNamespace();
      const connected = await connectBroker(brokerOptions({ redis: redisUrl(), namespace }));
      using redis = await plainRedis(redisUrl());
      const trial = new TestQueue(connected.broker, 'notes');
      const beganAtMs = trueNow() - 1_000;
      const isNow = (text: string | null) => expect(Number(text)).to.be.within(beganAtMs, trueNow() + 1_000);
      using _ = clockOf(clock);
      await trial.send({ id: 'acked' }, { id: 'dead' }, { id: 'retried' });
      await trial.send({ id: 'later', delayMs: 60_000 });
      await trial.settle(await trial.take(), { kind: 'ack', result: 'null' });
      const failure = { reason: 'no', stack: undefined };
      await trial.settle(await trial.take(), { kind: 'deadLetter', failure });
      await trial.settle(await trial.take(), { kind: 'retry', delayMs: 60_000, failure });
      const field = (id: string, name: string) => redis.hget(`${namespace}:notes:${id}`, name);
      for (const id of ['acked', 'dead', 'retried', 'later']) isNow(await field(id, 'timestamp'));
      for (const id of ['acked', 'dead']) isNow(await field(id, 'finishedOn'));
      isNow(await redis.zscore(`${namespace}:notes:completed`, 'acked'));
      isNow(await redis.zscore(`${namespace}:notes:failed`, 'dead'));
      for (const id of ['retried', 'later'])
        isNow(String(Number(await redis.zscore(`${namespace}:notes:delayed`, id)) / 0x1000 - 60_000));
      expect((await trial.status()).nextDue?.inMs).to.be.within(50_000, 60_000);
      const sign = await trial.queue.waitForWork(1_000);
      if (sign.kind === 'due') expect(sign.due.inMs).to.be.within(50_000, 60_000);
      await connected.close();
    });

    it(`handles what others delayed when it is due, ${what} or not`, async () => {
      await using trial = await WorkerTrial.open();
      const handled: string[] = [];
      const handler = handlerOf(note, ({ data }) => {
        handled.push(data.text);
        Date.now = clock;
        return { length: data.text.length };
      });
      using _ = clockOf(clock);
      const worker = await trial.work([handler]);
      const first = await trial.producer.send(note, { text: 'first' });
      await first.result({ timeoutMs: 10_000 });
      const sent = performance.now();
      const [later, soon] = [
        await trial.producer.send(note, { text: 'later' }, { delayMs: 3_600_000 }),
        await trial.producer.send(note, { text: 'soon' }, { delayMs: 300 }),
      ];
      await soon.result({ timeoutMs: 10_000 });
      expect(performance.now() - sent).to.be.within(290, 5_000);
      expect(handled).to.deep.equal(['first', 'soon']);
      expect(worker.states()[0]?.state).to.be.a('string');
      expect(await trial.producer.cancel(note, later.id)).to.equal('removed');
    });
  }
});

/** Has the machine's clock say what `now` says, until the scope ends. */
function clockOf(now: () => number): Disposable {
  Date.now = now;
  return { [Symbol.dispose]: () => void (Date.now = trueNow) };
}
