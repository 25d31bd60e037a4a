import { expect } from 'chai';
import { RestartIntensity } from '../cli-inside/inside.js';

describe('the intensity of restarts', () => {
  const borne = new RestartIntensity({ restartLimit: 5, restartWindowMs: 10_000 });
  const after = (...timesMs: readonly number[]) => timesMs.reduce((intensity, atMs) => intensity.with(atMs), borne);

  it('bears five exits in ten seconds, and not six', () => {
    expect(after(0, 1, 2, 3, 4).isTooHigh).to.equal(false);
    expect(after(0, 1, 2, 3, 4, 9_999).isTooHigh).to.equal(true);
  });

  it('forgets what is ten seconds ago', () => {
    expect(after(0, 1, 2, 3, 4, 10_000).isTooHigh).to.equal(false);
  });

  it('waits a tenth of a second, and twice as long after each further exit', () => {
    expect([after(0), after(0, 1), after(0, 1, 2)].map(({ backoffMs }) => backoffMs)).to.deep.equal([100, 200, 400]);
  });

  it('waits a second at the most', () => {
    expect(after(...Array.from({ length: 50 }, (_, atMs) => atMs)).backoffMs).to.equal(1_000);
  });
});
