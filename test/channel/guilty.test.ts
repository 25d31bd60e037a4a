// A settlement that the server does not take, and those that are settled with it.
import { ServerRefusalError, UnwritableCallError } from '@acktor/core';
import { expect } from 'chai';
import { ack } from '../broker/test-queue.js';
import { ChannelTrial, type ConsumerOnTrial } from './channel-trial.js';
import type { ScriptedCall } from './scripted-queue.js';

const tooLarge = new ServerRefusalError('ERR max request size exceeded', { about: 'call' });

describe('a channel, when a call is refused for what is in it', () => {
  it('asks each settlement of it alone, dead-letters the guilty one, and stores the others', async () => {
    const { trial, a, b } = await twoHolders();
    a.settles(ack);
    b.settles(ack);
    const both = await trial.nextCall();
    expect(idsIn(both)).to.deep.equal(['a', 'b']);
    await fail(trial, both, tooLarge);
    for (const consumer of [a, b]) {
      await consumer.hears('connection.restored');
      consumer.settles(ack);
    }
    const [first, second] = [await trial.nextCall(), await trial.nextCall()];
    expect([idsIn(first), idsIn(second)]).to.deep.equal([['a'], ['b']]);
    second.answer();
    await b.hears('settlement.stored');
    await fail(trial, first, tooLarge);
    await a.hears('settlement.refused');
    const last = (await trial.nextCall()).requests[0]?.settle?.settlement;
    expect(last?.kind === 'deadLetter' && last.failure.reason)
      .to.contain('how it ended could not be stored')
      .and.contain('max request size');
  });

  it('does not blame a settlement for a server that is out of memory, however often', async () => {
    const { trial, a } = await twoHolders();
    for (let i = 1; i <= 3; i += 1) {
      a.settles(ack);
      await fail(trial, await trial.nextCall(), new ServerRefusalError('OOM command not allowed'));
      await trial.queue.reconciliations.upTo(i);
    }
    expect(a.words).not.to.include('settlement.refused');
    expect(a.words.filter((word) => word === 'connection.restored')).to.have.length(3);
  });

  it('dead-letters at once what could not even be written, while the rest of the call is stored', async () => {
    const { trial, a, b } = await twoHolders();
    a.settles(ack);
    b.settles(ack);
    (await trial.nextCall()).answer([{ settled: undefined, error: new UnwritableCallError('a bigint') }, {}]);
    await b.hears('settlement.stored');
    await a.hears('settlement.refused');
    const last = (await trial.nextCall()).requests[0]?.settle;
    expect(last?.job.record.id).to.equal('a');
    expect(last?.settlement.kind).to.equal('deadLetter');
    expect(trial.queue.reconciliations.all, 'nothing is unknown').to.have.length(0);
  });

  it('gives nothing back of a guilty settlement when its consumer leaves: its job is dead-lettered', async () => {
    const { trial, a } = await twoHolders();
    for (const word of ['settlement.interrupted', 'settlement.refused'] as const) {
      a.settles(ack);
      await fail(trial, await trial.nextCall(), tooLarge);
      await a.hears(word);
    }
    a.leaves();
    const { requests } = await trial.nextCall();
    expect(requests.map(({ settle }) => settle?.settlement.kind)).to.deep.equal(['deadLetter']);
    expect(await trial.unseenCalls()).to.equal(0);
  });

  it('sends a result that is long in a call of its own', async () => {
    const { trial, a, b } = await twoHolders();
    a.settles({ kind: 'ack', result: 'x'.repeat(2_000_000) });
    b.settles(ack);
    expect(idsIn(await trial.nextCall())).to.deep.equal(['a']);
    expect(idsIn(await trial.nextCall())).to.deep.equal(['b']);
  });
});

async function twoHolders() {
  const trial = new ChannelTrial();
  return { trial, a: await trial.holder('a'), b: await trial.holder('b') } satisfies Record<
    string,
    ChannelTrial | ConsumerOnTrial
  >;
}

/** Fails a call, and lets the channel be whole again after the pause that follows. */
async function fail(trial: ChannelTrial, call: ScriptedCall, error: Error): Promise<void> {
  const before = trial.queue.reconciliations.all.length;
  call.fail(error);
  await trial.pass(0);
  await trial.pass(300);
  (await trial.queue.reconciliations.upTo(before + 1)).at(-1)?.end();
  await trial.pass(0);
}

function idsIn({ requests }: ScriptedCall): readonly (string | undefined)[] {
  return requests.map(({ settle }) => settle?.job.record.id);
}
