import { expect } from 'chai';
import { rejection } from '../server/rejection.js';
import { SharedRead } from './dashboard-inside.js';

describe('a read that is shared', () => {
  const counting = (keptMs: number) => {
    let reads = 0;
    return new SharedRead(() => Promise.resolve((reads += 1)), keptMs);
  };

  it('is done once for all callers within its time', async () => {
    const shared = counting(60_000);
    expect(await Promise.all([shared.get(), shared.get()])).to.deep.equal([1, 1]);
    expect(await shared.get()).to.equal(1);
  });

  it('is done again when something has changed', async () => {
    const shared = counting(60_000);
    await shared.get();
    shared.forget();
    expect(await shared.get()).to.equal(2);
  });

  it('is done again when its time is over', async () => {
    const shared = counting(-1);
    await shared.get();
    expect(await shared.get()).to.equal(2);
  });

  it('fails for the callers that share it, and not for later ones', async () => {
    const answers = [() => Promise.reject(new Error('away')), () => Promise.resolve('here')];
    const shared = new SharedRead(() => answers.shift()?.() ?? Promise.resolve('none'), 60_000);
    const both = [rejection(shared.get(), Error), rejection(shared.get(), Error)];
    expect((await Promise.all(both)).map(({ message }) => message)).to.deep.equal(['away', 'away']);
    expect(await shared.get()).to.equal('here');
  });
});
