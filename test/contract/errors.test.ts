import { AcktorError, OptionsError, PayloadError } from '@acktor/core';
import { expect } from 'chai';

const url = new URL('../../../packages/core/dist/errors.js?copy', import.meta.url);
const copy = (await import(url.href)) as typeof import('@acktor/core');

describe('an error of another installed copy of Acktor', () => {
  const theirs = new copy.OptionsError([]);

  it('is an instance of the class of the same name, and of the base class', () => {
    expect(copy.OptionsError).not.to.equal(OptionsError);
    expect(theirs).to.be.instanceOf(OptionsError);
    expect(theirs).to.be.instanceOf(AcktorError);
    expect(new OptionsError([])).to.be.instanceOf(copy.OptionsError);
  });

  it('is an instance of its class when somebody has extended that', () => {
    class Mine extends copy.OptionsError {}
    expect(new Mine([])).to.be.instanceOf(OptionsError);
    expect(theirs).not.to.be.instanceOf(Mine);
  });

  it('is none of any other class', () => {
    expect(theirs).not.to.be.instanceOf(PayloadError);
    class OptionsErrorOfAnother extends Error {}
    Object.defineProperty(OptionsErrorOfAnother, 'name', { value: 'OptionsError' });
    for (const value of [new OptionsErrorOfAnother(), new Error('no'), {}, null, 'OptionsError', () => undefined])
      expect(value instanceof OptionsError).to.equal(false);
  });
});
