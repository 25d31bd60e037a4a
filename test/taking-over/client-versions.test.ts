// Clients of BullMQ 5 and 6 on queues that Acktor's workers consume: every kind of job that they add, and what they see.
import { handleAll, type Delivery, type UncheckedJob } from '@acktor/worker';
import { expect } from 'chai';
import { readFile } from 'node:fs/promises';
import type { Queue, QueueEvents } from 'bullmq';
import { note } from '../jobs/notes.js';
import { redisUrl } from '../real-redis/real-redis.js';
import { until } from '../signals/until.js';
import { Heard } from '../signals/heard.js';
import { signal } from '../signals/signal.js';
import { WorkerTrial } from '../worker/worker-trial.js';
import { installedVersion, optionsOf, versions, type Bullmq } from './bullmq-versions.js';

/** A queue's clients of one version, closed with their scope. */
class Clients implements AsyncDisposable {
  readonly queue: Queue;
  readonly events: QueueEvents;
  readonly #bullmq: Bullmq;
  readonly #prefix: string;

  constructor(bullmq: Bullmq, prefix: string) {
    this.#bullmq = bullmq;
    this.#prefix = prefix;
    this.queue = new bullmq.Queue('mails', optionsOf(prefix, redisUrl()));
    this.events = new bullmq.QueueEvents('mails', optionsOf(prefix, redisUrl()));
    this.queue.on('error', () => undefined);
    this.events.on('error', () => undefined);
  }

  flows() {
    return new this.#bullmq.FlowProducer(optionsOf(this.#prefix, redisUrl()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.events.close();
    await this.queue.close();
  }
}

