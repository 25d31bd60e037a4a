import { expect } from 'chai';
import { rejection } from '../server/rejection.js';
import { SharedAnswer } from './dashboard-inside.js';

describe('an answer that is shared', () => {
  const counting = (keptMs: number) => {
    let reads = 0;
    return new SharedAnswer(() => Promise.resolve((reads += 1)), keptMs);
  };

  it('is read once for all who ask within its time', async () => {
    const answer = counting(60_000);
    expect(await Promise.all([answer.get(), answer.get()])).to.deep.equal([1, 1]);
    expect(await answer.get()).to.equal(1);
  });

  it('is read anew when something has changed', async () => {
    const answer = counting(60_000);
    await answer.get();
    answer.forget();
    expect(await answer.get()).to.equal(2);
  });

  it('is read anew when its time is over', async () => {
    const answer = counting(-1);
    await answer.get();
    expect(await answer.get()).to.equal(2);
  });

  it('fails for those who share it, and not for those who come after', async () => {
    const answers = [() => Promise.reject(new Error('away')), () => Promise.resolve('here')];
    const answer = new SharedAnswer(() => answers.shift()?.() ?? Promise.resolve('none'), 60_000);
    const both = [rejection(answer.get(), Error), rejection(answer.get(), Error)];
    expect((await Promise.all(both)).map(({ message }) => message)).to.deep.equal(['away', 'away']);
    expect(await answer.get()).to.equal('here');
  });
});
