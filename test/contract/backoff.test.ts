import { backoffDelayMs } from '@acktor/core/internal';
import { expect } from 'chai';

const hourMs = 3_600_000;

describe('backoffDelayMs', () => {
  it('waits the same each time when fixed', () => {
    expect([1, 2, 9].map((made) => backoffDelayMs({ type: 'fixed', delayMs: 200 }, made))).to.deep.equal([
      200, 200, 200,
    ]);
  });

  it('doubles from the first wait when exponential', () => {
    const waits = [1, 2, 3, 4].map((made) => backoffDelayMs({ type: 'exponential', delayMs: 200 }, made));
    expect(waits).to.deep.equal([200, 400, 800, 1_600]);
  });

  it('stops doubling at an hour, however many attempts were made', () => {
    for (const made of [30, 1_000, 1_000_000]) {
      expect(backoffDelayMs({ type: 'exponential', delayMs: 200 }, made)).to.equal(hourMs);
    }
  });

  it('does not shorten a first wait of more than an hour', () => {
    expect(backoffDelayMs({ type: 'exponential', delayMs: 2 * hourMs }, 5)).to.equal(2 * hourMs);
  });

  it('stays at no wait at all', () => {
    expect(backoffDelayMs({ type: 'exponential', delayMs: 0 }, 5_000)).to.equal(0);
  });

  it('takes away a random part of the wait, up to the jitter', () => {
    const backoff = { type: 'fixed', delayMs: 1_000, jitter: 0.5 } as const;
    expect([0, 0.5, 1].map((drawn) => backoffDelayMs(backoff, 1, () => drawn))).to.deep.equal([1_000, 750, 500]);
  });

  it('answers whole milliseconds', () => {
    expect(backoffDelayMs({ type: 'fixed', delayMs: 3, jitter: 1 }, 1, () => 0.5)).to.equal(2);
  });
});
