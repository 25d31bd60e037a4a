// Script calls as we write them, held to what ioredis writes.
import { UnwritableCallError } from '@acktor/core';
import { expect } from 'chai';
import { Command } from 'ioredis';
import type * as CallModule from '../../packages/core/dist/engine/redis/connection/redis-script.js';

const path = new URL('../../../packages/core/dist/engine/redis/connection/redis-script.js', import.meta.url).href;
const { ScriptCall, scriptHead, WrittenArguments } = (await import(path)) as typeof CallModule;

const DIGEST = '2067d915024a3e1657c4169c84f809f8ebdd75df';

interface Case {
  readonly what: string;
  readonly keys?: readonly string[];
  readonly args: readonly (string | number)[];
}

const queueKeys = ['wait', 'active', 'events', 'meta', 'marker', 'delayed', 'Grüße', 'failed'].map((key) => `q:${key}`);

const cases: readonly Case[] = [
  { what: 'without arguments', args: [] },
  { what: 'with keys and texts', keys: ['bull:q:wait', 'bull:q:active'], args: ['ack', '{"ok":true}'] },
  { what: 'with all the keys of a queue', keys: queueKeys, args: ['ack'] },
  { what: 'with these again', keys: queueKeys, args: ['fetch', 1] },
  { what: 'with an empty text', args: ['', 'next'] },
  { what: 'with numbers', args: [-1, 1_795_948_503_921, Number.MAX_SAFE_INTEGER] },
  { what: 'with texts of more bytes than units', args: ['Grüße', '漢字', '🚀', '\u0000\r\n$5'] },
  { what: 'with half of a pair at the end of a text', args: ['\ud83d', '\ude80'] },
];

describe('a script call', () => {
  for (const { what, keys = [], args } of cases) {
    it(`is written ${what} as ioredis writes it`, () => {
      const theirs = new Command('EVALSHA', [DIGEST, keys.length, ...keys, ...args], { replyEncoding: 'utf8' });
      theirs.stringifyArguments();
      expect(bytesOf(new ScriptCall(scriptHead(DIGEST), { keys, args }))).to.deep.equal(bytesOf(theirs));
    });
  }

  it('is written with arguments that were written before as with the same ones', () => {
    const [first, args] = [
      ['bull:q:', 30_000, ''],
      ['fetch', 'token'],
    ];
    const whole = new ScriptCall(scriptHead(DIGEST), { keys: queueKeys, args: [...first, ...args] });
    const call = new ScriptCall(scriptHead(DIGEST), { keys: queueKeys, args, head: new WrittenArguments(first) });
    expect(bytesOf(call)).to.deep.equal(bytesOf(whole));
  });

  const unwritable: readonly (readonly [what: string, value: unknown])[] = [
    ['nothing', undefined],
    ['null', null],
    ['a symbol', Symbol('s')],
    ['a bigint', 1n],
    ['a boolean', true],
    ['an object', { toString: () => 'x' }],
    ['a fraction', 0.5],
    ['no number', Number.NaN],
    ['an endless number', Infinity],
    ['a number that would be written with an exponent', 1e21],
  ];
  for (const [what, value] of unwritable) {
    it(`refuses ${what}, for it would be stored as a word`, () => {
      expect(() => new ScriptCall(scriptHead(DIGEST), { keys: [], args: [value as string] })).to.throw(
        UnwritableCallError,
        'nothing was sent',
      );
    });
  }

  it('refuses more text than a string can be', () => {
    const long = 'x'.repeat(300_000_000);
    expect(() => new ScriptCall(scriptHead(DIGEST), { keys: [], args: [long, long] })).to.throw(
      UnwritableCallError,
      'more text',
    );
  });
});

function bytesOf(command: Command): Buffer {
  const written = command.toWritable({});
  return typeof written === 'string' ? Buffer.from(written) : written;
}
