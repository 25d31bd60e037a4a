import { BURST, simulate } from '@acktor/bench';
import { expect } from 'chai';

describe('the scaling rule, under a burst', () => {
  const seconds = simulate(BURST);

  it('lets no job wait longer than the time for a backlog', () => {
    expect(Math.max(...seconds.map(({ waitedS }) => waitedS))).to.be.at.most(BURST.backlogMs / 1_000);
  });

  it('goes back to what the calm needs', () => {
    expect(seconds.at(-1)?.pods).to.equal(3);
  });

  it('is what keeps up: as few pods as the calm needs never do', () => {
    expect(simulate(BURST, 3).at(-1)?.waiting).to.be.above(10_000);
  });
});
