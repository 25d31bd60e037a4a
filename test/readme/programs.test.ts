import { PrivateServer } from '@acktor/core/server';
import { expect } from 'chai';
import { blocksOf, filesOf, UserProject } from './project.js';

for (const page of ['actors', 'exchanges', 'from-rabbitmq', 'flows', 'groups', 'limits', 'schedules', 'sending']) {
  describe(`the page on ${page}`, function () {
    this.timeout(60_000);

    it('shows programs that compile with the settings of the README, and print what the page says', async () => {
      const [[settings = ''], files, printed] = await Promise.all([
        blocksOf('README.md', 'json'),
        filesOf(`docs/${page}.md`),
        blocksOf(`docs/${page}.md`, 'text'),
      ]);
      const programs = Object.keys(files).filter((file) => file !== 'src/jobs.ts');
      expect(programs).not.to.be.empty;
      await using server = await PrivateServer.start();
      await using project = await UserProject.create({ ...files, 'tsconfig.json': settings });
      await project.compile();
      const environment = { REDIS_URL: server.url, ACKTOR_LOG_LEVEL: 'silent' };
      for (const [at, program] of programs.entries()) {
        const compiled = program.replace('src/', 'dist/').replace('.ts', '.js');
        expect(await project.run(compiled, environment), program).to.equal(printed[at]);
      }
    });
  });
}
