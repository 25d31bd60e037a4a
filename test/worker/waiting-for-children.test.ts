// A handler that adds children to its job and waits for them, on Redis, with BullMQ's clients beside.
import { job, Operator } from '@acktor/core';
import { ChildDeadError, handle, WaitingForChildrenError } from '@acktor/worker';
import { expect } from 'chai';
import { z } from 'zod';
import { redisUrl } from '../real-redis/real-redis.js';
import { Heard } from '../signals/heard.js';
import { rejection } from '../server/rejection.js';
import { WorkerTrial } from './worker-trial.js';

const book = job('book', {
  queue: 'books',
  data: z.object({ pages: z.int() }),
  result: z.object({ texts: z.array(z.string()), without: z.array(z.string()) }),
  attempts: 2,
  backoff: { type: 'fixed', delayMs: 0 },
});

const page = job('page', {
  queue: 'pages',
  data: z.object({ n: z.int() }),
  result: z.object({ text: z.string() }),
  attempts: 1,
});

describe('a handler that waits for the children of its job', function () {
  this.timeout(20_000);
  let trial: WorkerTrial;
  beforeEach(async () => {
    trial = await WorkerTrial.open();
  });
  afterEach(() => trial[Symbol.asyncDispose]());

  const runs = () => new Heard<readonly [attempt: number, fence: number]>();
  const importer = (heard: ReturnType<typeof runs>, ifDead: 'deadLetter' | 'goOn' = 'deadLetter') =>
    handle(book, async ({ data, attempt, fence, addChild, waitForChildren }) => {
      heard.push([attempt, fence]);
      for (let n = 1; n <= data.pages; n += 1) void addChild(page, { n }, { ifDead });
      const children = await waitForChildren();
      const texts = (await children.resultsOf(page)).map(({ text }) => text);
      return { texts, without: children.dead.map(({ reason }) => reason) };
    });

  it('gets the results of one contract, though others have children in its queue', async () => {
    const cover = job('cover', {
      queue: 'pages',
      data: z.object({ title: z.string() }),
      result: z.object({ art: z.string() }),
    });
    // In the second run the handler of the first knows its children, and that of the other asks for their names.
    const handlers = ['a', 'b'].map((name) =>
      job(name, { queue: 'books', data: z.object({}), result: z.array(z.string()) }),
    );
    await trial.work([
      ...handlers.map((parent) =>
        handle(parent, async ({ name, fence, addChild, waitForChildren }) => {
          if (name === 'a' || fence === 1) {
            void addChild(page, { n: 1 });
            void addChild(cover, { title: 'x' });
          }
          const children = await waitForChildren();
          const texts = (await children.resultsOf(page)).map(({ text }) => text);
          return [...texts, ...(await children.resultsOf(cover)).map(({ art }) => art)];
        }),
      ),
      handle(page, ({ data }) => ({ text: `page ${data.n}` })),
      handle(cover, ({ data }) => ({ art: `cover ${data.title}` })),
    ]);
    for (const parent of handlers) {
      const receipt = await trial.producer.send(parent, {});
      expect(await receipt.result({ timeoutMs: 10_000 })).to.deep.equal(['page 1', 'cover x']);
    }
  });

  it('is run again when they have ended, with their results, and has made one attempt', async () => {
    const heard = runs();
    await trial.work([importer(heard), handle(page, ({ data }) => ({ text: `page ${data.n}` }))]);
    const receipt = await trial.producer.send(book, { pages: 11 }, { id: 'b-1' });
    const { texts, without } = await receipt.result({ timeoutMs: 10_000 });
    expect(texts).to.deep.equal(Array.from({ length: 11 }, (_, i) => `page ${i + 1}`));
    expect(without).to.deep.equal([]);
    expect(heard.all).to.deep.equal([
      [1, 1],
      [1, 2],
    ]);
    await using queue = trial.queue('pages');
    expect((await queue.getJobCounts('completed'))['completed'], 'none was added twice').to.equal(11);
    await using operator = await Operator.connect({ redis: redisUrl(), namespace: trial.namespace });
    const { attempts } = (await operator.job('books', 'b-1')) ?? {};
    expect(attempts?.map(({ end }) => end)).to.deep.equal(['requeued', 'acked']);
    // Some of them had ended by then.
    expect(attempts?.[0]?.reason).to.match(/^waits for (\d+ children|a child)$/);
  });

  it('is seen by BullMQ as waiting-children, with its children, and goes on as they end', async () => {
    const heard = runs();
    await trial.work([importer(heard)]);
    await using books = trial.queue('books');
    await using pages = trial.queue('pages');
    const parent = await books.add('book', { pages: 2 });
    const until = async (state: string) => {
      while ((await parent.getState()) !== state) await new Promise(setImmediate);
    };
    await until('waiting-children');
    expect(await books.getJobCounts('waiting-children', 'active')).to.deep.equal({ 'waiting-children': 1, active: 0 });
    const { unprocessed = [] } = await parent.getDependencies();
    expect(unprocessed).to.have.length(2);
    const [child] = await pages.getWaiting();
    expect(child?.parent).to.deep.include({ id: parent.id, queueKey: `${trial.namespace}:books` });
    await trial.work([handle(page, ({ data }) => ({ text: `page ${data.n}` }))]);
    await until('completed');
    const values = Object.values(await parent.getChildrenValues());
    expect(values).to.have.deep.members([{ text: 'page 1' }, { text: 'page 2' }]);
  });

  it('waits for children that a BullMQ client adds while it runs', async () => {
    await using pages = trial.queue('pages');
    const heard = new Heard<unknown>();
    const parent = handle(book, async ({ id, fence, waitForChildren }) => {
      const queue = `${trial.namespace}:books`;
      if (fence === 1) await pages.add('page', { n: 7 }, { parent: { id, queue }, jobId: 'seven' });
      const { acked } = await waitForChildren();
      heard.push(acked);
      return { texts: [], without: [] };
    });
    await trial.work([parent, handle(page, ({ data }) => ({ text: `page ${data.n}` }))]);
    const receipt = await trial.producer.send(book, { pages: 0 });
    await receipt.result({ timeoutMs: 10_000 });
    expect(heard.all).to.deep.equal([[{ queue: 'pages', id: 'seven', result: { text: 'page 7' } }]]);
  });

  it('becomes a dead letter with a child that did, and is not run again', async () => {
    const heard = runs();
    const failing = handle(page, () => {
      throw new Error('torn out');
    });
    await trial.work([importer(heard), failing]);
    const receipt = await trial.producer.send(book, { pages: 1 });
    const error = await rejection(receipt.result({ timeoutMs: 10_000 }), Error);
    expect(error.message).to.match(/child .*-1 failed/);
    expect(heard.all).to.deep.equal([[1, 1]]);
  });

  it('goes on without a child that became a dead letter, where that was said of it', async () => {
    const heard = runs();
    const failing = handle(page, ({ data }) => {
      if (data.n === 2) throw new Error('torn out');
      return { text: `page ${data.n}` };
    });
    await trial.work([importer(heard, 'goOn'), failing]);
    const receipt = await trial.producer.send(book, { pages: 3 });
    const result = await receipt.result({ timeoutMs: 10_000 });
    expect(result).to.deep.equal({ texts: ['page 1', 'page 3'], without: ['torn out'] });
  });

  it('has its delivery end as requeued, for listeners, and can wait more than once', async () => {
    const outcomes = new Heard<string>();
    const twice = handle(book, async ({ addChild, waitForChildren }) => {
      await addChild(page, { n: 1 });
      await waitForChildren();
      await addChild(page, { n: 2 });
      const children = await waitForChildren();
      return { texts: (await children.resultsOf(page)).map(({ text }) => text), without: [] };
    });
    const worker = await trial.work([twice, handle(page, ({ data }) => ({ text: `page ${data.n}` }))]);
    worker.on('delivery.ended', ({ jobName, outcome }) => void (jobName === 'book' && outcomes.push(outcome)));
    const receipt = await trial.producer.send(book, { pages: 0 });
    expect(await receipt.result({ timeoutMs: 10_000 })).to.deep.include({ texts: ['page 1', 'page 2'] });
    await outcomes.first((outcome) => outcome === 'acked');
    expect(outcomes.all).to.deep.equal(['requeued', 'requeued', 'acked']);
  });

  it('names its errors', () => {
    expect(new WaitingForChildrenError('b-1', 2).message).to.equal(
      'job b-1 waits for 2 of its children, and is run again when they have ended',
    );
    expect(new ChildDeadError('b-1', { queue: 'pages', id: 'p-1' }).message).to.equal(
      'child p-1 of job b-1, in queue pages, became a dead letter: redrive the child, then the job',
    );
  });
});
