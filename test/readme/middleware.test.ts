import { PrivateServer } from '@acktor/core/server';
import { expect } from 'chai';
import { blocksOf, filesOf, UserProject } from './project.js';

describe('the page on middleware', function () {
  this.timeout(60_000);

  it('shows a program that compiles with the settings of the README, and prints what the page says', async () => {
    const [[settings = ''], files, texts] = await Promise.all([
      blocksOf('README.md', 'json'),
      filesOf('docs/middleware.md'),
      blocksOf('docs/middleware.md', 'text'),
    ]);
    await using server = await PrivateServer.start();
    await using project = await UserProject.create({ ...files, 'tsconfig.json': settings });
    await project.compile();
    const printed = await project.run('dist/main.js', { REDIS_URL: server.url, ACKTOR_LOG_LEVEL: 'silent' });
    expect(printed).to.equal(texts.at(-1));
  });
});
