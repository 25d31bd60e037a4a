import { expect } from 'chai';
import { stripVTControlCharacters } from 'node:util';
import { painted, say, table } from '../cli-inside/inside.js';

describe('a table', () => {
  const columns = [
    { head: 'queue', cell: ({ queue }: Row) => queue },
    { head: 'waiting', cell: ({ waiting }: Row) => String(waiting), isNumber: true },
  ] as const;

  it('stands in columns, numbers to the right, with nothing behind the last word', () => {
    const rows = [
      { queue: 'payments', waiting: 7 },
      { queue: 'mails', waiting: 12_000 },
    ];
    expect(table(columns, rows, { indent: '  ' }).toString()).to.equal(
      ['  queue     waiting', '  payments        7', '  mails       12000', ''].join('\n'),
    );
  });

  it('keeps its columns when cells hold colours and wide letters', () => {
    const rows = [
      { queue: painted((text) => `\u001B[31m${text}\u001B[39m`, 'red'), waiting: 1 },
      { queue: say`邮件`, waiting: 2 },
    ];
    const [, red = '', wide = ''] = table(columns, rows).toString().split('\n');
    expect(stripVTControlCharacters(red)).to.equal('red          1');
    expect(wide).to.equal('邮件         2');
  });
});

interface Row {
  readonly queue: Parameters<typeof painted>[1];
  readonly waiting: number;
}
