// The arguments of `npm run chaos`, and its chance.
import { chosen, readArguments, Seeded } from '@acktor/chaos';
import { expect } from 'chai';

describe('npm run chaos', () => {
  it('takes lists of scenarios, once or more often', () => {
    expect(readArguments(['--only', '1,4', '--only', '13']).only).to.deep.equal([1, 4, 13]);
  });

  it('takes files of results to merge', () => {
    expect(readArguments(['--merge', 'a.json', 'b.json']))
      .to.include({ purpose: 'merge' })
      .and.deep.include({
        files: ['a.json', 'b.json'],
      });
  });

  it('divides the scenarios among shards, each to one', () => {
    const numbers = (shard: string) => chosen(readArguments(['--all', '--shard', shard])).map(({ number }) => number);
    expect([...numbers('1/2'), ...numbers('2/2')]).to.have.members(numbers('1/1'));
    expect(numbers('1/2')).not.to.include.members(numbers('2/2'));
  });

  it('refuses what is no number, and two extents at once', () => {
    expect(() => readArguments(['--only', '1,x'])).to.throw(RangeError, '--only');
    expect(() => readArguments(['--seed', ''])).to.throw(RangeError, '--seed');
    expect(() => readArguments(['--quick', '--all'])).to.throw(RangeError, '--quick or --all');
    expect(() => readArguments(['--shard', '3/2'])).to.throw(RangeError, '--shard');
    expect(() => readArguments(['--report'])).to.throw(RangeError, 'expected files');
    expect(() => readArguments(['results.json'])).to.throw(RangeError, '--merge or --report');
  });

  it('draws the same from the same seed, and another from another', () => {
    const draw = (seed: number, salt: number) => {
      const random = new Seeded(seed, salt);
      return Array.from({ length: 8 }, () => random.whole(1, 1_000));
    };
    expect(draw(7, 1)).to.deep.equal(draw(7, 1));
    expect(draw(7, 1)).not.to.deep.equal(draw(8, 1));
    expect(draw(7, 1)).not.to.deep.equal(draw(7, 2));
  });
});
