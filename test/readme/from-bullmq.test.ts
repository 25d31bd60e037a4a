import { PrivateServer } from '@acktor/core/server';
import { expect } from 'chai';
import { blocksOf, filesOf, UserProject } from './project.js';

describe('the page on BullMQ', function () {
  this.timeout(60_000);

  it('shows programs that compile with the settings of the README, and print what the page says', async () => {
    const [[settings = ''], files, texts] = await Promise.all([
      blocksOf('README.md', 'json'),
      filesOf('docs/from-bullmq.md'),
      blocksOf('docs/from-bullmq.md', 'text'),
    ]);
    expect(Object.keys(files)).to.have.members(['src/mails.ts', 'src/before.ts', 'src/after.ts', 'src/main.ts']);
    // BullMQ's clients take a host and a port.
    await using server = await PrivateServer.start({ port: 0 });
    await using project = await UserProject.create({ ...files, 'tsconfig.json': settings });
    await project.compile();
    const printed = await project.run('dist/main.js', { REDIS_URL: server.url, ACKTOR_LOG_LEVEL: 'silent' });
    expect(printed).to.equal(texts.at(-1));
  });
});
