import { expect } from 'chai';
import { turn } from '../signals/signal.js';
import { ChannelTrial, type ConsumerOnTrial } from './channel-trial.js';

describe('a channel, when its consumers are idle', () => {
  it('wakes who has been idle longest, so that they take turns: 1, 2, 1, 2', async () => {
    const trial = new ChannelTrial();
    const consumers = trial.consumers('1', '2');
    for (const consumer of consumers) consumer.parks();
    const woken: string[] = [];
    for (let job = 1; job <= 4; job += 1) {
      await signOfWork(trial, job);
      for (const consumer of consumers) if (takeWaking(consumer)) woken.push(nameOf(consumer, consumers));
      consumers[(job - 1) % 2]?.parks();
      await turn();
    }
    expect(woken).to.deep.equal(['1', '2', '1', '2']);
  });

  it('wakes one for a sign of work, though many are idle', async () => {
    const trial = new ChannelTrial();
    const consumers = trial.consumers('a', 'b', 'c');
    for (const consumer of consumers) consumer.parks();
    await signOfWork(trial, 1);
    expect(consumers.map(({ words }) => words)).to.deep.equal([['work.ready'], [], []]);
  });

  it('wakes the next one when who was woken leaves without a look', async () => {
    const trial = new ChannelTrial();
    const [a, b] = trial.consumers('a', 'b');
    for (const consumer of [a, b]) consumer?.parks();
    await signOfWork(trial, 1);
    a?.leaves();
    expect([a, b].map((consumer) => consumer?.words)).to.deep.equal([['work.ready'], ['work.ready']]);
  });

  it('wakes the next one when who was woken leaves before its look was asked for', async () => {
    const trial = new ChannelTrial();
    const [a, b] = trial.consumers('a', 'b');
    for (const consumer of [a, b]) consumer?.parks();
    await signOfWork(trial, 1);
    a?.wants();
    a?.leaves();
    expect(b?.words).to.deep.equal(['work.ready']);
    expect(await trial.unseenCalls()).to.equal(0);
  });

  it('waits again only when who was woken has looked, for its own fetch gives a sign', async () => {
    const trial = new ChannelTrial();
    const [a, b] = trial.consumers('a', 'b');
    for (const consumer of [a, b]) consumer?.parks();
    await signOfWork(trial, 1);
    a?.wants();
    const call = await trial.nextCall();
    expect(trial.queue.waits.all).to.have.length(1);
    call.handOut('job-1');
    await trial.queue.waits.upTo(2);
    expect(b?.words).to.deep.equal([]);
  });

  it('waits again in any case when who was woken is not heard of for a second', async () => {
    const trial = new ChannelTrial();
    for (const consumer of trial.consumers('a', 'b')) consumer.parks();
    await signOfWork(trial, 1);
    await trial.pass(1_000);
    expect(trial.queue.waits.all).to.have.length(2);
  });

  it('wakes whoever parks next when the only one who was woken leaves without a look', async () => {
    const trial = new ChannelTrial();
    const [a, successor] = trial.consumers('a', 'successor');
    a?.parks();
    await signOfWork(trial, 1);
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

  it('waits once for all who are idle, and not while nobody is', async () => {
    const trial = new ChannelTrial();
    trial.consumer('a').wants();
    await turn();
    expect(trial.queue.waits.all).to.have.length(0);
    for (const consumer of trial.consumers('b', 'c')) consumer.parks();
    await turn();
    expect(trial.queue.waits.all.map(({ timeoutMs }) => timeoutMs)).to.deep.equal([5_000]);
  });

  it('looks anyway when the longest wait is over, for a sign may have been lost', async () => {
    const trial = new ChannelTrial();
    const a = trial.consumer('a');
    a.parks();
    (await trial.queue.waits.first()).end({ kind: 'timeout' });
    await a.hears('work.ready');
  });

  it('wakes one when a delayed job is due that a sign has announced', async () => {
    const trial = new ChannelTrial();
    const a = trial.consumer('a');
    a.parks();
    (await trial.queue.waits.first()).end({ kind: 'due', dueAtMs: 700 });
    await trial.pass(699);
    expect(a.words).to.deep.equal([]);
    await trial.pass(1);
    expect(a.words).to.deep.equal(['work.ready']);
  });

  it('wakes one when a delayed job is due that a look has found, though a longer wait goes on', async () => {
    const trial = new ChannelTrial();
    const [a, b] = trial.consumers('a', 'b');
    a?.parks();
    await turn();
    b?.wants();
    (await trial.nextCall()).answer([], { nextDueAtMs: 400 });
    await b?.hears('queue.empty');
    expect(trial.queue.waits.all.map(({ timeoutMs }) => timeoutMs)).to.deep.equal([5_000]);
    await trial.pass(400);
    expect(a?.words).to.deep.equal(['work.ready']);
  });

  it('goes by what it was told last of the next delayed job', async () => {
    const trial = new ChannelTrial();
    const a = trial.consumer('a');
    a.parks();
    (await trial.queue.waits.first()).end({ kind: 'due', dueAtMs: 700 });
    (await trial.queue.waits.upTo(2)).at(-1)?.end({ kind: 'due', dueAtMs: 300 });
    await turn();
    await trial.pass(300);
    expect(a.words).to.deep.equal(['work.ready']);
    a.parks();
    await trial.pass(600);
    expect(a.words).to.deep.equal(['work.ready']);
  });

  it('wakes at once for a delayed job that is due already', async () => {
    const trial = new ChannelTrial();
    const [a, b] = trial.consumers('a', 'b');
    b?.wants();
    trial.clock.increment(900);
    (await trial.nextCall()).answer([], { nextDueAtMs: 400 });
    await b?.hears('queue.empty');
    a?.parks();
    await trial.pass(0);
    expect(a?.words).to.deep.equal(['work.ready']);
  });

  it('tells others of a job that is due while everybody here works', async () => {
    const trial = new ChannelTrial();
    const a = trial.consumer('a');
    a.parks();
    (await trial.queue.waits.first()).end({ kind: 'due', dueAtMs: 700 });
    await turn();
    a.leaves();
    await trial.pass(700);
    expect(trial.queue.passedOn).to.deep.equal([{ kind: 'due', dueAtMs: 700 }]);
  });

  it('tells others of the next delayed job when it is closed', async () => {
    const trial = new ChannelTrial();
    trial.consumer('a').parks();
    (await trial.queue.waits.first()).end({ kind: 'due', dueAtMs: 700 });
    await turn();
    await trial.channel.close();
    expect(trial.queue.passedOn).to.deep.equal([{ kind: 'due', dueAtMs: 700 }]);
  });

  it('comes a little late to what is due after it has left a job to others, so that they are first', async () => {
    const trial = new ChannelTrial();
    const a = await trial.holder('too-new');
    a.settles({ kind: 'requeue', afterMs: 400 });
    (await trial.nextCall()).answer([{ settled: 'stored' }], { nextDueAtMs: 400 });
    await a.hears('settlement.stored');
    a.parks();
    await trial.pass(410);
    expect(a.words).not.to.include('work.ready');
    await trial.pass(90);
    expect(a.words).to.include('work.ready');
  });

  it('waits out a rate limit before it looks again', async () => {
    const trial = new ChannelTrial();
    const [a, b] = trial.consumers('a', 'b');
    b?.wants();
    (await trial.nextCall()).answer([], { limitedForMs: 1_000 });
    await b?.hears('queue.empty');
    a?.parks();
    await trial.pass(999);
    expect([a?.words, trial.queue.waits.all.length]).to.deep.equal([[], 0]);
    await trial.pass(1);
    expect(a?.words).to.deep.equal(['work.ready']);
  });

  it('waits again a little later when a wait fails', async () => {
    const trial = new ChannelTrial();
    const a = trial.consumer('a');
    a.parks();
    (await trial.queue.waits.first()).fail(new Error('the connection broke'));
    await turn();
    expect(trial.queue.waits.all).to.have.length(1);
    await trial.pass(300);
    expect(trial.queue.waits.all).to.have.length(2);
    expect(a.words).to.deep.equal([]);
  });

  it('does not wake a consumer that has left', async () => {
    const trial = new ChannelTrial();
    const [a, b] = trial.consumers('a', 'b');
    a?.parks();
    b?.parks();
    a?.leaves();
    await signOfWork(trial, 1);
    expect([a?.words, b?.words]).to.deep.equal([[], ['work.ready']]);
  });

  it('passes a sign on when everybody has left or works', async () => {
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
async function signOfWork(trial: ChannelTrial, nth: number): Promise<void> {
  (await trial.queue.waits.upTo(nth)).at(-1)?.end({ kind: 'ready' });
  await turn();
}

function takeWaking(consumer: ConsumerOnTrial): boolean {
  return consumer.heard.all.splice(0).some(({ type }) => type === 'work.ready');
}

function nameOf(consumer: ConsumerOnTrial, all: readonly ConsumerOnTrial[]): string {
  return String(all.indexOf(consumer) + 1);
}
