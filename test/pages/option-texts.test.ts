import { defineOptions } from '@acktor/core/engine';
import { expect } from 'chai';
import type * as OptionTexts from '../../scripts/pages/option-texts.mjs';

// By URL: the compiled test is one folder deeper than its source.
const url = new URL('../../../scripts/pages/option-texts.mjs', import.meta.url);
const { optionInterface, optionRow } = (await import(url.href)) as typeof OptionTexts;

const base = defineOptions({ redis: { type: 'string', doc: 'The server.' } }).rows();
const rows = defineOptions({
  redis: { type: 'string', doc: 'The server.' },
  leaseMs: { type: 'ms', default: 15_000, min: 1_000, max: 60_000, doc: 'How long ([page](page.md#a)) a lease lasts.' },
  files: { type: 'count', required: true, doc: 'How many | which.' },
  loud: { type: 'boolean', doc: 'Whether to shout.', deprecated: 'Set the level of the log.' },
  lockMs: { type: 'renamed', renamedTo: 'leaseMs' },
  retry: { type: 'group', of: { times: { type: 'count', default: 2, doc: 'How often.' } }, doc: 'What to do.' },
}).rows();

describe('the texts of options', () => {
  it('are the comments of an interface, without what its bases have', () => {
    const code = optionInterface({
      name: 'Own',
      doc: 'What is taken.',
      table: 'table',
      rows,
      bases: [{ name: 'Base', rows: base }],
    });
    expect(code.split('\n')).to.deep.equal([
      '/** What is taken. */',
      'export interface Own extends Base {',
      '  /** How long a lease lasts. In milliseconds, from 1000 to 60000; by default 15000. */',
      "  readonly leaseMs?: OptionInput<typeof table, 'leaseMs'> | undefined;",
      '  /** How many | which. 0 or more. */',
      "  readonly files: OptionInput<typeof table, 'files'>;",
      '  /**',
      '   * Whether to shout.',
      '   * @deprecated Set the level of the log.',
      '   */',
      "  readonly loud?: OptionInput<typeof table, 'loud'> | undefined;",
      '  /**',
      '   * The former name of `leaseMs`.',
      '   * @deprecated Use `leaseMs`.',
      '   */',
      "  readonly lockMs?: OptionInput<typeof table, 'lockMs'> | undefined;",
      '  /** What to do. */',
      '  readonly retry?: {',
      '    /** How often. 0 or more; by default 2. */',
      "    readonly times?: OptionInput<(typeof table)['retry']['of'], 'times'> | undefined;",
      '  } | undefined;',
      '}',
    ]);
  });

  it('are the rows of a page, which say what is deprecated and what has another name', () => {
    expect(rows.slice(1, 5).map(optionRow)).to.deep.equal([
      '| `leaseMs` | ms | `15000` | 1000 to 60000 | How long ([page](page.md#a)) a lease lasts. |',
      '| `files` | count | *required* | 0 or more | How many \\| which. |',
      '| `loud` | boolean |  |  | **Deprecated**: Set the level of the log. Whether to shout. |',
      '| `lockMs` |  |  |  | The former name of `leaseMs`. |',
    ]);
  });
});
