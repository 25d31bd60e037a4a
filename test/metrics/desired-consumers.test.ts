import { desiredConsumers } from '@acktor/worker';
import { expect } from 'chai';

describe('the consumers that a queue needs', () => {
  const calm = { waiting: 0, active: 0, handlingMs: 200, backlogMs: 60_000 };

  it('are none for a queue with nothing to do', () => {
    expect(desiredConsumers(calm)).to.equal(0);
  });

  it('are those that are busy, and a fifth to spare', () => {
    expect(desiredConsumers({ ...calm, active: 40 })).to.equal(50);
  });

  it('are as many more as work off what waits in time', () => {
    expect(desiredConsumers({ ...calm, active: 40, waiting: 30_000 })).to.equal(50 + 100);
  });

  it('are at least one for a single job that waits', () => {
    expect(desiredConsumers({ ...calm, waiting: 1, handlingMs: 1 })).to.equal(1);
  });
});
