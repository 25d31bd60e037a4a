// The map of the code names files and folders that are there.
import { expect } from 'chai';
import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));

describe('docs/architecture.md', () => {
  it('names no file and no folder that is gone', async () => {
    const page = await readFile(`${root}docs/architecture.md`, 'utf8');
    const named = [...page.matchAll(/`([\w./-]+(?:\.(?:ts|mjs)|\/))`/g)].map(([, path = '']) => path);
    expect(named).to.include.members(['contract/', 'channel/channel.ts']);
    const known = knownPaths();
    const isThere = (path: string) => known.some((one) => `/${one}`.endsWith(`/${path}`));
    expect(named.filter((path) => !isThere(path) && !existsSync(root + path))).to.deep.equal([]);
  });
});

/** As the page writes them: `core/contract/job.ts` for `packages/core/src/contract/job.ts`, and folders with a `/`. */
function knownPaths(): readonly string[] {
  const sources = readdirSync(`${root}packages`).flatMap((name) => [
    `packages/${name}/src`,
    `packages/${name}/web/src`,
  ]);
  const below = sources
    .filter((folder) => existsSync(root + folder))
    .flatMap((folder) =>
      readdirSync(root + folder, { recursive: true, withFileTypes: true }).map((entry) => {
        const path = `${entry.parentPath}/${entry.name}`.slice(root.length);
        return entry.isDirectory() ? `${path}/` : path;
      }),
    );
  return below.flatMap((path) => [path, path.replace('/src/', '/')]);
}
