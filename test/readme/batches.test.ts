import { PrivateServer } from '@acktor/core/server';
import { expect } from 'chai';
import { blocksOf, filesOf, UserProject } from './project.js';

describe('the page on batches', function () {
  this.timeout(60_000);

  it('shows a program that compiles with the settings of the README, and prints what the page says', async () => {
    const [[settings = ''], files, [printed]] = await Promise.all([
      blocksOf('README.md', 'json'),
      filesOf('docs/batches.md'),
      blocksOf('docs/batches.md', 'text'),
    ]);
    expect(Object.keys(files)).to.deep.equal(['src/jobs.ts', 'src/main.ts']);
    await using server = await PrivateServer.start();
    await using project = await UserProject.create({ ...files, 'tsconfig.json': settings });
    await project.compile();
    const environment = { REDIS_URL: server.url, ACKTOR_LOG_LEVEL: 'silent' };
    expect(await project.run('dist/main.js', environment)).to.equal(printed);
  });
});
