// One set-up at a time, whatever became of the one before.
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type * as Lock from '../../scripts/set-up/lock.mjs';

// By URL: the compiled test is one folder deeper than its source.
const url = new URL('../../../scripts/set-up/lock.mjs', import.meta.url);
const { withLock } = (await import(url.href)) as typeof Lock;

describe("the set-up's lock", () => {
  let root: string;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'acktor-lock-'));
  });

  afterEach(() => rm(root, { recursive: true }));

  it('lets one work at a time', async () => {
    let working = 0;
    const work = async () => {
      working += 1;
      expect(working).to.equal(1);
      await readdir(root);
      working -= 1;
    };
    await Promise.all([withLock(root, work), withLock(root, work), withLock(root, work)]);
  });

  it('is given back when the work fails', async () => {
    const failed = await withLock(root, () => Promise.reject(new Error('no network'))).catch((error: unknown) => error);
    expect(failed).to.have.property('message', 'no network');
    expect(await withLock(root, () => Promise.resolve('next'))).to.equal('next');
  });

  it('is taken over from an owner that has died', async () => {
    const { pid } = spawnSync(process.execPath, ['--version']);
    await mkdir(join(root, '.acktor', 'set-up.lock'), { recursive: true });
    await writeFile(join(root, '.acktor', 'set-up.lock', 'pid'), String(pid));
    expect(await withLock(root, () => Promise.resolve('mine'))).to.equal('mine');
    expect(await readdir(join(root, '.acktor'))).to.deep.equal([]);
  });
});
