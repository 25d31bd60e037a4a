import { PrivateServer } from '@acktor/core/server';
import { expect } from 'chai';
import { blocksOf, filesOf, UserProject } from './project.js';

describe('the page on schedules', function () {
  this.timeout(60_000);

  it('shows programs that compile with the settings of the README, and print what the page says', async () => {
    const [[settings = ''], files, [printedByMain, printedByClocks]] = await Promise.all([
      blocksOf('README.md', 'json'),
      filesOf('docs/schedules.md'),
      blocksOf('docs/schedules.md', 'text'),
    ]);
    expect(Object.keys(files)).to.deep.equal(['src/jobs.ts', 'src/main.ts', 'src/clocks.ts']);
    await using server = await PrivateServer.start();
    await using project = await UserProject.create({ ...files, 'tsconfig.json': settings });
    await project.compile();
    const environment = { REDIS_URL: server.url, ACKTOR_LOG_LEVEL: 'silent' };
    expect(await project.run('dist/main.js', environment)).to.equal(printedByMain);
    expect(await project.run('dist/clocks.js', environment)).to.equal(printedByClocks);
  });
});
