import { expect } from 'chai';
import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));

describe('the folders of the sources', () => {
  it('hold more than one file each: a concept that is one file needs no folder', async () => {
    const packages = await readdir(join(root, 'packages'));
    const sources = packages.flatMap((name) =>
      ['src', 'web/src'].map((folder) => join(root, 'packages', name, folder)),
    );
    const alone = await Promise.all(sources.map((folder) => foldersOfOne(folder)));
    expect(alone.flat().map((folder) => relative(root, folder))).to.deep.equal([]);
  });
});

/** Empty for a folder that is not there. */
async function foldersOfOne(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const inner = entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(folder, name));
  const found = await Promise.all(inner.map((each) => foldersOfOne(each)));
  return entries.length === 1 && inner.length === 0 ? [folder, ...found.flat()] : found.flat();
}
