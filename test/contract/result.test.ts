import { defaultJsonLimits, job, ResultError } from '@acktor/core';
import { decodeResult, encodeResult } from '@acktor/core/internal';
import { expect } from 'chai';
import { z } from 'zod';
import { refusal } from './refusal.js';

const data = z.object({});
const charge = job('charge', { queue: 'q', data, result: z.object({ receipt: z.string() }) });

describe('a result', () => {
  it('comes back as the handler returned it', async () => {
    const text = await encodeResult(charge, { receipt: 'r-1' }, defaultJsonLimits);
    expect(await decodeResult(charge, text, defaultJsonLimits)).to.deep.equal({ receipt: 'r-1' });
  });

  it('is refused by path when it is off its schema', async () => {
    const wrong = {} as { receipt: string };
    const error = await refusal(ResultError, () => encodeResult(charge, wrong, defaultJsonLimits));
    expect(error.code).to.equal('ACKTOR_BAD_RESULT');
    expect(error.message).to.match(/^result of job charge: result\.receipt: /);
  });

  it('is refused when what was stored is off its schema', async () => {
    await refusal(ResultError, () => decodeResult(charge, '{"receipt":7}', defaultJsonLimits));
  });

  it('is refused when JSON cannot carry it', async () => {
    const unowned = job('unowned', { queue: 'q', data, result: z.unknown() });
    const error = await refusal(ResultError, () => encodeResult(unowned, { total: 10n }, defaultJsonLimits));
    expect(error.faults).to.deep.equal([{ path: 'result.total', message: 'expected a JSON value, got a bigint' }]);
  });

  it('is written as JSON.stringify writes it: a Date, a Buffer, whatever has a toJSON method', () => {
    const anything = job('anything', { queue: 'q', data, result: z.unknown() });
    const entity = { id: 7, secret: 'x', toJSON: (key: string) => ({ id: 7, key }) };
    class Row {
      toJSON() {
        return { at: new Date(5), nothing: undefined };
      }
    }
    for (const value of [
      { at: new Date(0), bytes: Buffer.from('ab'), many: [entity, new Row()], entity },
      new Date(0),
      new Date(Number.NaN),
      new URL('https://example.org/'),
      { left: { toJSON: () => undefined }, out: 1 },
    ])
      expect(encodeResult(anything, value, defaultJsonLimits)).to.equal(JSON.stringify(value));
  });

  it('is refused when what its toJSON method gives is no JSON, or breaks a limit', async () => {
    const anything = job('anything', { queue: 'q', data, result: z.unknown() });
    const deep = (levels: number): unknown => (levels === 0 ? 1 : [deep(levels - 1)]);
    let calls = 0;
    for (const [toJSON, fault] of [
      [() => ({ total: 10n }), 'result.a.total: expected a JSON value, got a bigint'],
      [() => new Map(), 'result.a: expected a JSON value, got an instance of Map (send a plain object)'],
      [() => deep(70), 'more'],
      [() => deep((calls += 1) === 1 ? 1 : 70), 'expected at most 64 arrays and objects'],
      [() => 'x'.repeat(300_000), 'expected at most 262144 bytes'],
    ] as const) {
      const { faults } = await refusal(ResultError, () => encodeResult(anything, { a: { toJSON } }, defaultJsonLimits));
      expect(faults.map(({ path, message }) => `${path}: ${message}`).join()).to.include(fault);
    }
    const list = [{ toJSON: () => undefined }];
    const { faults } = await refusal(ResultError, () => encodeResult(anything, list, defaultJsonLimits));
    expect(faults).to.deep.equal([{ path: 'result[0]', message: 'expected a JSON value, got undefined' }]);
  });

  it('comes back as text where it was a Date, and as one where the schema makes it one', async () => {
    const dated = job('dated', { queue: 'q', data, result: z.object({ at: z.coerce.date() }) });
    const text = await encodeResult(dated, { at: new Date(0) }, defaultJsonLimits);
    expect(text).to.equal('{"at":"1970-01-01T00:00:00.000Z"}');
    expect(await decodeResult(dated, text, defaultJsonLimits)).to.deep.equal({ at: new Date(0) });
  });

  it('is transformed where it is read', async () => {
    const when = job('when', { queue: 'q', data, result: z.string().transform((text) => text.length) });
    expect(await decodeResult(when, await encodeResult(when, 'four', defaultJsonLimits), defaultJsonLimits)).to.equal(
      4,
    );
  });

  it('may be nothing when the schema says so', async () => {
    const silent = job('silent', { queue: 'q', data, result: z.void() });
    const text = await encodeResult(silent, undefined, defaultJsonLimits);
    expect(text).to.equal('null');
    expect(await decodeResult(silent, text, defaultJsonLimits)).to.equal(undefined);
  });

  it('stays null where the schema takes null', async () => {
    const nullable = job('nullable', { queue: 'q', data, result: z.string().nullish() });
    expect(
      await decodeResult(nullable, await encodeResult(nullable, null, defaultJsonLimits), defaultJsonLimits),
    ).to.equal(null);
  });

  it('tells the fault of null, not that of nothing, where neither will do', async () => {
    const { message } = await refusal(ResultError, () => decodeResult(charge, 'null', defaultJsonLimits));
    expect(message).to.contain('received null');
  });
});

describe('a contract without a result schema', () => {
  const silent = job('silent', { queue: 'q', data });

  it('stores null, whatever an untyped handler returned', () => {
    expect(encodeResult(silent, (() => ({ total: 10n }))() as unknown as void, defaultJsonLimits)).to.equal('null');
  });

  it('gives undefined, whatever was stored', () => {
    expect(decodeResult(silent, '{"left":"by another client"}', defaultJsonLimits)).to.equal(undefined);
  });
});
