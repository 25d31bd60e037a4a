import { expect } from 'chai';
import { turn } from '../signals/signal.js';
import { ChannelTrial } from './channel-trial.js';
import { dueIn } from './scripted-queue.js';

describe('a channel, when there is work for later', () => {
  it('wakes one when a delayed job is due that a wake signal has announced', async () => {
    const trial = new ChannelTrial();
    const a = trial.consumer('a');
    a.parks();
    (await trial.queue.waits.first()).end({ kind: 'due', due: dueIn(700) });
    await turn();
    await trial.pass(699);
    expect(a.words).to.deep.equal([]);
    await trial.pass(1);
    expect(a.words).to.deep.equal(['work.ready']);
  });

  it('wakes one when a delayed job is due that a poll has found, though a longer wait goes on', async () => {
    const trial = new ChannelTrial();
    const [a, b] = trial.consumers('a', 'b');
    a?.parks();
    await turn();
    b?.wants();
    (await trial.nextCall()).answer([], { nextDue: dueIn(400) });
    await b?.hears('queue.empty');
    expect(trial.queue.waits.all.map(({ timeoutMs }) => timeoutMs)).to.deep.equal([5_000]);
    await trial.pass(400);
    expect(a?.words).to.deep.equal(['work.ready']);
  });

  it('goes by the sooner of two wake signals, for either may have been passed on by a worker that knew less', async () => {
    for (const [first, second] of [
      [700, 300],
      [300, 700],
    ] as const) {
      const trial = new ChannelTrial();
      const a = trial.consumer('a');
      a.parks();
      (await trial.queue.waits.first()).end({ kind: 'due', due: dueIn(first) });
      (await trial.queue.waits.upTo(2)).at(-1)?.end({ kind: 'due', due: dueIn(second) });
      await turn();
      await trial.pass(300);
      expect(a.words, `${first}, then ${second}`).to.deep.equal(['work.ready']);
    }
  });

  it('goes by what a poll has found of the next delayed job, unless a wake signal is newer', async () => {
    const trial = new ChannelTrial();
    const [a, b] = trial.consumers('a', 'b');
    a?.parks();
    (await trial.queue.waits.first()).end({ kind: 'due', due: dueIn(5_000) });
    await turn();
    b?.wants();
    (await trial.nextCall()).answer([], { nextDue: dueIn(9_000) });
    await b?.hears('queue.empty');
    await trial.pass(5_000);
    expect(a?.words, 'it may have polled before the job was there').to.deep.equal(['work.ready']);
    a?.parks();
    b?.wants();
    (await trial.nextCall()).answer([], { nextDue: { atMs: 9_000, inMs: 4_000 } });
    await turn();
    await trial.pass(3_999);
    expect(a?.words).to.deep.equal(['work.ready']);
    await trial.pass(1);
    expect(a?.words).to.deep.equal(['work.ready', 'work.ready']);
  });

  it('does not poll again and again for a job that is due in weeks, though no timer lasts so long', async () => {
    const trial = new ChannelTrial();
    const setTimer = trial.clock.setTimeout.bind(trial.clock);
    const timersMs: number[] = [];
    trial.clock.setTimeout = (run, ms) => {
      timersMs.push(ms);
      return setTimer(run, ms);
    };
    trial.consumer('a').parks();
    (await trial.queue.waits.first()).end({ kind: 'due', due: dueIn(31_536_000_000) });
    await turn();
    expect(Math.max(...timersMs)).to.equal(2 ** 31 - 1);
  });

  it('wakes at once for a delayed job that is due already', async () => {
    const trial = new ChannelTrial();
    const [a, b] = trial.consumers('a', 'b');
    b?.wants();
    (await trial.nextCall()).answer([], { nextDue: { atMs: 400, inMs: -500 } });
    await b?.hears('queue.empty');
    a?.parks();
    await trial.pass(0);
    expect(a?.words).to.deep.equal(['work.ready']);
  });

  it('passes on to others that a job is due while all consumers here work', async () => {
    const trial = new ChannelTrial();
    const a = trial.consumer('a');
    a.parks();
    (await trial.queue.waits.first()).end({ kind: 'due', due: dueIn(700) });
    await turn();
    a.leaves();
    await trial.pass(700);
    expect(trial.queue.passedOn).to.deep.equal([{ kind: 'due', due: dueIn(700) }]);
  });

  it('passes the next delayed job on to others when it is closed', async () => {
    const trial = new ChannelTrial();
    trial.consumer('a').parks();
    (await trial.queue.waits.first()).end({ kind: 'due', due: dueIn(700) });
    await turn();
    await trial.channel.close();
    expect(trial.queue.passedOn).to.deep.equal([{ kind: 'due', due: dueIn(700) }]);
    await trial.pass(700);
    expect(trial.queue.passedOn, 'nothing rings any more').to.have.length(1);
  });

  it('comes a little late to what is due after it has left a job to others, so that they are first', async () => {
    const trial = new ChannelTrial();
    const a = await trial.holder('too-new');
    a.settles({ kind: 'requeue', afterMs: 400, isForOthers: true });
    (await trial.nextCall()).answer([{ settled: 'stored' }], { nextDue: dueIn(400) });
    await a.hears('settlement.stored');
    a.parks();
    await trial.pass(410);
    expect(a.words).not.to.include('work.ready');
    await trial.pass(90);
    expect(a.words).to.include('work.ready');
  });

  it('waits out a rate limit before it polls again', async () => {
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

  it('polls when a rate limit ends, though a wait goes on that began before it', async () => {
    const trial = new ChannelTrial();
    const [a, b] = trial.consumers('a', 'b');
    a?.parks();
    await turn();
    b?.wants();
    (await trial.nextCall()).answer([], { limitedForMs: 1_000 });
    await b?.hears('queue.empty');
    await trial.pass(1_000);
    expect(a?.words).to.deep.equal(['work.ready']);
    expect(trial.queue.waits.all).to.have.length(1);
  });
});
