import {
  AddressError,
  BrokerUnreachableError,
  BulkSendError,
  ClosedError,
  NameError,
  NotDurableError,
  OptionsError,
  PayloadError,
  Producer,
  ServerTooOldError,
} from '@acktor/core';
import { PrivateServer } from '@acktor/core/server';
import { expect } from 'chai';
import { TestQueue } from '../broker/test-queue.js';
import { refusal } from '../contract/refusal.js';
import { note, ping, plain } from '../jobs/notes.js';
import { plainQueue, plainRedis } from '../real-redis/plain-bullmq.js';
import { freshNamespace, openBroker, redisUrl } from '../real-redis/real-redis.js';
import { startPretender } from '../redis/pretender.js';
import { rejection } from '../server/rejection.js';

describe('Producer', () => {
  let namespace: string;
  let producer: Producer;

  beforeEach(async () => {
    namespace = freshNamespace();
    producer = await Producer.connect({ redis: redisUrl(), namespace });
  });
  afterEach(() => producer.close());

  it('sends a job with the policy of its contract', async () => {
    const receipt = await producer.send(ping, { n: 1 });
    expect(receipt.isDuplicate).to.equal(false);
    await using queue = plainQueue('notes', namespace);
    const job = await queue.getJob(receipt.id);
    expect(job).to.deep.include({ name: 'ping', data: { n: 1 } });
    expect(job?.opts).to.deep.include({ attempts: 2, backoff: { type: 'fixed', delay: 0, jitter: 0 } });
  });

  it('stores nothing of what every contract has by default but its mark, so that the record of a small job stays small', async () => {
    const { id } = await producer.send(plain, {});
    using client = await plainRedis();
    expect(await client.hget(`${namespace}:notes:${id}`, 'opts')).to.equal('{"ak":1}');
  });

  it('sends a job with what was said for it alone', async () => {
    const options = { id: 'own', attempts: 9, backoff: { type: 'exponential', delayMs: 5 }, priority: 4 } as const;
    await producer.send(note, { text: 'hello' }, options);
    await producer.send(note, { text: 'later' }, { id: 'late', delayMs: 60_000 });
    await using queue = plainQueue('notes', namespace);
    const job = await queue.getJob('own');
    expect(job?.opts).to.deep.include({ attempts: 9, priority: 4 });
    expect(job?.opts.backoff).to.deep.include({ type: 'exponential', delay: 5 });
    expect(await (await queue.getJob('late'))?.getState()).to.equal('delayed');
  });

  it('gives short ids, which no other producer gives', async () => {
    await using other = await Producer.connect({ redis: redisUrl(), namespace });
    const receipts = await Promise.all([producer, producer, other, other].map((one) => one.send(ping, { n: 1 })));
    expect(new Set(receipts.map(({ id }) => id)).size).to.equal(4);
    for (const { id, isDuplicate } of receipts) {
      expect(id).to.match(/^[0-9a-z]{13}-[0-9a-z]$/);
      expect(isDuplicate).to.equal(false);
    }
  });

  it('says that an id was taken before, so that a resend adds nothing', async () => {
    const [first, second] = await Promise.all([1, 2].map(() => producer.send(note, { text: 'x' }, { id: 'order-1' })));
    expect([first?.isDuplicate, second?.isDuplicate]).to.deep.equal([false, true]);
    expect((await producer.send(note, { text: 'x' }, { id: 'order-1' })).isDuplicate).to.equal(true);
    await using queue = plainQueue('notes', namespace);
    expect(await queue.getWaitingCount()).to.equal(1);
  });

  it('keeps the order of what is sent in one turn, whatever is sent in between to other queues', async () => {
    await Promise.all(Array.from({ length: 205 }, (_, n) => producer.send(ping, { n }, { id: `ping-${n}` })));
    const { broker, close } = await connectedAt(namespace);
    const ids = await new TestQueue(broker, 'notes').takeAll();
    await close();
    expect(ids).to.deep.equal(Array.from({ length: 205 }, (_, n) => `ping-${n}`));
  });

  it('refuses a payload off its schema, naming the path, and sends nothing', async () => {
    const error = await rejection(producer.send(note, { text: 7 } as never), PayloadError);
    expect(error.job).to.equal('note');
    expect(error.faults.map(({ path }) => path)).to.deep.equal(['data.text']);
    await using queue = plainQueue('notes', namespace);
    expect(await queue.getWaitingCount()).to.equal(0);
  });

  it('refuses a payload that is too large or too deep for its options', async () => {
    await using small = await Producer.connect({
      redis: redisUrl(),
      namespace,
      maxPayloadBytes: 20,
      maxPayloadDepth: 1,
    });
    const large = await rejection(small.send(note, { text: 'x'.repeat(30) }), PayloadError);
    expect(large.message).to.contain('maxPayloadBytes');
    const deep = await rejection(small.send(note, { text: [[]] } as never), PayloadError);
    expect(deep.message).to.contain('maxPayloadDepth');
  });

  const wrongSends: readonly (readonly [what: string, options: object, complaint: string])[] = [
    ['an option nobody knows', { delayMS: 5 }, 'unknown option delayMS (did you mean delayMs?)'],
    ['a wait below zero', { delayMs: -1 }, 'delayMs'],
    ['a priority that BullMQ cannot keep', { priority: 2_097_153 }, 'priority'],
    ['no attempts at all', { attempts: 0 }, 'attempts'],
    ['a backoff of no known type', { backoff: { type: 'linear', delayMs: 1 } }, 'backoff'],
  ];
  for (const [what, options, complaint] of wrongSends) {
    it(`refuses ${what}`, async () => {
      const error = await rejection(producer.send(note, { text: 'x' }, options), OptionsError);
      expect(error.message).to.contain(complaint);
    });
  }

  for (const id of ['with:colon', '{tag}', '17', 'active', '']) {
    it(`refuses the id "${id}"`, async () => {
      await rejection(producer.send(note, { text: 'x' }, { id }), NameError);
    });
  }

  it('takes any id for a receipt, for other clients have theirs, but for an empty one', async () => {
    expect(producer.receipt(note, 'with:colon').id).to.equal('with:colon');
    await refusal(NameError, () => producer.receipt(note, ''));
  });

  it('is closed once, however often it is told, and refuses to send afterwards', async () => {
    await Promise.all([producer.close(), producer.close()]);
    const error = await rejection(producer.send(note, { text: 'x' }), ClosedError);
    expect(error.message).to.contain('producer');
  });

  it('answers what was sent in the turn of its closing before it hangs up', async () => {
    const sent = producer.send(note, { text: 'last' }, { id: 'last' });
    await producer.close();
    expect((await sent).id).to.equal('last');
  });

  it('shows its address without the password', async () => {
    await using server = await PrivateServer.start({ port: 0, password: 'hunter2' });
    await using guarded = await Producer.connect({ redis: server.url });
    expect(guarded.address)
      .to.match(/^redis:\/\/.*127\.0\.0\.1/)
      .and.not.contain('hunter2');
  });
});

