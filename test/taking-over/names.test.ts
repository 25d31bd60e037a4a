import { DeadLetteredError, job, Operator } from '@acktor/core';
import { Dashboard } from '@acktor/dashboard';
import { expect } from 'chai';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { acktor } from '../cli/command.js';
import { quietLogger } from '../dashboard/dashboard-trial.js';
import { recording } from '../handler/handler-of.js';
import { plainRedis } from '../real-redis/plain-bullmq.js';
import { redisUrl } from '../real-redis/real-redis.js';
import { rejection } from '../server/rejection.js';
import { WorkerTrial } from '../worker/worker-trial.js';

/** Each with the name of a job of it, as public applications have them, and worse. */
const NAMES = [
  ['{email-queue}', 'user.created'],
  ['user.created', '65f1c0ffee'],
  ['mails to send', 'größe/📨'],
  ['größe 📨', 'a:b:c'],
  [`it's "x"=1,y/%2F*?[z]`, `it's "x"=1,y/%2F*?[z]`],
  ['__proto__', '__proto__'],
  ['constructor', 'constructor'],
] as const;

const contractOf = ([queue, name]: readonly [string, string]) =>
  job(name, { queue, data: z.object({ n: z.int() }), result: z.int(), attempts: 1 });

describe('names as BullMQ takes them', function () {
  this.timeout(60_000);

  for (const names of NAMES) {
    const [queue, name] = names;
    const contract = contractOf(names);
    const answering = () =>
      recording(contract, ({ data }) => {
        if (data.n < 0) throw new Error('broken');
        return data.n + 1;
      });

    it(`sends to ${queue}, and handles what BullMQ added to it as ${name}`, async () => {
      await using trial = await WorkerTrial.open();
      const { handler, deliveries } = answering();
      const worker = await trial.work([handler], { metrics: true });
      expect(worker.queues).to.deep.equal([queue]);
      expect(await (await trial.producer.send(contract, { n: 1 })).result()).to.equal(2);
      await using plain = trial.queue(queue);
      const { id = '' } = await plain.add(name, { n: 7 });
      const { data } = await deliveries.first((delivery) => delivery.data.n === 7);
      expect(data).to.deep.equal({ n: 7 });
      await trial.producer.receipt(contract, id).result();
      expect((await plain.getJob(id))?.returnvalue).to.equal(8);
      const label = (text: string) => text.replaceAll(/["\\]/g, String.raw`\$&`);
      const ended = `acktor_deliveries_total{queue="${label(queue)}",job="${label(name)}",end="acked"} 2`;
      expect(await worker.metrics()).to.include(ended);
    });

    it(`looks after ${queue} by an operator, a dashboard and the shell`, async () => {
      await using trial = await WorkerTrial.open();
      const { url: redis, namespace } = trial;
      await trial.work([answering().handler]);
      const sent = await trial.producer.send(contract, { n: -1 }, { id: 'bad' });
      await rejection(sent.result(), DeadLetteredError);
      await using operator = await Operator.connect({ redis, namespace });
      expect(await operator.queueNames()).to.deep.equal([queue]);
      expect(await operator.queue(queue)).to.include({ queue, deadLetters: 1 });
      expect((await operator.job(queue, 'bad'))?.name).to.equal(name);
      await operator.pause(queue);
      const waiting = await trial.producer.send(contract, { n: 3 }, { id: 'waits' });
      expect(await operator.cancel(queue, 'waits')).to.equal('removed');
      await operator.resume(queue);
      expect(waiting.id).to.equal('waits');

      await using dashboard = await Dashboard.start({
        redis,
        namespace,
        port: 0,
        trustMachine: true,
        logger: quietLogger,
      });
      const path = `api/queues/${encodeURIComponent(queue)}/jobs/bad`;
      const response = await fetch(dashboard.url + path);
      expect(await response.json()).to.include({ id: 'bad', name });

      const run = await acktor('jobs', queue, 'dead', '--json', '--redis', redis, '--namespace', namespace);
      expect(JSON.parse(run.stdout)).to.include({ queue, state: 'dead' });
      expect(run.stdout).to.include(JSON.stringify(name));
    });
  }

  it('has its connections listed, whatever the queue is called', async () => {
    await using trial = await WorkerTrial.open();
    const contract = contractOf(['größe 📨', 'x']);
    await trial.work([recording(contract, () => 1).handler]);
    await (await trial.producer.send(contract, { n: 1 })).result();
    using redis = await plainRedis();
    const list = String(await redis.call('CLIENT', 'LIST'));
    expect(list).to.include('name=acktor-events-gr%C3%B6%C3%9Fe%20%F0%9F%93%A8');
  });
});

describe('prefixes as BullMQ takes them', function () {
  this.timeout(60_000);

  for (const of of [
    (id: string) => `{bull-${id}}`,
    (id: string) => `{formbricks:${id}}`,
    (id: string) => `my:app*[${id}]`,
  ]) {
    const namespace = of(randomUUID());

    it(`shares the queues of ${namespace.slice(0, 16)}… with BullMQ`, async () => {
      await using trial = await WorkerTrial.open(redisUrl(), namespace);
      const contract = contractOf(['{mails}', 'send']);
      const { handler } = recording(contract, ({ data }) => data.n + 1);
      await using plain = trial.queue('{mails}');
      await using others = trial.queue('others');
      await others.add('x', {});
      const { id = '' } = await plain.add('send', { n: 1 });
      await trial.work([handler]);
      expect(await trial.producer.receipt(contract, id).result()).to.equal(2);
      await using operator = await Operator.connect({ redis: trial.url, namespace });
      expect(await operator.queueNames()).to.deep.equal(['{mails}']);
      expect(await operator.discoverQueues()).to.deep.equal(['others', '{mails}']);
      const run = await acktor('queues', '--json', '--redis', trial.url, '--namespace', namespace);
      expect(run.stdout).to.include('"{mails}"');
    });
  }
});
