// How far a view is behind the truth.
import { acksAtMicros, viewLagsMs } from '@acktor/bench';
import { expect } from 'chai';

describe('the lag of a view', () => {
  const reachedAtMicros = [1_000, 2_000, 9_000];

  it('is the time since what it shows was so', () => {
    const sights = [
      { atMicros: 5_000, count: 1 },
      { atMicros: 9_500, count: 2 },
      { atMicros: 9_500, count: 3 },
    ];
    expect(viewLagsMs(sights, reachedAtMicros)).to.deep.equal([4, 7.5, 0.5]);
  });

  it('is none while nothing has happened, and for what happens only now', () => {
    const sights = [
      { atMicros: 500, count: 0 },
      { atMicros: 900, count: 1 },
      { atMicros: 9_999, count: 4 },
    ];
    expect(viewLagsMs(sights, reachedAtMicros)).to.deep.equal([0, 0, 0]);
  });

  it('is of acks, which are the begins less one for each consumer', () => {
    expect(acksAtMicros([10, 20, 30, 40], 3)).to.deep.equal([40]);
  });
});
