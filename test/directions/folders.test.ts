import { expect } from 'chai';
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
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

describe('the files of the sources', () => {
  it('are neither long nor crumbs: none over 350 lines, and none under 60 that one other file alone reads', async () => {
    const sources = await readSources();
    const readers = readersOf(sources);
    const odd = [...sources].filter(([path, { lines }]) => {
      if (lines > LONGEST) return true;
      return lines < SHORTEST && !MAY_BE_SHORT.test(basename(path)) && readers.get(path) === 1;
    });
    expect(odd.map(([path, { lines }]) => `${path}: ${lines} lines`)).to.deep.equal([]);
  });
});

const LONGEST = 350;
const SHORTEST = 60;
/** Charts, what two programs say to each other, registries, and what is run or imported from outside. */
const MAY_BE_SHORT = /machine|protocol|registry|index|door|internal|main|entry|-thread|version|\.d\.ts$/;

interface Source {
  readonly lines: number;
  readonly text: string;
}

/** By path from the root; the scripts, too, for they read what is built. */
async function readSources(): Promise<ReadonlyMap<string, Source>> {
  const all = await readdir(join(root, 'packages'), { recursive: true });
  const paths = all.filter((path) => /^[^/]+\/(web\/)?src\/.*\.tsx?$/.test(path)).map((path) => join('packages', path));
  const read = async (path: string) => {
    const text = await readFile(join(root, path), 'utf8');
    return [path, { text, lines: text.split('\n').length - 1 }] as const;
  };
  return new Map(await Promise.all(paths.map(read)));
}

/** How many files read each. */
function readersOf(sources: ReadonlyMap<string, Source>): ReadonlyMap<string, number> {
  const readers = new Map<string, number>();
  for (const [path, { text }] of sources) {
    const read = new Set(
      [...text.matchAll(/(?:from |import\(|import |URL\()'(\.[^']+)'/g)].map(([, target = '']) =>
        join(dirname(path), target).replace(/\.jsx?$/, ''),
      ),
    );
    for (const each of read) {
      const file = [`${each}.ts`, `${each}.tsx`].find((name) => sources.has(name));
      if (file !== undefined) readers.set(file, (readers.get(file) ?? 0) + 1);
    }
  }
  return readers;
}

/** Empty for a folder that is not there. */
async function foldersOfOne(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const inner = entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(folder, name));
  const found = await Promise.all(inner.map((each) => foldersOfOne(each)));
  const files = entries.filter(({ name }) => /\.tsx?$/.test(name));
  return files.length === 1 && inner.length === 0 ? [folder, ...found.flat()] : found.flat();
}
