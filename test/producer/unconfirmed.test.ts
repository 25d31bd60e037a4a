import { Producer, SendRefusedError, SendUnconfirmedError } from '@acktor/core';
import { PrivateServer } from '@acktor/core/server';
import { expect } from 'chai';
import { note } from '../jobs/notes.js';
import { plainQueue } from '../real-redis/plain-bullmq.js';
import { rejection } from '../server/rejection.js';

describe('a producer whose server fails', () => {
  it('calls a send unconfirmed when a stopped server gives no answer, and its resend adds nothing', async () => {
    await using server = await PrivateServer.start();
    await using producer = await Producer.connect({ redis: server.url, sendTimeoutMs: 100 });
    server.pause();
    const error = await rejection(producer.send(note, { text: 'x' }, { id: 'order-1' }), SendUnconfirmedError);
    expect(error).to.include({ jobId: 'order-1', timeoutMs: 100 });
    expect(error.message).to.contain('send it again with id order-1');
    server.resume();
    await producer.send(note, { text: 'x' }, { id: 'order-1' });
    await using queue = plainQueue('notes', 'bull', server.url);
    expect(await queue.getWaitingCount()).to.equal(1);
  });

  it('calls a send unconfirmed when a killed server does not come back in time', async () => {
    await using server = await PrivateServer.start();
    await using producer = await Producer.connect({ redis: server.url, sendTimeoutMs: 100 });
    await server.kill();
    await rejection(producer.send(note, { text: 'x' }), SendUnconfirmedError);
  });

  it('sends when a killed server comes back in time', async () => {
    await using server = await PrivateServer.start();
    await using producer = await Producer.connect({ redis: server.url });
    await server.kill();
    const sent = producer.send(note, { text: 'x' });
    await server.restart();
    expect((await sent).isDuplicate).to.equal(false);
  });

  it('counts a job once whose answer was lost with the connection', async () => {
    await using server = await PrivateServer.start();
    await using producer = await Producer.connect({ redis: server.url });
    await using queue = plainQueue('notes', 'bull', server.url);
    await queue.waitUntilReady();
    server.pause();
    const sent = producer.send(note, { text: 'x' });
    await server.kill();
    await server.restart();
    expect((await sent).isDuplicate).to.equal(false);
    expect(await queue.getWaitingCount()).to.equal(1);
  });

  it('says that a full server refused the job, in its words', async () => {
    await using server = await PrivateServer.start({ settings: { maxmemory: '2mb' } });
    await using producer = await Producer.connect({ redis: server.url, maxPayloadBytes: 4_000_000 });
    const fill = async () => {
      for (;;) await producer.send(note, { text: 'x'.repeat(500_000) });
    };
    const error = await rejection(fill(), SendRefusedError);
    expect(error.reply).to.contain('OOM');
    expect(error.message).to.contain('it was not accepted');
  });
});
