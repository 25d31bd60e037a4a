// What the bench is asked for on the command line.
import { casesNamed, readArguments } from '@acktor/bench';
import { expect } from 'chai';

const usual = { isQuick: false };

describe('the arguments of the bench', () => {
  it('ask for every case in five rounds by default, and for two when it is quick', () => {
    expect(readArguments([])).to.deep.include({ cases: [], rounds: 5, isQuick: false, isJson: false });
    expect(readArguments(['--quick', '--json'])).to.deep.include({ rounds: 2, isQuick: true, isJson: true });
  });

  it('name cases with commas or again and again', () => {
    expect(readArguments(['--case', 'noop-1,noop-50', '--case', 'send']).cases).to.deep.equal([
      'noop-1',
      'noop-50',
      'send',
    ]);
  });

  it('refuse a number of rounds that is none', () => {
    for (const rounds of ['0', '-1', '2.5', 'many']) {
      expect(() => readArguments([`--rounds=${rounds}`]), rounds).to.throw(RangeError, `got ${rounds}`);
    }
  });

  it('refuse an option that there is not', () => {
    expect(() => readArguments(['--fast'])).to.throw(TypeError, '--fast');
  });

  it('refuse a case that there is not, and name those that there are', () => {
    expect(() => casesNamed(['noop-50', 'noop-51'], usual)).to.throw(RangeError, /noop-50, .*got noop-51/);
  });

  it('leave the cases in their order, all of them when none is named', () => {
    const named = (names: readonly string[]) => casesNamed(names, usual).map(({ name }) => name);
    expect(named(['send', 'noop-1'])).to.deep.equal(['noop-1', 'send']);
    expect(named([])).to.include.members([
      'noop-10',
      'noop-50',
      'sleep5-1',
      'idle-100',
      'idle-1000',
      'memory-1000',
      'start-idle',
    ]);
  });

  it('leave out of a quick bench what is not needed for a first answer unless it is named', () => {
    const quick = (names: readonly string[]) => casesNamed(names, { isQuick: true }).map(({ name }) => name);
    expect(quick([])).to.include('growth').and.not.to.include('kill');
    expect(quick(['kill'])).to.deep.equal(['kill']);
    expect(casesNamed([], usual).map(({ name }) => name)).to.include('kill');
  });

  it('name a file of results for the report alone', () => {
    expect(readArguments(['--report'])).to.deep.include({ isReport: true, resultsFiles: [] });
    expect(readArguments(['--report', 'a.json', 'b.json'])).to.deep.include({ resultsFiles: ['a.json', 'b.json'] });
    expect(() => readArguments(['noop-50'])).to.throw(TypeError, 'got "noop-50"');
  });
});
