// What the pages name is there: files and folders, pages and sections that they link to, tests that prove a promise.
import { expect } from 'chai';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];
const textOf = (path: string) => readFileSync(join(root, path), 'utf8');

describe('docs/architecture.md', () => {
  it('names no file and no folder that is gone', () => {
    const named = [...textOf('docs/architecture.md').matchAll(/`([\w./-]+(?:\.(?:ts|mjs)|\/))`/g)];
    const paths = named.map(([, path = '']) => path);
    expect(paths).to.include.members(['contract/', 'channel/channel.ts']);
    const known = sourcePaths();
    const isThere = (path: string) => known.some((one) => `/${one}`.endsWith(`/${path}`));
    expect(paths.filter((path) => !isThere(path) && !existsSync(join(root, path)))).to.deep.equal([]);
  });
});

describe('docs/guarantees.md', () => {
  it('names tests that are there', () => {
    const tests = ['test', 'packages/testing/src'].flatMap((folder) => filesBelow(folder, /\.ts$/)).map(textOf);
    const all = tests.join('\n').replaceAll("\\'", "'").replaceAll(/\s+/g, ' ');
    const proofs = textOf('docs/guarantees.md').match(/\*\*Proved by\*\*[^]*?(?=\n- |\n\n)/g) ?? [];
    const names = proofs.flatMap((proof) => [...proof.replaceAll(/\s+/g, ' ').matchAll(/"([^"]+)"/g)]);
    expect(names).to.have.length.above(5);
    expect(names.map(([, name = '']) => name).filter((name) => !all.includes(name))).to.deep.equal([]);
  });
});

describe('the links of the pages', () => {
  for (const page of pages)
    it(`lead somewhere: ${page}`, () => {
      const links = [...textOf(page).matchAll(/\]\((?!http)([^)\s]+)\)/g)].map(([, link = '']) => link);
      expect(links.filter((link) => !leadsSomewhere(page, link))).to.deep.equal([]);
    });
});

function leadsSomewhere(page: string, link: string): boolean {
  const [path = '', section] = link.split('#', 2);
  const target = path === '' ? page : join(page, '..', path);
  if (!existsSync(join(root, target))) return false;
  return section === undefined || !target.endsWith('.md') || sectionsOf(target).includes(section);
}

/** The names by which the sections of a page are linked to. */
function sectionsOf(page: string): readonly string[] {
  const heads = [...textOf(page).matchAll(/^#+ (.+)$/gm)].map(([, head = '']) => head);
  return heads.map((head) =>
    head
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}

/** As the page writes them: `core/contract/job.ts` for `packages/core/src/contract/job.ts`, and folders with a `/`. */
function sourcePaths(): readonly string[] {
  const sources = readdirSync(join(root, 'packages')).flatMap((name) => [
    `packages/${name}/src`,
    `packages/${name}/web/src`,
  ]);
  const below = sources.filter((folder) => existsSync(join(root, folder))).flatMap((folder) => pathsBelow(folder));
  return below.flatMap((path) => [path, path.replace('/src/', '/')]);
}

function filesBelow(folder: string, pattern: RegExp): readonly string[] {
  return pathsBelow(folder).filter((path) => pattern.test(path));
}

/** Files, and folders with a `/`; not what a build or npm makes. */
function pathsBelow(folder: string): readonly string[] {
  const entries = readdirSync(join(root, folder), { withFileTypes: true });
  return entries.flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (!entry.isDirectory()) return [path];
    return entry.name === 'dist' || entry.name === 'node_modules' ? [] : [`${path}/`, ...pathsBelow(path)];
  });
}
