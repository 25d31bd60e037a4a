import { ConfirmShortfallError, ConfirmUnsupportedError, Producer } from '@acktor/core';
import { PrivateServer } from '@acktor/core/server';
import { expect } from 'chai';
import { ask } from '../server/project.js';
import { rejection } from '../server/rejection.js';
import { note } from './note.js';
import { callsOf, startValkey } from './servers.js';

describe("confirm: 'fsync'", function () {
  this.timeout(60_000);

  it('asks a server that writes through at once with WAITAOF', async () => {
    await using server = await startValkey({ appendfsync: 'always' });
    await using producer = await Producer.connect({ redis: server.url, confirm: 'fsync' });
    await producer.send(note, { text: 'kept' });
    expect(await callsOf(server, 'waitaof')).to.equal(1);
  });

  it('makes a thousand sends at once share a few waits', async () => {
    await using server = await startValkey({ appendfsync: 'always' });
    await using producer = await Producer.connect({ redis: server.url, confirm: 'fsync' });
    const sends = Array.from({ length: 1_000 }, (_, i) => producer.send(note, { text: String(i) }));
    expect(await Promise.all(sends)).to.have.length(1_000);
    expect(await callsOf(server, 'waitaof')).to.be.at.most(3);
    expect(await ask(server, 'LLEN', 'bull:notes:wait')).to.equal(1_000);
  });

  it('does not believe a WAITAOF that answers before the disk has the job', async () => {
    await using server = await startValkey({ appendfsync: 'everysec' });
    await using producer = await Producer.connect({ redis: server.url, confirm: 'fsync' });
    await producer.send(note, { text: 'first' });
    // The disk was written to just now, so its next turn is near a second away.
    const sentAt = performance.now();
    await Promise.all(['second', 'third'].map((text) => producer.send(note, { text })));
    expect(performance.now() - sentAt).to.be.above(1_000);
    expect(await callsOf(server, 'waitaof')).to.equal(0);
  });

  it('rejects when the disk does not answer, says that the queue has the job, and confirms it at the next send', async () => {
    await using server = await startValkey({ appendfsync: 'always' });
    await using producer = await Producer.connect({ redis: server.url, confirm: 'fsync', confirmTimeoutMs: 50 });
    await ask(server, 'CONFIG', 'SET', 'appendfsync', 'no');
    const error = await rejection(producer.send(note, { text: 'late' }, { id: 'late' }), ConfirmShortfallError);
    expect(error).to.include({ jobId: 'late', confirm: 'fsync', confirmed: 0, wanted: 1, timeoutMs: 50 });
    expect(error.message).to.contain('is in the queue of the primary').and.contain('within 50 ms');
    expect(await ask(server, 'EXISTS', 'bull:notes:late')).to.equal(1);
    await ask(server, 'CONFIG', 'SET', 'appendfsync', 'always');
    const receipt = await producer.send(note, { text: 'late' }, { id: 'late' });
    expect(receipt.isDuplicate).to.equal(true);
  });

  it('rejects when the disk has no turn within the time', async () => {
    await using server = await startValkey({ appendfsync: 'everysec' });
    await using producer = await Producer.connect({ redis: server.url, confirm: 'fsync', confirmTimeoutMs: 100 });
    const error = await rejection(producer.send(note, { text: 'late' }), ConfirmShortfallError);
    expect(error).to.include({ confirmed: 0, timeoutMs: 100 });
  });

  it('can be asked of one send alone', async () => {
    await using server = await startValkey({ appendfsync: 'always' });
    await using producer = await Producer.connect({ redis: server.url });
    await producer.send(note, { text: 'accepted' });
    expect(await callsOf(server, 'waitaof')).to.equal(0);
    await producer.send(note, { text: 'written' }, { confirm: 'fsync' });
    expect(await callsOf(server, 'waitaof')).to.equal(1);
  });

  it('is refused at the door by a server that cannot, with the ways out', async () => {
    await using server = await PrivateServer.start();
    const refused = Producer.connect({ redis: server.url, confirm: 'fsync' });
    const { message } = await rejection(refused, ConfirmUnsupportedError);
    expect(message).to.match(/no WAITAOF.*Redis 7\.2.*appendfsync always.*replicas/s);
  });

  it('is refused for one send, of which nothing is sent', async () => {
    await using server = await PrivateServer.start();
    await using producer = await Producer.connect({ redis: server.url });
    await rejection(producer.send(note, { text: 'no' }, { confirm: 'fsync' }), ConfirmUnsupportedError);
    expect(await ask(server, 'DBSIZE')).to.equal(0);
  });

  it('is refused by a server without an append-only file', async () => {
    await using server = await startValkey({ appendonly: 'no' });
    const refused = Producer.connect({ redis: server.url, durability: 'off', confirm: 'fsync' });
    expect((await rejection(refused, ConfirmUnsupportedError)).message).to.contain('CONFIG SET appendonly yes');
  });

  it('is refused by a server that leaves its disk be during a rewrite', async () => {
    await using server = await startValkey({ 'no-appendfsync-on-rewrite': 'yes' });
    const refused = Producer.connect({ redis: server.url, confirm: 'fsync' });
    const { message } = await rejection(refused, ConfirmUnsupportedError);
    expect(message).to.contain('CONFIG SET no-appendfsync-on-rewrite no');
  });

  it('takes no wait on an old server that writes through before it answers', async () => {
    await using server = await PrivateServer.start({ settings: { appendfsync: 'always' } });
    await using producer = await Producer.connect({ redis: server.url, confirm: 'fsync' });
    await producer.send(note, { text: 'kept' });
    await server.kill();
    await server.restart();
    expect(await ask(server, 'LLEN', 'bull:notes:wait')).to.equal(1);
  });

  it('says what the server says when it will not wait', async () => {
    await using server = await startValkey({ appendfsync: 'always' });
    await using producer = await Producer.connect({ redis: server.url, confirm: 'fsync' });
    await ask(server, 'CONFIG', 'SET', 'appendonly', 'no');
    const error = await rejection(producer.send(note, { text: 'no' }), ConfirmShortfallError);
    expect(error.message).to.contain('would not wait').and.contain('appendonly');
  });
});
