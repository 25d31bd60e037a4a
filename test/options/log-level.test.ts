import { OptionsError } from '@acktor/core';
import { readLogLevel } from '@acktor/core/internal';
import { expect } from 'chai';

describe('the level of the logs', () => {
  it('is what ACKTOR_LOG_LEVEL names, and info without it', () => {
    expect(readLogLevel({ ACKTOR_LOG_LEVEL: 'warn' })).to.equal('warn');
    expect(readLogLevel({})).to.equal('info');
  });

  for (const level of ['', ' ', 'loud', 'INFO', 'toString'])
    it(`is refused when it is '${level}'`, () => {
      expect(() => readLogLevel({ ACKTOR_LOG_LEVEL: level })).to.throw(OptionsError, /ACKTOR_LOG_LEVEL.*debug, info/);
    });
});
