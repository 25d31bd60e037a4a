// One contract written in four schema libraries: Acktor must not tell them apart.
import { runInNewContext } from 'node:vm';
import { decodePayload, defaultJsonLimits, job, PayloadError } from '@acktor/core';
import { encodePayload } from '@acktor/core/internal';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { type } from 'arktype';
import { expect } from 'chai';
import * as v from 'valibot';
import { z } from 'zod';
import { refusal } from './refusal.js';

interface Order {
  readonly orderId: string;
  readonly cents: number;
}

const handWritten: StandardSchemaV1<Order> = {
  '~standard': {
    version: 1,
    vendor: 'by-hand',
    validate(value) {
      const { orderId, cents } = value as Partial<Order>;
      const issues = [
        ...(typeof orderId === 'string' ? [] : [{ message: 'expected a text', path: ['orderId'] }]),
        ...(typeof cents === 'number' && cents > 0
          ? []
          : [{ message: 'expected a positive number', path: [{ key: 'cents' }] }]),
      ];
      return issues.length > 0 ? { issues } : { value: value as Order };
    },
  },
};

const asynchronous: StandardSchemaV1<Order> = {
  '~standard': { ...handWritten['~standard'], validate: async (value) => handWritten['~standard'].validate(value) },
};

const schemas: Readonly<Record<string, StandardSchemaV1<Order>>> = {
  zod: z.object({ orderId: z.string(), cents: z.int().positive() }),
  valibot: v.object({ orderId: v.string(), cents: v.pipe(v.number(), v.gtValue(0)) }),
  arktype: type({ orderId: 'string', cents: 'number > 0' }),
  'a schema written by hand': handWritten,
  'an asynchronous schema': asynchronous,
};

for (const [library, data] of Object.entries(schemas)) {
  describe(`a contract with ${library}`, () => {
    const chargeCard = job('charge-card', { queue: 'payments', data });

    it('carries a payload to the worker as it was sent', async () => {
      const text = await encodePayload(chargeCard, { orderId: 'o-1', cents: 990 }, defaultJsonLimits);
      expect(text).to.equal('{"orderId":"o-1","cents":990}');
      expect(await decodePayload(chargeCard, text, defaultJsonLimits)).to.deep.equal({ orderId: 'o-1', cents: 990 });
    });

    it('names every fault of a payload by its path before it is sent', async () => {
      const wrong = { cents: -1 } as Order;
      const {
        faults,
        job: name,
        code,
      } = await refusal(PayloadError, () => encodePayload(chargeCard, wrong, defaultJsonLimits));
      expect(faults.map((fault) => fault.path)).to.have.members(['data.orderId', 'data.cents']);
      expect({ name, code }).to.deep.equal({ name: 'charge-card', code: 'ACKTOR_BAD_PAYLOAD' });
    });

    it('says which number it got', async () => {
      const { message } = await refusal(PayloadError, () =>
        encodePayload(chargeCard, { orderId: 'o-1', cents: -17 }, defaultJsonLimits),
      );
      expect(message).to.match(/^payload of job charge-card: data\.cents: .*-17/);
    });

    it('refuses what arrives off its schema', async () => {
      const { faults } = await refusal(PayloadError, () =>
        decodePayload(chargeCard, '{"orderId":"o-1","cents":"many"}', defaultJsonLimits),
      );
      expect(faults.map((fault) => fault.path)).to.deep.equal(['data.cents']);
    });
  });
}

describe('validation', () => {
  it('answers at once when the schema does', () => {
    const ping = job('ping', { queue: 'q', data: z.object({}) });
    expect(encodePayload(ping, {}, defaultJsonLimits)).to.equal('{}');
    expect(decodePayload(ping, '{}', defaultJsonLimits)).to.deep.equal({});
  });

  it('stores the input, and runs transforms and defaults at the worker', async () => {
    const data = z.object({ at: z.string().transform((text) => new Date(text)), tries: z.int().default(2) });
    const remind = job('remind', { queue: 'q', data });
    const text = await encodePayload(remind, { at: '2026-01-02T03:04:05.000Z' }, defaultJsonLimits);
    expect(text).to.equal('{"at":"2026-01-02T03:04:05.000Z"}');
    const payload = await decodePayload(remind, text, defaultJsonLimits);
    expect(payload).to.deep.equal({ at: new Date('2026-01-02T03:04:05.000Z'), tries: 2 });
  });

  it('turns what a schema throws into a refusal with that cause', async () => {
    const cause = new Error('no such currency table');
    const throwing: StandardSchemaV1<unknown> = {
      '~standard': {
        version: 1,
        vendor: 'by-hand',
        validate() {
          throw cause;
        },
      },
    };
    const error = await refusal(PayloadError, () =>
      decodePayload(job('pay', { queue: 'q', data: throwing }), '{}', defaultJsonLimits),
    );
    expect(error.message).to.contain('the schema itself threw: no such currency table');
    expect(error.cause).to.equal(cause);
  });

  it('turns what a schema rejects with into a refusal with that cause', async () => {
    const cause = new Error('lookup failed');
    const rejecting: StandardSchemaV1<unknown> = {
      '~standard': { version: 1, vendor: 'by-hand', validate: () => Promise.reject(cause) },
    };
    const error = await refusal(PayloadError, () =>
      encodePayload(job('pay', { queue: 'q', data: rejecting }), {}, defaultJsonLimits),
    );
    expect(error.cause).to.equal(cause);
  });

  it('waits for a promise of another realm, as test runners have them', async () => {
    const validate = () => runInNewContext('Promise.resolve({ issues: [{ message: "too late" }] })') as Promise<never>;
    const late: StandardSchemaV1<unknown> = { '~standard': { version: 1, vendor: 'by-hand', validate } };
    const { message } = await refusal(PayloadError, () =>
      encodePayload(job('late', { queue: 'q', data: late }), {}, defaultJsonLimits),
    );
    expect(message).to.contain('data: too late');
  });

  it('lists all faults in the error and the first twenty in its message', async () => {
    const sum = job('sum', { queue: 'q', data: z.array(z.number()) });
    const text = JSON.stringify(Array.from({ length: 25 }, () => 'x'));
    const error = await refusal(PayloadError, () => decodePayload(sum, text, defaultJsonLimits));
    expect(error.faults).to.have.length(25);
    expect(error.message).to.contain('data[19]: ').and.to.not.contain('data[20]: ');
    expect(error.message).to.match(/; and 5 more$/);
  });

  it('cuts a message in which a library quotes the payload', async () => {
    const loud = job('loud', { queue: 'q', data: v.object({ secret: v.number() }) });
    const error = await refusal(PayloadError, () =>
      decodePayload(loud, JSON.stringify({ secret: 'S'.repeat(5_000) }), defaultJsonLimits),
    );
    expect(error.message.length).to.be.below(300);
  });
});
