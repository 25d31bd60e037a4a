import { ConfirmShortfallError, OptionsError, Producer } from '@acktor/core';
import { PrivateServer } from '@acktor/core/server';
import { expect } from 'chai';
import { ask } from '../server/project.js';
import { rejection } from '../server/rejection.js';
import { note } from './note.js';
import { callsOf, isWaiting, Pair } from './servers.js';

const one = { replicas: 1 };

/** Long enough for a send on a busy machine, short enough to wait for. */
const LATE_MS = 500;

describe('confirm: { replicas }', function () {
  this.timeout(60_000);

  it('resolves when so many replicas have the job', async () => {
    await using pair = await Pair.start();
    await using producer = await Producer.connect({ redis: pair.primary.url, confirm: one });
    await producer.send(note, { text: 'kept' }, { id: 'kept' });
    expect(await ask(pair.replica, 'EXISTS', 'bull:notes:kept')).to.equal(1);
  });

  it('makes a thousand sends to two queues share a few waits', async () => {
    await using pair = await Pair.start();
    await using producer = await Producer.connect({ redis: pair.primary.url, confirm: one });
    const other = { ...note, queue: 'others' };
    const sends = Array.from({ length: 1_000 }, (_, i) => producer.send(i % 2 ? note : other, { text: String(i) }));
    await Promise.all(sends);
    expect(await callsOf(pair.primary, 'wait')).to.be.at.most(3);
    expect(await ask(pair.replica, 'LLEN', 'bull:others:wait')).to.equal(500);
  });

  it('rejects when a replica lags, and says that the primary has the job', async () => {
    await using pair = await Pair.start();
    await using producer = await Producer.connect({ redis: pair.primary.url, confirm: one, confirmTimeoutMs: LATE_MS });
    pair.replica.pause();
    const error = await rejection(producer.send(note, { text: 'late' }, { id: 'late' }), ConfirmShortfallError);
    expect(error).to.include({ jobId: 'late', confirmed: 0, wanted: 1, timeoutMs: LATE_MS });
    expect(error.message).to.contain('0 of 1 replicas confirmed it within 500 ms').and.contain('with id late');
    expect(await ask(pair.primary, 'EXISTS', 'bull:notes:late')).to.equal(1);
  });

  it('does not take a job that is in the queue already for a confirmed one', async () => {
    await using pair = await Pair.start();
    const options = { redis: pair.primary.url, confirm: one, confirmTimeoutMs: LATE_MS };
    await using producer = await Producer.connect(options);
    await using another = await Producer.connect(options);
    pair.replica.pause();
    await rejection(producer.send(note, { text: 'late' }, { id: 'late' }), ConfirmShortfallError);
    await rejection(another.send(note, { text: 'late' }, { id: 'late' }), ConfirmShortfallError);
    pair.replica.resume();
    await using patient = await Producer.connect({ redis: pair.primary.url, confirm: one });
    const receipt = await patient.send(note, { text: 'late' }, { id: 'late' });
    expect(receipt.isDuplicate).to.equal(true);
  });

  it('rejects on a server without replicas', async () => {
    await using server = await PrivateServer.start();
    await using producer = await Producer.connect({
      redis: server.url,
      confirm: { replicas: 2 },
      confirmTimeoutMs: 20,
    });
    expect(await rejection(producer.send(note, { text: 'alone' }), ConfirmShortfallError)).to.include({ wanted: 2 });
  });

  it('lets sends pass that wait for nothing', async () => {
    await using pair = await Pair.start();
    await using producer = await Producer.connect({ redis: pair.primary.url, confirmTimeoutMs: 10_000 });
    pair.replica.pause();
    const order: string[] = [];
    const confirmed = producer.send(note, { text: 'slow' }, { confirm: one }).then(() => order.push('confirmed'));
    await isWaiting(pair.primary, 'acktor-confirm');
    await producer.send(note, { text: 'quick' }).then(() => order.push('accepted'));
    pair.replica.resume();
    await confirmed;
    expect(order).to.deep.equal(['accepted', 'confirmed']);
  });

  it('sends and waits again when the connection breaks during the wait', async () => {
    await using pair = await Pair.start();
    await using producer = await Producer.connect({ redis: pair.primary.url, confirm: one, confirmTimeoutMs: 10_000 });
    pair.replica.pause();
    const sending = producer.send(note, { text: 'once' });
    await isWaiting(pair.primary, 'acktor-confirm');
    const clients = (await ask(pair.primary, 'CLIENT', 'LIST')) as string;
    const [, id = ''] = /id=(\d+) .*name=acktor-confirm /.exec(clients) ?? [];
    await ask(pair.primary, 'CLIENT', 'KILL', 'ID', id);
    pair.replica.resume();
    expect((await sending).isDuplicate).to.equal(false);
    expect(await ask(pair.primary, 'LLEN', 'bull:notes:wait')).to.equal(1);
    expect(await callsOf(pair.primary, 'wait')).to.equal(2);
  });

  it('refuses a number of replicas that is none', async () => {
    const refused = Producer.connect({ confirm: { replicas: 0 } });
    expect((await rejection(refused, OptionsError)).message).to.contain('n from 1 to 100');
  });
});