describe('Producer.sendBulk', () => {
  let namespace: string;
  let producer: Producer;

  beforeEach(async () => {
    namespace = freshNamespace();
    producer = await Producer.connect({ redis: redisUrl(), namespace });
  });
  afterEach(() => producer.close());

  it('sends a stream in order, with the options drawn from each payload, and counts', async () => {
    const told: number[] = [];
    const summary = await producer.sendBulk(ping, numbersBelow(1_200), {
      each: ({ n }) => ({ id: `ping-${n % 1_000}` }),
      onProgress: (sent) => told.push(sent),
    });
    expect(summary).to.deep.equal({ sent: 1_200, duplicates: 200 });
    expect(told.at(-1)).to.equal(1_200);
    expect(told).to.deep.equal([...told].sort((a, b) => a - b));
    await using queue = plainQueue('notes', namespace);
    expect(await queue.getWaitingCount()).to.equal(1_000);
    expect((await queue.getWaiting(0, 2)).map(({ id }) => id)).to.deep.equal(['ping-0', 'ping-1', 'ping-2']);
  });

  it('draws no more from its source than it can send', async () => {
    let drawn = 0;
    let furthestAhead = 0;
    function* source() {
      for (const payload of numbersBelow(3_000)) {
        drawn += 1;
        yield payload;
      }
    }
    await producer.sendBulk(ping, source(), {
      onProgress: (sent) => (furthestAhead = Math.max(furthestAhead, drawn - sent)),
    });
    expect(furthestAhead).to.be.within(100, 500);
  });

  it('sends nothing of an empty stream', async () => {
    expect(await producer.sendBulk(ping, [])).to.deep.equal({ sent: 0, duplicates: 0 });
  });

  it('refuses what cannot be iterated, before it sends anything', async () => {
    const error = await rejection(producer.sendBulk(ping, {} as never), OptionsError);
    expect(error.message).to.equal('expected payloads to be an array or an (async) iterable, got an object');
    await rejection(producer.sendBulk(ping, null as never), OptionsError);
  });

  it('stops at the first job that cannot be sent, and says how many were', async () => {
    const payloads = [{ n: 1 }, { n: 2 }, { n: 'three' as never }, { n: 4 }];
    const error = await rejection(producer.sendBulk(ping, payloads), BulkSendError);
    expect(error.sent).to.equal(2);
    expect(error.cause).to.be.instanceOf(PayloadError);
    expect(error.message).to.contain('after 2 jobs').and.contain('data.n');
  });

  it('stops when its source fails, and says how many were sent', async () => {
    function* source() {
      yield { n: 1 };
      throw new Error('the file ends early');
    }
    const error = await rejection(producer.sendBulk(ping, source()), BulkSendError);
    expect(error.sent).to.equal(1);
    expect(error.message).to.contain('the file ends early');
  });
});

