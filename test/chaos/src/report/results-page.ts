// Puts the results into the documentation, so that no figure there is typed by hand.
import { readFile, writeFile } from 'node:fs/promises';
import type { Report } from './report.js';
import { toText } from './table.js';

/** Replaces what stands between the two marks of the page. @throws RangeError when it has no such marks. */
export async function writeResults(reports: readonly Report[]): Promise<void> {
  const text = await readFile(PAGE, 'utf8');
  const [before, rest] = text.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined)
    throw new RangeError(`expected ${PAGE.pathname} to hold ${BEGIN} and ${END}`);
  await writeFile(PAGE, `${before}${BEGIN}\n\n${toText(reports)}\n\n${END}${after}`);
}

const PAGE = new URL('../../../../docs/reliability.md', import.meta.url);
const BEGIN = '<!-- results of the fault suite: written by npm run chaos -- --report -->';
const END = '<!-- end of the results -->';
