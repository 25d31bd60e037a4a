import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { root } from '../readme/project.js';

describe('the reference of actors', () => {
  it('names for each line tests that exist', async () => {
    const page = await readFile(join(root, 'docs/actors-reference.md'), 'utf8');
    const rows = page.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| question'));
    expect(rows.length).to.be.at.least(20);
    const missing = await Promise.all(rows.map(missingIn));
    expect(missing.flat()).to.deep.equal([]);
  });
});

/** The tests that a line names and that are not there; the line itself where it names none. */
async function missingIn(row: string): Promise<readonly string[]> {
  const files = [...row.matchAll(/`([\w/-]+\.test\.ts)`:((?: “[^”]+”)+)/g)];
  if (files.length === 0) return [row];
  const missing = files.map(async ([, file = '', names = '']) => {
    const path = file.includes('/') ? `test/${file}` : `test/actors/${file}`;
    const text = await readFile(join(root, path), 'utf8');
    const named = [...names.matchAll(/“([^”]+)”/g)].map(([, name = '']) => name);
    return named.filter((name) => !text.includes(`it('${name}'`)).map((name) => `${path}: ${name}`);
  });
  return (await Promise.all(missing)).flat();
}
