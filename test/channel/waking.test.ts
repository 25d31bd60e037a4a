import { expect } from 'chai';
import { turn } from '../signals/signal.js';
import type { ConsumerRef } from '../worker-inside/inside.js';
import { ChannelTrial, type ConsumerOnTrial } from './channel-trial.js';
import { dueIn } from './scripted-queue.js';

describe('a channel, when its consumers are idle', () => {
  it('wakes the consumer that has been idle longest, so that they take turns: 1, 2, 1, 2', async () => {
    const trial = new ChannelTrial();
    const consumers = trial.consumers('1', '2');
    for (const consumer of consumers) consumer.parks();
    const woken: string[] = [];
    for (let job = 1; job <= 4; job += 1) {
      await wakeSignal(trial, job);
      for (const consumer of consumers) if (takeWaking(consumer)) woken.push(nameOf(consumer, consumers));
      consumers[(job - 1) % 2]?.parks();
      await turn();
    }
    expect(woken).to.deep.equal(['1', '2', '1', '2']);
  });

  it('has the first that is parked poll without a wake signal, which a worker that died may have taken along', async () => {
    const trial = new ChannelTrial();
    trial.channel.begin();
    const [a, b] = trial.consumers('a', 'b');
    a?.parks();
    b?.parks();
    await turn();
    expect([a?.words, b?.words, trial.queue.waits.all.length]).to.deep.equal([['work.ready'], [], 0]);
    a?.wants();
    (await trial.nextCall()).answer([], { nextDue: dueIn(400) });
    await trial.queue.waits.first();
    await trial.pass(400);
    expect(b?.words, 'it has learned when the next delayed job is due').to.deep.equal(['work.ready']);
  });

  it('wakes one for a wake signal, though many are idle', async () => {
    const trial = new ChannelTrial();
    const consumers = trial.consumers('a', 'b', 'c');
    for (const consumer of consumers) consumer.parks();
    await wakeSignal(trial, 1);
    expect(consumers.map(({ words }) => words)).to.deep.equal([['work.ready'], [], []]);
  });

  it('wakes the next one when the one that was woken leaves without a poll', async () => {
    const trial = new ChannelTrial();
    const [a, b] = trial.consumers('a', 'b');
    for (const consumer of [a, b]) consumer?.parks();
    await wakeSignal(trial, 1);
    a?.leaves();
    expect([a, b].map((consumer) => consumer?.words)).to.deep.equal([['work.ready'], ['work.ready']]);
  });

  it('wakes the next one when the one that was woken leaves before its poll was sent', async () => {
    const trial = new ChannelTrial();
    const [a, b] = trial.consumers('a', 'b');
    for (const consumer of [a, b]) consumer?.parks();
    await wakeSignal(trial, 1);
    a?.wants();
    a?.leaves();
    expect(b?.words).to.deep.equal(['work.ready']);
    expect(await trial.unseenCalls()).to.equal(0);
  });

  it('waits again only when the one that was woken has polled, for its own fetch gives a wake signal', async () => {
    const trial = new ChannelTrial();
    const [a, b] = trial.consumers('a', 'b');
    for (const consumer of [a, b]) consumer?.parks();
    await wakeSignal(trial, 1);
    a?.wants();
    const call = await trial.nextCall();
    expect(trial.queue.waits.all).to.have.length(1);
    call.handOut('job-1');
    await trial.queue.waits.upTo(2);
    expect(b?.words).to.deep.equal([]);
  });

  it('goes on waiting for the poll of the one that was woken when another is answered', async () => {
    const trial = new ChannelTrial();
    const [a, b, other] = trial.consumers('a', 'b', 'other');
    for (const consumer of [a, b]) consumer?.parks();
    other?.wants();
    const call = await trial.nextCall();
    await wakeSignal(trial, 1);
    call.handOut('job-1');
    await other?.hears('delivery.received');
    await turn();
    expect(trial.queue.waits.all).to.have.length(1);
  });

  it('wakes the next that parks when the one that was woken fails at once', async () => {
    const trial = new ChannelTrial();
    const failing: ConsumerRef = {
      id: 'failing',
      send: () => trial.channel.receive({ type: 'consumer.left', consumer: failing }),
    } as unknown as ConsumerRef;
    trial.channel.receive({ type: 'consumer.parked', consumer: failing });
    await wakeSignal(trial, 1);
    const successor = trial.consumer('successor');
    successor.parks();
    await turn();
    expect(successor.words).to.deep.equal(['work.ready']);
  });

  it('waits again in any case when the one that was woken does nothing for a second', async () => {
    const trial = new ChannelTrial();
    for (const consumer of trial.consumers('a', 'b')) consumer.parks();
    await wakeSignal(trial, 1);
    await trial.pass(1_000);
    expect(trial.queue.waits.all).to.have.length(2);
  });

  it('wakes the next that parks when the only one that was woken leaves without a poll', async () => {
    const trial = new ChannelTrial();
    const [a, successor] = trial.consumers('a', 'successor');
    a?.parks();
    await wakeSignal(trial, 1);
    a?.leaves();
    successor?.parks();
    await turn();
    expect(successor?.words).to.deep.equal(['work.ready']);
  });

  it('wakes as many more as there is work, once it knows', async () => {
    const trial = new ChannelTrial();
    const [a, ...idle] = trial.consumers('a', 'b', 'c', 'd');
    for (const consumer of idle) consumer.parks();
    a?.wants();
    (await trial.nextCall()).answer([], { ready: 2 });
    await turn();
    expect(idle.map(({ words }) => words)).to.deep.equal([['work.ready'], ['work.ready'], []]);
  });

  it('waits once for all that are idle, and not while none is', async () => {
    const trial = new ChannelTrial();
    trial.consumer('a').wants();
    await turn();
    expect(trial.queue.waits.all).to.have.length(0);
    for (const consumer of trial.consumers('b', 'c')) consumer.parks();
    await turn();
    expect(trial.queue.waits.all.map(({ timeoutMs }) => timeoutMs)).to.deep.equal([5_000]);
  });

  it('polls anyway when the longest wait is over, for a wake signal may have been lost', async () => {
    const trial = new ChannelTrial();
    const a = trial.consumer('a');
    a.parks();
    (await trial.queue.waits.first()).end({ kind: 'timeout' });
    await a.hears('work.ready');
  });

  it('passes work on to others when it is closed before a consumer has polled', async () => {
    const trial = new ChannelTrial();
    const a = trial.consumer('a');
    a.parks();
    await wakeSignal(trial, 1);
    a.leaves();
    await trial.channel.close();
    expect(trial.queue.passedOn).to.deep.equal([{ kind: 'ready' }]);
  });

  it('polls in any case, and waits again a little later, when a wait fails, for a wake signal may be lost with it', async () => {
    const trial = new ChannelTrial();
    const a = trial.consumer('a');
    a.parks();
    (await trial.queue.waits.first()).fail(new Error('the connection broke'));
    await turn();
    expect(trial.queue.waits.all).to.have.length(1);
    await trial.pass(300);
    expect(a.words).to.deep.equal(['work.ready']);
    a.parks();
    await turn();
    expect(trial.queue.waits.all).to.have.length(2);
  });

  it('does not wake a consumer that has left', async () => {
    const trial = new ChannelTrial();
    const [a, b] = trial.consumers('a', 'b');
    a?.parks();
    b?.parks();
    a?.leaves();
    await wakeSignal(trial, 1);
    expect([a?.words, b?.words]).to.deep.equal([[], ['work.ready']]);
  });

  it('passes a wake signal on when every consumer has left or works', async () => {
    const trial = new ChannelTrial();
    const a = trial.consumer('a');
    a.parks();
    const wait = await trial.queue.waits.first();
    a.leaves();
    wait.end({ kind: 'ready' });
    await turn();
    expect(trial.queue.passedOn).to.deep.equal([{ kind: 'ready' }]);
    expect([a.words, trial.queue.waits.all.length]).to.deep.equal([[], 1]);
  });

  it('neither waits nor wakes any more once it is closed', async () => {
    const trial = new ChannelTrial();
    const a = trial.consumer('a');
    a.parks();
    const wait = await trial.queue.waits.first();
    await trial.channel.close();
    wait.end({ kind: 'ready' });
    await turn();
    expect(trial.queue.isClosed).to.equal(true);
    expect([a.words, trial.queue.waits.all.length]).to.deep.equal([[], 1]);
  });
});

/** Ends the `nth` wait with the sign that there is work. */
async function wakeSignal(trial: ChannelTrial, nth: number): Promise<void> {
  (await trial.queue.waits.upTo(nth)).at(-1)?.end({ kind: 'ready' });
  await turn();
}

function takeWaking(consumer: ConsumerOnTrial): boolean {
  return consumer.heard.all.splice(0).some(({ type }) => type === 'work.ready');
}

function nameOf(consumer: ConsumerOnTrial, all: readonly ConsumerOnTrial[]): string {
  return String(all.indexOf(consumer) + 1);
}
