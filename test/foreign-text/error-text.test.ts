// What is kept of why something failed.
import { PayloadError } from '@acktor/core';
import { errorText } from '@acktor/core/internal';
import { expect } from 'chai';
import { createContext, runInContext } from 'node:vm';

describe('the reason of a failure', () => {
  it('goes on with its causes', () => {
    const cause = new Error('connect ECONNREFUSED 127.0.0.1:80');
    expect(reasonOf(new TypeError('fetch failed', { cause }))).to.equal(
      'fetch failed: connect ECONNREFUSED 127.0.0.1:80',
    );
  });

  it('says nothing twice', () => {
    const cause = new Error('no such card');
    expect(reasonOf(new Error('cannot charge: no such card', { cause }))).to.equal('cannot charge: no such card');
  });

  it('has the errors of an AggregateError, each once', () => {
    const errors = [new Error('a'), new Error('b'), new Error('a')];
    expect(reasonOf(new AggregateError(errors, 'all failed'))).to.equal('all failed (a; b)');
    expect(reasonOf(new Error('fetch failed', { cause: new AggregateError(errors) }))).to.equal('fetch failed: a; b');
  });

  it('is what a fetch that found nobody says', async () => {
    const failure: unknown = await fetch('http://127.0.0.1:1').catch((error: unknown) => error);
    expect(reasonOf(failure)).to.match(/^fetch failed: /);
  });

  it('has a bound on how deep and how many', () => {
    let deep = new Error('the first');
    for (let i = 0; i < 10_000; i += 1) deep = new Error(`over ${i}`, { cause: deep });
    expect(reasonOf(deep).split(': ')).to.have.length(9);
    const many = new AggregateError(
      Array.from({ length: 10_000 }, (_, i) => new Error(`e${i}`)),
      'many',
    );
    expect(reasonOf(many)).to.match(/^many \(e0; e1; .*; and 9985 more\)$/);
  });

  it('ends where a cause is its own', () => {
    const one = new Error('one');
    const other = new Error('other', { cause: one });
    one.cause = other;
    expect(reasonOf(one)).to.equal('one: other');
    expect(reasonOf(Object.assign(new Error('self'), { errors: [other] }))).to.equal('self (other: one)');
  });

  it('is whole where the error is one of ours, whose message says all', () => {
    const faults = [{ path: 'data', message: 'expected JSON' }];
    expect(reasonOf(new PayloadError({ job: 'pay', faults, cause: new SyntaxError('the secret') }))).to.equal(
      'payload of job pay: data: expected JSON',
    );
  });

  it('knows an error of another realm', () => {
    const foreign: unknown = runInContext("new Error('there', { cause: new RangeError('why') })", createContext());
    expect(reasonOf(foreign)).to.equal('there: why');
    expect(stackOf(foreign)).to.contain('Caused by: RangeError: why');
  });

  const hostile: readonly (readonly [what: string, make: () => unknown])[] = [
    ['a cause that throws', () => Object.defineProperty(new Error('x'), 'cause', { get: fail })],
    ['errors that throw', () => Object.defineProperty(new Error('x'), 'errors', { get: fail })],
    ['a proxy that throws at all', () => new Proxy({}, { get: fail, getPrototypeOf: fail, ownKeys: fail })],
    ['a proxy that was revoked', revoked],
    ['an error with a revoked list', () => Object.assign(new Error('x'), { errors: revoked() })],
    ['a stack that is no text', () => Object.assign(new Error('x'), { stack: { a: 1n } })],
    ['a message that is no text', () => Object.assign(new Error('x'), { message: Symbol('s'), name: 7n })],
    ['an inspection that throws', () => ({ [Symbol.for('nodejs.util.inspect.custom')]: fail })],
    ['nothing', () => undefined],
    ['an object without a prototype', () => Object.create(null) as unknown],
    ['an empty text', () => ''],
  ];
  for (const [what, make] of hostile) {
    it(`is some text for ${what}`, () => {
      const text = errorText(make());
      expect(text.reason).to.be.a('string').and.not.equal('');
      expect(['string', 'undefined']).to.include(typeof text.stack);
    });
  }
});

describe('the stack of a failure', () => {
  it('has those of its causes and of its errors below it', () => {
    const cause = new AggregateError([new Error('a')], 'both', { cause: 'a text' });
    const text = stackOf(new Error('failed', { cause })) ?? '';
    expect(text).to.match(/^Error: failed\n {4}at .*\nCaused by: AggregateError: both\n/s);
    expect(text).to.match(/\nError 1 of 1: Error: a\n {4}at .*\nCaused by: a text$/s);
  });

  it('is none for what is no error', () => {
    expect(stackOf('a text')).to.equal(undefined);
  });
});

function reasonOf(thrown: unknown): string {
  return errorText(thrown).reason;
}

function stackOf(thrown: unknown): string | undefined {
  return errorText(thrown).stack;
}

function fail(): never {
  throw new Error('not even that');
}

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable([], {});
  revoke();
  return proxy;
}
