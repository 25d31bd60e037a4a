import { Proxy } from '@acktor/chaos';
import { Events, type EventsGap } from '@acktor/core';
import { PrivateServer } from '@acktor/core/server';
import { expect } from 'chai';
import { handlerOf } from '../handler/handler-of.js';
import { note } from '../jobs/notes.js';
import { plainRedis } from '../real-redis/plain-bullmq.js';
import { WorkerTrial } from '../worker/worker-trial.js';
import { followed } from './followed-events.js';

const STREAM = 'acktor-events-notes';
const FOR_LONG_MS = 600_000;

describe('events when the connection breaks', function () {
  this.timeout(60_000);
  let server: PrivateServer;
  let proxy: Proxy;
  let trial: WorkerTrial;
  let events: Events;

  before(async () => {
    server = await PrivateServer.start({ port: 0 });
  });
  after(() => server.close());
  beforeEach(async () => {
    proxy = await Proxy.start(Number(new URL(server.url).port));
    trial = await WorkerTrial.open(server.url);
    events = await Events.connect({ redis: proxy.url, namespace: trial.namespace });
  });
  afterEach(async () => {
    await events.close();
    await trial[Symbol.asyncDispose]();
    await proxy[Symbol.asyncDispose]();
  });

  const key = () => `${trial.namespace}:notes:events`;
  const handler = handlerOf(note, () => ({ length: 1 }));
  const sendAndAck = async () => {
    const receipt = await trial.producer.send(note, { text: 'x' });
    await receipt.result({ timeoutMs: 20_000 });
    return receipt.id;
  };

  it('go on where they were: what came meanwhile is told, once, and in order', async () => {
    await trial.work([handler]);
    const heard = await followed(events, note, ['started', 'acked', 'gap']);
    const ids = [await sendAndAck()];
    await heard.upTo(2);
    proxy.cut(STREAM, FOR_LONG_MS);
    for (let n = 0; n < 5; n += 1) ids.push(await sendAndAck());
    expect(heard.all, 'nobody hears anything meanwhile').to.have.length(2);
    proxy.cut(STREAM, 0);
    await heard.upTo(12);
    const told = heard.all.map(({ name, event }) => `${name} ${'id' in event ? event.id : ''}`);
    expect(told).to.deep.equal(ids.flatMap((id) => [`started ${id}`, `acked ${id}`]));
  });

  it('say what is missing, when the server has forgotten it meanwhile', async () => {
    await trial.work([handler]);
    const heard = await followed(events, note, ['acked', 'gap']);
    await sendAndAck();
    await heard.upTo(1);
    proxy.cut(STREAM, FOR_LONG_MS);
    for (let n = 0; n < 3; n += 1) await sendAndAck();
    using redis = await plainRedis(server.url);
    // As BullMQ does of an event stream that has grown too long.
    await redis.xtrim(key(), 'MAXLEN', 1);
    const last = await sendAndAck();
    proxy.cut(STREAM, 0);
    await heard.upTo(3);
    const [, gap, after] = heard.all;
    expect(gap?.name).to.equal('gap');
    const missing = gap?.event as EventsGap;
    expect(missing).to.deep.include({ reason: 'trimmed', queue: 'notes' });
    expect(missing.until.getTime()).to.be.at.least(missing.after.getTime());
    expect(after?.event).to.deep.include({ id: last });
  });

  it('say that the data of the server are gone, and go on with new ones', async () => {
    await trial.work([handler]);
    const heard = await followed(events, note, ['acked', 'gap']);
    await sendAndAck();
    await heard.upTo(1);
    proxy.cut(STREAM, FOR_LONG_MS);
    using redis = await plainRedis(server.url);
    await redis.del(key());
    proxy.cut(STREAM, 0);
    await heard.upTo(2);
    expect(heard.all[1]?.event).to.deep.include({ reason: 'replaced', queue: 'notes' });
    const id = await sendAndAck();
    await heard.upTo(3);
    expect(heard.all[2]?.event).to.deep.include({ id });
  });

  it('end at close() while the server is away, and leave nothing open', async () => {
    await events.on(note, 'acked', () => undefined);
    proxy.cut(undefined, FOR_LONG_MS);
    const sinceMs = performance.now();
    await events.close();
    expect(performance.now() - sinceMs).to.be.lessThan(5_000);
  });
});
