// Parts of pages that are written from the code, between two comments: `<!-- generated: name -->` and `<!-- end: name -->`, in code `// generated: name`
// and `// end: name`.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Writes each part into its page; with `--check` among the arguments it writes nothing, and ends the program with 1 when a
 * page is stale, saying which and what to run.
 */
export function writeParts(parts, command) {
  const isCheck = process.argv.includes('--check');
  for (const { page, name, content } of parts) {
    const file = join(root, page);
    const before = readFileSync(file, 'utf8');
    const after = fillPart(before, { name, content, isCode: page.endsWith('.ts') });
    if (after === before) continue;
    if (isCheck) tellStale(page, command);
    else writeFileSync(file, after);
  }
}

/** The same for whole files, such as pictures. */
export function writeFiles(files, command) {
  const isCheck = process.argv.includes('--check');
  for (const { page, content } of files) {
    const file = join(root, page);
    if (existsSync(file) && readFileSync(file, 'utf8') === content) continue;
    if (isCheck) tellStale(page, command);
    else writeFileSync(file, content);
  }
}

/** The page with the part's content replaced; `isCode` where the comments are those of code. @throws when the page has no such part. */
export function fillPart(page, { name, content, isCode = false }) {
  const comment = (text) => (isCode ? `// ${text}\n` : `<!-- ${text} -->\n`);
  const [begin, end] = [comment(`generated: ${name}`), comment(`end: ${name}`)];
  const from = page.indexOf(begin);
  const to = page.indexOf(end, from);
  if (from === -1 || to === -1)
    throw new Error(`expected a page with a part between "${begin.trim()}" and "${end.trim()}", found none`);
  return `${page.slice(0, from + begin.length)}\n${content.trim()}\n\n${page.slice(to)}`;
}

function tellStale(page, command) {
  process.stderr.write(`${page} does not show the code as it is: run \`${command}\` and commit what it writes\n`);
  process.exitCode = 1;
}