for (const [line, bullmq] of Object.entries(versions)) {
  describe(`clients of BullMQ ${line} beside Acktor's workers`, function () {
    this.timeout(60_000);
    let trial: WorkerTrial;
    let clients: Clients;
    beforeEach(async () => {
      trial = await WorkerTrial.open();
      clients = new Clients(bullmq, trial.namespace);
      await clients.events.waitUntilReady();
    });
    afterEach(async () => {
      await clients[Symbol.asyncDispose]();
      await trial[Symbol.asyncDispose]();
    });

    const handled = new Heard<UntypedDelivery>();
    const work = async (run: (delivery: UntypedDelivery) => unknown = () => null, consumers = 1) => {
      const before = handled.all.length;
      const handler = handleAll('mails', async (delivery) => {
        handled.push(delivery);
        return await run(delivery);
      });
      await trial.work([handler], { consumers, worker: 'ours' });
      return () => handled.all.slice(before).map(({ name }) => name);
    };

    it('get a result, the progress and the log of a job', async () => {
      const progress: unknown[] = [];
      clients.events.on('progress', ({ data }) => progress.push(data));
      await work(async (delivery) => {
        await delivery.log('on its way');
        await delivery.progress({ percent: 50 });
        return { to: (delivery.data as { to: string }).to };
      });
      const job = await clients.queue.add('welcome', { to: 'ada' });
      expect(await job.waitUntilFinished(clients.events)).to.deep.equal({ to: 'ada' });
      expect(await clients.queue.getJobLogs(job.id ?? '')).to.deep.include({ logs: ['on its way'] });
      expect(progress).to.deep.equal([{ percent: 50 }]);
      expect(await clients.queue.getJobState(job.id ?? '')).to.equal('completed');
    });

    it('have jobs handed out by their priorities, and delayed ones when they are due', async () => {
      const { queue, events } = clients;
      const last = await queue.add('third', {}, { priority: 9 });
      await queue.add('second', {}, { priority: 2 });
      await queue.add('first', {});
      await queue.add('before all', {}, { lifo: true });
      const names = await work();
      await last.waitUntilFinished(events);
      expect(names()).to.deep.equal(['before all', 'first', 'second', 'third']);
      const fromMs = performance.now();
      await (await queue.add('late', {}, { delay: 300 })).waitUntilFinished(events);
      expect(performance.now() - fromMs).to.be.above(290);
    });

    it('have a job tried again by its own attempts and backoff, and see why it failed', async () => {
      const { queue, events } = clients;
      const names = await work(({ attempt }) => {
        throw new Error(`attempt ${attempt}`);
      });
      const job = await queue.add('fails', {}, { attempts: 3, backoff: { type: 'fixed', delay: 20 } });
      const failure = await job.waitUntilFinished(events).then(
        () => 'done',
        ({ message }: Error) => message,
      );
      expect(failure).to.equal('attempt 3');
      expect(names()).to.deep.equal(['fails', 'fails', 'fails']);
      const found = await queue.getJob(job.id ?? '');
      expect(found).to.include({ attemptsMade: 3, failedReason: 'attempt 3' });
      expect(await queue.getFailedCount()).to.equal(1);
    });

    it('have a job that throws UnrecoverableError tried once', async () => {
      const names = await work(() => {
        throw new bullmq.UnrecoverableError('never');
      });
      const job = await clients.queue.add('fails', {}, { attempts: 3 });
      await job.waitUntilFinished(clients.events).catch(() => undefined);
      expect(await clients.queue.getJobState(job.id ?? '')).to.equal('failed');
      expect(names()).to.deep.equal(['fails']);
    });

    it('have the parent of a flow run after its children, with their results', async () => {
      const flows = clients.flows();
      const names = await work(({ name }) => name.toUpperCase());
      const children = ['one', 'two'].map((name) => ({ name, queueName: 'mails' }));
      const { job } = await flows.add({ name: 'both', queueName: 'mails', children });
      await job.waitUntilFinished(clients.events);
      expect(names().slice(0, 2)).to.have.members(['one', 'two']);
      expect(names()[2]).to.equal('both');
      expect(Object.values(await job.getChildrenValues())).to.have.members(['ONE', 'TWO']);
      await flows.close();
    });

    it("have a parent fail with a child's failure where the child says so", async () => {
      const flows = clients.flows();
      await work(() => {
        throw new Error('no');
      });
      const children = [{ name: 'one', queueName: 'mails', opts: { failParentOnFailure: true } }];
      const { job } = await flows.add({ name: 'both', queueName: 'mails', children });
      await until('the parent has failed', async () => (await job.getState()) === 'failed');
      await flows.close();
    });

    it('have the runs of a job scheduler, each once, until its limit', async () => {
      const { queue } = clients;
      const names = await work();
      await queue.upsertJobScheduler('digest', { every: 100, limit: 4 }, { name: 'digest' });
      await until('four have run', async () => (await queue.getCompletedCount()) === 4);
      await until('no run is left', async () => (await queue.getDelayedCount()) === 0);
      expect(names()).to.deep.equal(Array(4).fill('digest'));
    });

    it('have one job of a deduplication id while it is there, and another after it', async () => {
      const { queue, events } = clients;
      const mayEnd = signal();
      await work(() => mayEnd.given);
      const add = () => queue.add('once', {}, { deduplication: { id: 'ada' } });
      const [first, second] = [await add(), await add()];
      expect(second.id).to.equal(first.id);
      mayEnd.give();
      await first.waitUntilFinished(events);
      const third = await add();
      expect(third.id).not.to.equal(first.id);
      await third.waitUntilFinished(events);
    });

    it('have as many ended jobs kept as each says', async () => {
      const { queue, events } = clients;
      await work(({ name }) => {
        if (name === 'fails') throw new Error('no');
      });
      const add = async (name: string, opts: Parameters<Queue['add']>[2]) => {
        const job = await queue.add(name, {}, opts);
        await job.waitUntilFinished(events).catch(() => undefined);
      };
      for (const name of ['a', 'b', 'c']) await add(name, {});
      await add('gone', { removeOnComplete: true });
      await add('fails', { removeOnFail: true });
      expect([await queue.getCompletedCount(), await queue.getFailedCount()]).to.deep.equal([3, 0]);
      await add('d', { removeOnComplete: { count: 2 } });
      expect((await queue.getCompleted()).map(({ name }) => name)).to.deep.equal(['d', 'c']);
    });

    it('have their pause, their global concurrency and their global rate limit kept to', async () => {
      const { queue, events } = clients;
      await queue.pause();
      await queue.setGlobalConcurrency(1);
      let [running, most] = [0, 0];
      const names = await work(async () => {
        most = Math.max(most, (running += 1));
        await new Promise(setImmediate);
        running -= 1;
      }, 4);
      const jobs = await queue.addBulk(Array.from({ length: 8 }, () => ({ name: 'each', data: {} })));
      expect(names()).to.deep.equal([]);
      await queue.resume();
      await Promise.all(jobs.map((job) => job.waitUntilFinished(events)));
      expect(most).to.equal(1);
      await queue.setGlobalRateLimit(2, 500);
      const limited = await queue.addBulk(Array.from({ length: 5 }, () => ({ name: 'limited', data: {} })));
      const fromMs = performance.now();
      await Promise.all(limited.map((job) => job.waitUntilFinished(events)));
      expect(performance.now() - fromMs).to.be.above(900);
    });

    it("see Acktor's worker, and what it counts", async () => {
      const { queue, events } = clients;
      const handler = handleAll('mails', () => null);
      await trial.work([handler], { worker: 'mails-1', countedMinutes: 5 });
      const job = await queue.add('welcome', {});
      await job.waitUntilFinished(events);
      expect((await queue.getMetrics('completed')).meta.count).to.equal(1);
      await until('the worker is listed', async () =>
        (await queue.getWorkers()).some(({ rawname = '' }) => rawname.endsWith('mails-1')),
      );
    });

    it('handle what an Acktor producer sends, with a worker of their own', async () => {
      const theirs = new bullmq.Worker('notes', ({ data }) => Promise.resolve({ length: (data as Text).text.length }), {
        ...optionsOf(trial.namespace, redisUrl()),
        drainDelay: 1,
      });
      theirs.on('error', () => undefined);
      try {
        const receipt = await trial.producer.send(note, { text: 'four' }, { priority: 3, delayMs: 50 });
        expect(await receipt.result({ timeoutMs: 20_000 })).to.deep.equal({ length: 4 });
      } finally {
        await theirs.close();
      }
    });
  });
}

type UntypedDelivery = Delivery<UncheckedJob>;

interface Text {
  readonly text: string;
}

describe("the page on BullMQ's users", () => {
  it('names the versions that are tested', async () => {
    const page = await readFile(new URL('../../../docs/from-bullmq.md', import.meta.url), 'utf8');
    for (const name of ['bullmq', 'bullmq5'] as const)
      expect(page).to.include((await installedVersion(name)).split('.').slice(0, 2).join('.'));
  });
});
