// Script calls as we write them, held to what ioredis writes.
import { expect } from 'chai';
import { Command } from 'ioredis';
import type * as CallModule from '../../packages/core/dist/redis/script-call.js';

const path = new URL('../../../packages/core/dist/redis/script-call.js', import.meta.url).href;
const { ScriptCall, scriptHead } = (await import(path)) as typeof CallModule;

const DIGEST = '2067d915024a3e1657c4169c84f809f8ebdd75df';

const cases: readonly { readonly what: string; readonly args: readonly (string | number)[] }[] = [
  { what: 'without arguments', args: [] },
  { what: 'with keys and texts', args: [2, 'bull:q:wait', 'bull:q:active', 'ack', '{"ok":true}'] },
  { what: 'with an empty text', args: [0, '', 'next'] },
  { what: 'with numbers', args: [0, -1, 0.5, 1_795_948_503_921, Number.MAX_SAFE_INTEGER] },
  { what: 'with texts of more bytes than units', args: [0, 'Grüße', '漢字', '🚀', '\u0000\r\n$5'] },
  { what: 'with half of a pair at the end of a text', args: [0, '\ud83d', '\ude80'] },
];

describe('a script call', () => {
  for (const { what, args } of cases) {
    it(`is written ${what} as ioredis writes it`, () => {
      const theirs = new Command('EVALSHA', [DIGEST, ...args], { replyEncoding: 'utf8' });
      theirs.stringifyArguments();
      expect(bytesOf(new ScriptCall(scriptHead(DIGEST), args))).to.deep.equal(bytesOf(theirs));
    });
  }
});

function bytesOf(command: Command): Buffer {
  const written = command.toWritable({});
  return typeof written === 'string' ? Buffer.from(written) : written;
}
