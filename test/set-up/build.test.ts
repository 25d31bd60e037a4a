// What a build before has left in the folders of the output.
import { expect } from 'chai';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type * as Build from '../../scripts/set-up/build.mjs';

// By URL: the compiled test is one folder deeper than its source.
const url = new URL('../../../scripts/set-up/build.mjs', import.meta.url);
const { sweepOutput } = (await import(url.href)) as typeof Build;

describe('the output of an older build', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'acktor-build-'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const write = (...paths: readonly string[]) => {
    for (const path of paths) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), '');
    }
  };
  const builtOf = (name: string) =>
    ['.js', '.js.map', '.d.ts', '.d.ts.map'].map((ending) => `packages/a/dist/${name}${ending}`);
  const notes = 'packages/a/tsconfig.tsbuildinfo';
  beforeEach(() => write('packages/a/tsconfig.json', 'packages/a/src/kept.ts', 'packages/a/src/in/kept.ts', notes));

  it('is removed where its source is gone, and nothing else is', () => {
    write(...builtOf('kept'), ...builtOf('in/kept'), ...builtOf('gone'), ...builtOf('in/gone'));
    write('packages/a/dist/web/page.js');
    sweepOutput(root);
    const left = readdirSync(join(root, 'packages/a/dist'), { recursive: true, encoding: 'utf8' });
    expect(left.filter((name) => name.endsWith('.js')).toSorted()).to.deep.equal([
      'in/kept.js',
      'kept.js',
      'web/page.js',
    ]);
    expect(left.filter((name) => name.includes('gone'))).to.deep.equal([]);
    expect(existsSync(join(root, notes))).to.equal(true);
  });

  it('is compiled anew where a part of it is missing', () => {
    const inOutput = 'packages/a/dist/tsconfig.tsbuildinfo';
    write(...builtOf('kept'), inOutput);
    sweepOutput(root);
    expect([notes, inOutput].filter((each) => existsSync(join(root, each)))).to.deep.equal([]);
  });
});
