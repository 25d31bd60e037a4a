import { OptionsError } from '@acktor/core';
import { defineOptions } from '@acktor/core/engine';
import { expect } from 'chai';

const isFunction = (value: unknown): value is () => void => typeof value === 'function';

const options = defineOptions({
  leaseMs: {
    type: 'ms',
    default: 15_000,
    min: 1_000,
    max: 3_600_000,
    because: { min: 'a lease shorter than a second is lost to a garbage collection' },
    doc: 'How long a lease lasts unrenewed.',
  },
  consumers: { type: 'count', default: 8, min: 1, doc: 'How many consumers run.' },
  jitter: { type: 'share', doc: 'The random part.' },
  isQuiet: { type: 'boolean', default: false, doc: 'Whether to keep silent.' },
  host: { type: 'string', expected: 'a host', accepts: (text) => text !== '', doc: 'The host.' },
  durability: { type: 'choice', of: ['require', 'warn', 'off'], default: 'require', doc: 'How strict to be.' },
  onReady: { type: 'value', expected: 'a function', accepts: isFunction, doc: 'Called when ready.' },
  retry: {
    type: 'group',
    of: {
      times: { type: 'count', required: true, doc: 'How often.' },
      delayMs: { type: 'ms', default: 5, doc: 'The wait.' },
    },
    doc: 'What to do on failure.',
  },
});

function faultsOf(input: unknown): readonly string[] {
  return options.examine(input).faults.map((fault) => fault.message);
}

describe('a table of options', () => {
  it('fills in defaults and freezes the values', () => {
    const values = options.check();
    expect(values).to.deep.equal({
      leaseMs: 15_000,
      consumers: 8,
      jitter: undefined,
      isQuiet: false,
      host: undefined,
      durability: 'require',
      onReady: undefined,
      retry: undefined,
    });
    expect(values).to.be.frozen;
  });

  it('keeps what was passed, and takes undefined for absent', () => {
    const onReady = () => {};
    const values = options.check({ leaseMs: 1_000, jitter: 1, onReady, consumers: undefined, retry: { times: 2 } });
    expect(values).to.include({ leaseMs: 1_000, jitter: 1, onReady, consumers: 8 });
    expect(values.retry).to.deep.equal({ times: 2, delayMs: 5 });
  });

  it('throws one error with every fault', () => {
    const call = () => options.check({ leaseMs: 10, consumers: 0, retry: { times: 1.5 } });
    expect(call).to.throw(OptionsError).with.property('code', 'ACKTOR_BAD_OPTION');
    expect(call).to.throw(OptionsError).with.property('faults').that.has.length(3);
  });

  it('says what was expected, what came, and why', () => {
    expect(faultsOf({ leaseMs: 10 })).to.deep.equal([
      'expected leaseMs to be at least 1000, got 10 (a lease shorter than a second is lost to a garbage collection)',
    ]);
  });

  const wrong: readonly (readonly [input: unknown, fault: string])[] = [
    // The reason for the other bound would explain nothing.
    [{ leaseMs: 3_600_001 }, 'expected leaseMs to be at most 3600000, got 3600001'],
    [{ leaseMs: '15s' }, 'expected leaseMs to be a whole number of milliseconds, got "15s"'],
    [{ leaseMs: null }, 'expected leaseMs to be a whole number of milliseconds, got null'],
    [{ consumers: Number.NaN }, 'expected consumers to be a whole number, got NaN'],
    [{ consumers: 2.5 }, 'expected consumers to be a whole number, got 2.5'],
    [{ consumers: Infinity }, 'expected consumers to be at most 9007199254740991, got Infinity'],
    [{ consumers: -1 }, 'expected consumers to be at least 1, got -1'],
    [{ jitter: 1.1 }, 'expected jitter to be at most 1, got 1.1'],
    [{ jitter: Number.NaN }, 'expected jitter to be a number from 0 to 1, got NaN'],
    [{ jitter: [] }, 'expected jitter to be a number from 0 to 1, got an empty array'],
    [{ isQuiet: 0 }, 'expected isQuiet to be true or false, got 0'],
    [{ host: 7 }, 'expected host to be a text, got 7'],
    [{ host: '' }, 'expected host to be a host, got ""'],
    [{ durability: 'strict' }, `expected durability to be 'require' or 'warn' or 'off', got "strict"`],
    [{ onReady: {} }, 'expected onReady to be a function, got an object'],
    [{ retry: 3 }, 'expected retry to be an object of times, delayMs, got 3'],
    [{ retry: {} }, 'expected retry.times, which is required, got nothing (How often.)'],
    [{ retry: { times: 1, delayMS: 2 } }, 'unknown option retry.delayMS (did you mean retry.delayMs?)'],
    [{ leasems: 1 }, 'unknown option leasems (did you mean leaseMs?)'],
    [
      { prefetchCount: 1 },
      'unknown option prefetchCount (there are leaseMs, consumers, jitter, isQuiet, host, durability, onReady, retry)',
    ],
    ['fast', 'expected options to be an object, got "fast"'],
    [null, 'expected options to be an object, got null'],
  ];
  for (const [input, fault] of wrong) {
    it(`refuses ${JSON.stringify(input)}`, () => {
      expect(faultsOf(input)).to.deep.equal([fault]);
    });
  }

  it('says what the name of another library is called here, or where it belongs', () => {
    const send = defineOptions({ id: { type: 'string', doc: 'x' }, namespace: { type: 'string', doc: 'x' } });
    const faults = send.examine({ jobId: '1', prefix: 'a', concurrency: 5, removeOnFail: true }).faults;
    expect(faults.map(({ message }) => message)).to.deep.equal([
      'unknown option jobId (it is called id here)',
      'unknown option prefix (it is called namespace here)',
      'unknown option concurrency (how many jobs are handled at a time is an option of workers: consumers)',
      'unknown option removeOnFail (how long dead letters are kept is an option of workers: deadCount, deadAgeSeconds)',
    ]);
  });

  it('does not take inherited names for options', () => {
    expect(faultsOf({ toString: 1 })).to.have.length(1);
    expect(faultsOf(JSON.parse('{"__proto__":1}'))).to.have.length(1);
  });

  it('describes a row for each option and each of a group', () => {
    const rows = options.rows();
    expect(rows.map((row) => row.name)).to.include.members(['leaseMs', 'retry', 'retry.times', 'retry.delayMs']);
    expect(rows[0]).to.deep.equal({
      name: 'leaseMs',
      type: 'ms',
      default: '15000',
      bounds: '1000 to 3600000',
      doc: 'How long a lease lasts unrenewed. Bounded because a lease shorter than a second is lost to a garbage collection.',
    });
    expect(rows.find((row) => row.name === 'retry.times')).to.include({ default: 'required', bounds: '0 or more' });
    expect(rows.find((row) => row.name === 'durability')).to.include({ bounds: "'require' or 'warn' or 'off'" });
  });
});
