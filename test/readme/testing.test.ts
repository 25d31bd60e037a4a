import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { memoryFeatures, redisFeatures } from '@acktor/testing';
import { expect } from 'chai';
import { blocksOf, root, UserProject } from './project.js';

const run = promisify(execFile);

describe('the page on testing', function () {
  this.timeout(120_000);

  it('shows tests that compile with the settings of the README, and pass in node --test, mocha and vitest', async () => {
    const [[settings = ''], files] = await Promise.all([
      blocksOf('README.md', 'json'),
      blocksOf('docs/testing.md', 'ts'),
    ]);
    const named = files.map((text) => [/^\/\/ (src\/\S+\.ts)\n/.exec(text)?.[1] ?? 'a file without a name', text]);
    expect(named.map(([name]) => name)).to.deep.equal([
      'src/jobs.ts',
      'src/charge.ts',
      'src/charge.node.test.ts',
      'src/charge.mocha.test.ts',
      'src/charge.vitest.test.ts',
    ]);
    await using project = await UserProject.create({
      ...(Object.fromEntries(named) as Readonly<Record<string, string>>),
      'tsconfig.json': settings.replace(/"types": \[[^\]]*\]/, '"types": ["node", "mocha"]'),
    });
    await project.compile();
    const inProject = { cwd: project.folder, env: { ...process.env, ACKTOR_LOG_LEVEL: 'silent' } };
    const tools = [
      ['--test', 'dist/charge.node.test.js'],
      [`${root}node_modules/mocha/bin/mocha.js`, 'dist/charge.mocha.test.js'],
      [`${root}node_modules/vitest/vitest.mjs`, 'run', 'src/charge.vitest.test.ts'],
    ];
    for (const tool of tools) {
      const { stdout } = await run(process.execPath, tool, inProject).catch(({ stdout: words, stderr }: Printed) => {
        throw new Error(`${tool.join(' ')}: ${words}${stderr}`);
      });
      expect(stdout, tool.join(' ')).to.match(/pass(ing|ed)? ?\(?1|1 pass(ing|ed)/);
    }
  });

  it('shows the features of both engines as they claim them', async () => {
    const page = await readFile(`${root}docs/testing.md`, 'utf8');
    for (const [feature, claimed] of Object.entries(memoryFeatures)) {
      const row = page.split('\n').find((line) => line.startsWith(`| \`${feature}\` |`));
      const [, , redis = '', memory = ''] = (row ?? '').split('|').map((cell) => cell.trim());
      expect(redis, feature).to.equal(Reflect.get(redisFeatures, feature) ? 'yes' : 'no');
      expect(memory.startsWith(claimed ? 'yes' : 'no'), feature).to.equal(true);
    }
  });
});

interface Printed {
  readonly stdout: string;
  readonly stderr: string;
}
