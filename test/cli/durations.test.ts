import { expect } from 'chai';
import { duration } from '../cli-inside/inside.js';

describe('durations in tables', () => {
  for (const [ms, words] of [
    [-5, '0 ms'],
    [999.4, '999 ms'],
    [1_000, '1.0 s'],
    [59_999, '59.9 s'],
    [60_000, '1 min'],
    [250_000, '4 min 10 s'],
    [7_500_000, '2 h 5 min'],
    [86_400_000, '1 d'],
    [273_600_000, '3 d 4 h'],
  ] as const) {
    it(`say ${words} for ${ms} ms`, () => expect(duration(ms)).to.equal(words));
  }
});
