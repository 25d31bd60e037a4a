import { PrivateServer } from '@acktor/core/server';
import { expect } from 'chai';
import { blocksOf, UserProject } from './project.js';

describe('the page on events', function () {
  this.timeout(60_000);

  it('shows a program that compiles with the settings of the README, and prints what the page says', async () => {
    const [[settings = ''], files, texts] = await Promise.all([
      blocksOf('README.md', 'json'),
      blocksOf('docs/events.md', 'ts'),
      blocksOf('docs/events.md', 'text'),
    ]);
    const named = files.map((text) => [/^\/\/ (src\/\S+\.ts)\n/.exec(text)?.[1] ?? 'a file without a name', text]);
    expect(named.map(([name]) => name)).to.deep.equal(['src/jobs.ts', 'src/worker.ts', 'src/main.ts']);
    await using server = await PrivateServer.start();
    await using project = await UserProject.create({
      ...(Object.fromEntries(named) as Readonly<Record<string, string>>),
      'tsconfig.json': settings,
    });
    await project.compile();
    const printed = await project.run('dist/main.js', { REDIS_URL: server.url, ACKTOR_LOG_LEVEL: 'silent' });
    expect(printed).to.equal(texts.at(-1));
  });
});
