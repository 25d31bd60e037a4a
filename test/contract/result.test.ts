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
