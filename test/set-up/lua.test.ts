// What a build makes of a Lua script: includes put in, names replaced by values, and mistakes refused with their place.
import { OVERDUE_MS } from '@acktor/core/engine';
import { expect } from 'chai';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as Expand from '../../scripts/lua/expand.mjs';
import type * as Built from '../../packages/core/dist/engine/redis/bullmq/scripts/built-scripts.js';

// By URL: the compiled test is one folder deeper than its source.
const inClone = (path: string) => import(new URL(`../../../${path}`, import.meta.url).href);
const { commandsIn, expandScript } = (await inClone('scripts/lua/expand.mjs')) as typeof Expand;
const { CONSTANTS } = (await inClone(
  'packages/core/dist/engine/redis/bullmq/scripts/built-scripts.js',
)) as typeof Built;

const header = `-- A script.
--
-- Roles: worker
-- Keys: pair
-- Arguments:
--   prefix: of the keys
--   jobs...: each an id and a payload
-- Reply: nothing.
-- Cost: nothing.
`;

const protocol = {
  KEY_LISTS: { pair: ['wait', 'active'] },
  ENTRIES: { job: ['id', 'payload'] },
  CONSTANTS: { most: 5, name: 'removed' },
  PART_KINDS: { wait: 'list', meta: 'hash' },
  CHANNEL_WORDS: {},
  JOB_FIELDS: [],
  STORED_FIELDS: [],
  FAMILY_FIELDS: [],
};

describe('a Lua script that is built', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'acktor-lua-'));
    mkdirSync(join(folder, 'includes'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const write = (name: string, text: string) => writeFileSync(join(folder, `${name}.lua`), text);
  const built = (text: string) => {
    write('a-script', `${header}\n${text}`);
    return expandScript(folder, 'a-script', protocol);
  };
  const textOf = (text: string) => built(text).lines.map((line) => line.text);

  it('has values where it had names', () => {
    expect(textOf('local a, b = KEYS.active, ARGV.prefix')).to.deep.equal(['local a, b = KEYS[2], ARGV[1]']);
    expect(textOf('f(FIRST.jobs, ARGV[at + ENTRY.job.id], ARGV[at + ENTRY.job.payload])')).to.deep.equal([
      'f(2, ARGV[at], ARGV[at + 1])',
    ]);
    expect(textOf("f(CONST.most, CONST.name, INLINE.kinds('wait', 'meta'))")).to.deep.equal([
      "f(5, 'removed', { wait = 'list', meta = 'hash' })",
    ]);
  });

  it('holds what it includes, knows where each line came from, and has no comments', () => {
    write('includes/part', '-- Defines `f`.\n\nlocal f = KEYS.wait');
    const { lines, name } = built('-- First the part.\n--- include: part\n\nreturn f');
    expect(name).to.equal('aScript');
    expect(lines.map(({ text }) => text)).to.deep.equal(['local f = KEYS[1]', 'return f']);
    expect(lines.map(({ file, line }) => [file, line])).to.deep.equal([
      [join(folder, 'includes/part.lua'), 3],
      [join(folder, 'a-script.lua'), 14],
    ]);
  });

  it('keeps the line that asks for scripts of BullMQ, which are put in at run time', () => {
    expect(textOf('--- bullmq: retryJob')).to.deep.equal(['--- bullmq: retryJob']);
  });

  const refusals: Readonly<Record<string, readonly [text: string, message: RegExp]>> = {
    'a key that the header does not name': [
      'return KEYS.failed',
      /lua:11: expected a known key \(wait, active\), got failed/,
    ],
    'an argument that the header does not name': ['return ARGV.why', /lua:11: expected a known argument \(prefix\)/],
    'a constant that is none': ['return CONST.least', /expected a known constant \(most, name\), got least/],
    'a part that an entry does not have': [
      'f(ARGV[at + ENTRY.job.why])',
      /expected a known part \(id, payload\), got why/,
    ],
    'a number in the place of a key': ['return KEYS[1]', /expected a name .*, got KEYS\[1\]/],
    'a number in the place of a part': ['return ARGV[at + 2]', /expected a name .*, got ARGV\[at \+ 2\]/],
    'keys that are unpacked in another order': [
      'local active, wait = unpack(KEYS)',
      /expected wait in the place of active/,
    ],
    'an include that is not there': ['--- include: nothing', /no such file/],
    'a directive that is none': ['--- includes: part', /expected "include:" or "bullmq:"/],
  };
  for (const [what, [text, message]] of Object.entries(refusals))
    it(`is refused with ${what}`, () => expect(() => built(text)).to.throw(message));

  it('has the commands that its user must be allowed to run, but for those that it goes on without', () => {
    write(
      'includes/moving',
      '-- Moves.\n--\n-- Rights: goes on without, for it asks first\n\nredis.call("LSET", x)\nredis.call(\'RENAME\', x)',
    );
    const { lines, header: head } = built(
      "--- include: moving\nredis.call('GET', KEYS.wait)\nredis.pcall('PUBSUB', 'SHARDNUMSUB', x)\nlocal act = 'ZADD'",
    );
    expect(commandsIn(lines)).to.deep.equal(['GET', 'PUBSUB|SHARDNUMSUB', 'ZADD']);
    expect(head.roles).to.deep.equal(['worker']);
  });

  it('is refused for a role that is none', () => {
    write('a-script', header.replace('worker', 'manager'));
    expect(() => expandScript(folder, 'a-script', protocol)).to.throw(/expected roles \(.*\), got "manager"/);
  });

  it('is refused without what it costs', () => {
    write('a-script', header.replace('Cost', 'Price'));
    expect(() => expandScript(folder, 'a-script', protocol)).to.throw(/expected a header with a line "-- Cost: …"/);
  });
});

describe('the constants of the scripts', () => {
  it('are those of the engine: when a delayed job is overdue', () => {
    expect(CONSTANTS.overdueMs).to.equal(OVERDUE_MS);
  });
});
