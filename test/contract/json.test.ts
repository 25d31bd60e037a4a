// What a payload may be made of, when it is sent and when it arrives.
import { decodePayload, defaultJsonLimits, job, PayloadError } from '@acktor/core';
import { encodePayload } from '@acktor/core/internal';
import { expect } from 'chai';
import { z } from 'zod';
import { refusal } from './refusal.js';

const anything = job('anything', { queue: 'q', data: z.unknown() });

const withHole: unknown[] = [];
withHole.length = 1;

class Point {
  constructor(
    readonly x: number,
    readonly y: number,
  ) {}
}

async function faultOfSending(value: unknown): Promise<string> {
  const { faults } = await refusal(PayloadError, () => encodePayload(anything, value, defaultJsonLimits));
  return faults.map(({ path, message }) => `${path}: ${message}`).join('; ');
}

describe('sending', () => {
  const refused: readonly (readonly [what: string, value: unknown, fault: string])[] = [
    ['a function', { items: [{ run: () => 1 }] }, 'data.items[0].run: expected a JSON value, got a function'],
    ['a bigint', { cents: 1n }, 'data.cents: expected a JSON value, got a bigint'],
    ['a symbol', [Symbol('s')], 'data[0]: expected a JSON value, got a symbol'],
    ['NaN', { 'a b': Number.NaN }, 'data["a b"]: expected a JSON value, got NaN'],
    ['an infinity', Infinity, 'data: expected a JSON value, got Infinity'],
    ['undefined in an array', [1, undefined], 'data[1]: expected a JSON value, got undefined'],
    ['a hole in an array', withHole, 'data[0]: expected a JSON value, got undefined'],
    [
      'a Date',
      { at: new Date(0) },
      'data.at: expected a JSON value, got an instance of Date (toISOString() gives its text)',
    ],
    ['a Map', new Map(), 'data: expected a JSON value, got an instance of Map (send a plain object)'],
    ['a Buffer', Buffer.from('x'), 'data: expected a JSON value, got an instance of Buffer (send a plain object)'],
    [
      'an instance of a class',
      new Point(1, 2),
      'data: expected a JSON value, got an instance of Point (send a plain object)',
    ],
    [
      'a __proto__ key',
      JSON.parse('{"__proto__":{}}'),
      'data.__proto__: expected a JSON value, got a key that is dropped on arrival',
    ],
  ];
  for (const [what, value, fault] of refused) {
    it(`refuses ${what} and names its path`, async () => {
      expect(await faultOfSending(value)).to.equal(fault);
    });
  }

  it('reports all that JSON cannot carry at once', async () => {
    expect((await faultOfSending({ a: 1n, b: [Number.NaN] })).split('; ')).to.have.length(2);
  });

  it('leaves out properties that are undefined, as JSON does', () => {
    expect(encodePayload(anything, { a: 1, b: undefined }, defaultJsonLimits)).to.equal('{"a":1}');
  });

  it('takes objects without a prototype', () => {
    expect(encodePayload(anything, Object.assign(Object.create(null), { a: 1 }), defaultJsonLimits)).to.equal(
      '{"a":1}',
    );
  });

  it('takes the same object twice when it does not contain itself', () => {
    const address = { city: 'Turin' };
    expect(encodePayload(anything, [address, address], defaultJsonLimits)).to.equal(
      '[{"city":"Turin"},{"city":"Turin"}]',
    );
  });

  it('names the path at which an object contains itself', async () => {
    const order: Record<string, unknown> = { id: 'o-1' };
    order['customer'] = { orders: [order, order] };
    expect(await faultOfSending(order)).to.equal(
      'data.customer.orders[0]: expected a JSON value, got one that contains itself',
    );
  });

  it('takes 64 levels and refuses 65', async () => {
    expect(encodePayload(anything, nested(64), defaultJsonLimits)).to.equal('['.repeat(64) + ']'.repeat(64));
    expect(await faultOfSending(nested(65))).to.contain('expected at most 64 arrays and objects within each other');
  });

  it('refuses a value too deep for the stack', async () => {
    expect(await faultOfSending(nested(100_000))).to.contain('expected at most 64 arrays and objects');
  });

  it('measures bytes, not characters, and takes just as many as allowed', async () => {
    const limits = { maxPayloadBytes: 12, maxPayloadDepth: 64 };
    expect(encodePayload(anything, 'ééééé', limits)).to.equal('"ééééé"');
    const { message } = await refusal(PayloadError, () => encodePayload(anything, 'éééééé', limits));
    expect(message).to.contain('expected at most 12 bytes of JSON, got 14');
  });

  it('refuses a small graph whose JSON would be endless, without writing it', async () => {
    let doubled: unknown = 'x';
    for (let level = 0; level < 60; level += 1) doubled = [doubled, doubled];
    expect(await faultOfSending(doubled)).to.contain('expected at most 262144 bytes of JSON');
  });

  it('does not tell what a payload too large contains', async () => {
    expect(await faultOfSending('secret'.repeat(100_000))).to.not.contain('secret');
  });
});

describe('arrival', () => {
  it('refuses text that is not JSON, without quoting it', async () => {
    const { message } = await refusal(PayloadError, () => decodePayload(anything, 'hello there', defaultJsonLimits));
    expect(message).to.equal('payload of job anything: data: expected JSON, got 11 characters of something else');
  });

  it('refuses text 100,000 levels deep', async () => {
    const text = '{"a":'.repeat(100_000) + '1' + '}'.repeat(100_000);
    const roomy = { maxPayloadBytes: 1_000_000, maxPayloadDepth: 64 };
    const { message } = await refusal(PayloadError, () => decodePayload(anything, text, roomy));
    expect(message).to.contain('expected at most 64 arrays and objects within each other');
  });

  it('refuses text larger than the limit before parsing it', async () => {
    const { message } = await refusal(PayloadError, () =>
      decodePayload(anything, 'x'.repeat(262_145), defaultJsonLimits),
    );
    expect(message).to.contain('expected at most 262144 bytes of JSON, got 262145');
  });

  it('takes 64 levels and refuses 65, however the brackets are spaced', async () => {
    expect(decodePayload(anything, '[ '.repeat(64) + ']'.repeat(64), defaultJsonLimits)).to.be.an('array');
    await refusal(PayloadError, () => decodePayload(anything, '[ '.repeat(65) + ']'.repeat(65), defaultJsonLimits));
  });

  for (const before of ['', '"', '\\', '\\"', '"\\']) {
    it(`does not count brackets within a text after ${JSON.stringify(before)}`, () => {
      const brackets = '['.repeat(200);
      for (const payload of [[before + brackets], [before, brackets]]) {
        expect(decodePayload(anything, JSON.stringify(payload), defaultJsonLimits)).to.deep.equal(payload);
      }
    });
  }

  it('counts levels side by side once', () => {
    const payload = Array.from({ length: 200 }, () => [{}]);
    expect(decodePayload(anything, JSON.stringify(payload), defaultJsonLimits)).to.deep.equal(payload);
  });

  for (const key of ['__proto__', '\\u005f_proto__', '_\\u005Fproto__']) {
    it(`drops a key written ${key} at any depth`, () => {
      const payload = decodePayload(anything, `{"a":[{"${key}":{"isAdmin":true},"b":1}]}`, defaultJsonLimits);
      expect(JSON.stringify(payload)).to.equal('{"a":[{"b":1}]}');
    });
  }
});

function nested(levels: number): unknown {
  let value: unknown[] = [];
  for (let level = 1; level < levels; level += 1) value = [value];
  return value;
}