describe('Producer.connect', () => {
  it('names every option that is wrong, with what was meant', async () => {
    const wrong = { namespaces: 'x', sendTimeoutMs: 0, durability: 'maybe' };
    const error = await rejection(Producer.connect(wrong as object), OptionsError);
    expect(error.faults.map(({ option }) => option)).to.have.members(['namespaces', 'sendTimeoutMs', 'durability']);
    expect(error.message).to.contain('did you mean namespace?');
  });

  it('refuses an address that is none', async () => {
    await rejection(Producer.connect({ redis: 'localhost:6379' }), AddressError);
  });

  it('refuses a namespace that would tear the keys apart', async () => {
    await rejection(Producer.connect({ redis: redisUrl(), namespace: 'a\nb' }), OptionsError);
  });

  it('says how an address is written, and that it may be left out', async () => {
    const parts = await rejection(Producer.connect({ redis: 7 as never }), OptionsError);
    expect(parts.message).to.match(
      /^expected redis to be the URL of a Redis server, .*, got 7 \(such as 'redis:\/\/host:6379'\)$/,
    );
    const empty = await rejection(Producer.connect({ redis: '' }), OptionsError);
    expect(empty.message).to.contain("(such as 'redis://host:6379'; leave it out to use REDIS_URL)");
  });

  it('says where nothing answered', async () => {
    await using server = await PrivateServer.start();
    const { url } = server;
    await server.close();
    const error = await rejection(Producer.connect({ redis: url, connectTimeoutMs: 50 }), BrokerUnreachableError);
    expect(error.message).to.contain(url);
  });

  it('refuses a server that may lose jobs, unless it is told that this will do', async () => {
    await using server = await PrivateServer.start({ settings: { appendonly: 'no' } });
    const error = await rejection(Producer.connect({ redis: server.url }), NotDurableError);
    expect(error.faults.map(({ setting }) => setting)).to.deep.equal(['appendonly']);
    await using producer = await Producer.connect({ redis: server.url, durability: 'off' });
    expect((await producer.send(note, { text: 'x' })).isDuplicate).to.equal(false);
  });

  it('refuses a server that is too old', async () => {
    await using pretender = await startPretender('redis_version:6.0.16');
    await rejection(Producer.connect({ redis: pretender.url }), ServerTooOldError);
  });
});

function* numbersBelow(count: number): Generator<{ n: number }> {
  for (let n = 0; n < count; n += 1) yield { n };
}

async function connectedAt(namespace: string) {
  const connected = await openBroker({ namespace });
  return { broker: connected.broker, close: () => connected.close() };
}
