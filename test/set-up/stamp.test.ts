// The set-up's memory: what it was last done for, so that a second run does nothing.
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type * as Stamp from '../../scripts/set-up/stamp.mjs';

// By URL: the compiled test is one folder deeper than its source.
const url = new URL('../../../scripts/set-up/stamp.mjs', import.meta.url);
const { hashOfFile, hashOfTree, isStamped, writeStamp } = (await import(url.href)) as typeof Stamp;

describe('a stamp', () => {
  let root: string;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'acktor-stamp-'));
    await mkdir(join(root, 'src', 'node_modules'), { recursive: true });
    await writeFile(join(root, 'src', 'a.ts'), 'a');
  });

  afterEach(() => rm(root, { recursive: true }));

  const treeHash = () => hashOfTree(root, ['src', 'absent'], /\.ts$/);

  it('is kept for what it was written for', () => {
    writeStamp(join(root, 'new', 'stamp'), treeHash());
    expect(isStamped(join(root, 'new', 'stamp'), treeHash())).to.equal(true);
  });

  it('does not hold before it is written', () => {
    expect(isStamped(join(root, 'stamp'), treeHash())).to.equal(false);
  });

  it('changes when a file is added', async () => {
    const before = treeHash();
    await writeFile(join(root, 'src', 'b.ts'), '');
    expect(treeHash()).not.to.equal(before);
  });

  it('changes when a file is touched', async () => {
    const before = treeHash();
    await utimes(join(root, 'src', 'a.ts'), 1, 1);
    expect(treeHash()).not.to.equal(before);
  });

  it('changes when a file is removed', async () => {
    const before = treeHash();
    await rm(join(root, 'src', 'a.ts'));
    expect(treeHash()).not.to.equal(before);
  });

  it('does not change with files of other names or of other people', async () => {
    const before = treeHash();
    await writeFile(join(root, 'src', 'a.txt'), '');
    await writeFile(join(root, 'src', 'node_modules', 'a.ts'), '');
    expect(treeHash()).to.equal(before);
  });

  it('takes a file that is not there for an empty one', async () => {
    await writeFile(join(root, 'empty'), '');
    expect(hashOfFile(join(root, 'absent'))).to.equal(hashOfFile(join(root, 'empty')));
  });
});
