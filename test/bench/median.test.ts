// What the bench says of several runs.
import { median, percentile, spread } from '@acktor/bench';
import { expect } from 'chai';

describe('the statistics of the bench', () => {
  it('take the middle of an odd number of values, whatever their order', () => {
    expect(median([10, 9, 100])).to.equal(10);
  });

  it('take the mean of the two middle values of an even number', () => {
    expect(median([4, 1, 3, 100])).to.equal(3.5);
  });

  it('sort by size and not as text', () => {
    expect(spread([9, 10, 100])).to.deep.equal([9, 100]);
  });

  it('name the least value that a share of the values does not exceed', () => {
    const values = Array.from({ length: 200 }, (_, index) => 200 - index);
    expect(percentile(values, 0.5)).to.equal(100);
    expect(percentile(values, 0.99)).to.equal(198);
    expect(percentile(values, 1)).to.equal(200);
    expect(percentile([1, 2, 3], 0.5)).to.equal(2);
    expect(percentile([7], 0.01)).to.equal(7);
  });

  it('refuse to speak of nothing', () => {
    expect(() => median([])).to.throw(RangeError, 'at least one value');
    expect(() => percentile([], 0.5)).to.throw(RangeError);
  });

  it('leave the values as they came', () => {
    const values = [3, 1, 2];
    median(values);
    expect(values).to.deep.equal([3, 1, 2]);
  });
});
