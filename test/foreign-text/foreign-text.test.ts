import { quoted, visible, visibleJson } from '@acktor/core/internal';
import { expect } from 'chai';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { block, firstLine, joined, line, say, table } from '../cli-inside/inside.js';

/** One of each kind that would not be seen as itself. */
const UNSEEN = [
  '\n',
  '\r',
  '\t',
  '\u0000',
  '\u0007',
  '\u001B[2J',
  '\u001B]0;title\u0007',
  '\u007F',
  '\u0085',
  '\u009B31m',
  '\u2028',
  '\u2029',
  '\u200B',
  '\u200D',
  '\u200E',
  '\u202E',
  '\u2066',
  '\u2069',
  '\u00AD',
  '\u061C',
  '\u3164',
  '\uFEFF',
  '\u{E0041}',
  '\uD83D',
  '\uDE00',
];

describe('foreign text', () => {
  for (const text of UNSEEN) {
    it(`has ${JSON.stringify(text)} written out`, () => {
      const shown = visible(`a${text}b`);
      expect(shown)
        .to.match(/^a\\[nrtu].*b$/u)
        .and.not.match(CONTROLS);
      expect(JSON.parse(visibleJson(JSON.stringify(text)))).to.equal(text);
      expect(visibleJson(JSON.stringify(text))).to.not.match(CONTROLS);
    });
  }

  it('keeps what people write', () => {
    const text = String.raw`Zahlung für 渡辺 — ‘ça’ שלום 😀 ❤️ e` + '\u0301' + String.raw` C:\new`;
    expect(visible(text)).to.equal(text);
    expect(quoted('a"b')).to.equal(String.raw`"a\"b"`);
  });

  it('is of bounded length, and no character of it is cut in two', () => {
    expect(String(line('x'.repeat(5_000)))).to.have.length(1_000);
    expect(String(firstLine('😀'.repeat(60), 10))).to.equal('😀😀😀😀…');
    expect(String(firstLine(`${'\u001B'.repeat(60)}`, 10))).to.have.length(10);
    expect(String(say`${'x'.repeat(5_000)}`)).to.have.length(1_000);
    expect(String(block('x'.repeat(200_000)))).to.have.length(100_000);
  });

  it('stays on its line in a sentence and in a table, and cannot look like a further one', () => {
    const forged = 'mails\nforged  1\u001B[1A';
    expect(String(say`${forged} is paused\n`)).to.equal(`mails\\nforged  1\\u001b[1A is paused\n`);
    const column = { head: 'queue', cell: ({ queue }: { queue: string }) => queue };
    expect(String(table([column], [{ queue: forged }])).split('\n')).to.have.length(3);
  });

  it('has lines of its own only in a block, where they are indented', () => {
    expect(String(joined([say`\nstack\n  `, block('Error: a\n  at b\r\nforged\u202E\n')]))).to.equal(
      '\nstack\n  Error: a\n    at b\n  forged\\u202e',
    );
  });

  it('goes to a terminal by one function: commands have no other way to print', () => {
    const folder = fileURLToPath(new URL('../../../packages/cli/src', import.meta.url));
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(isOfCommands);
    const writers = files.filter((file) => /\.write\(|console\./.test(readFileSync(`${folder}/${file}`, 'utf8')));
    // The live screen takes a `Printable`, the chart prints a document of ours.
    expect(writers.toSorted()).to.deep.equal(['commands/chart.ts', 'output/output.ts', 'top/live-screen.ts']);
  });
});

/** A supervisor passes on what its workers write, as it came. */
function isOfCommands(file: string): boolean {
  return file.endsWith('.ts') && !file.startsWith('supervisor');
}

const CONTROLS = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\u3164]/u;
