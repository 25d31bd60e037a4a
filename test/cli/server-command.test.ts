import { expect } from 'chai';
import { join } from 'node:path';
import { ask, end, isRunning, Project } from '../server/project.js';
import { acktor } from './command.js';

describe('the command acktor server', function () {
  this.timeout(60_000);

  it('says that none runs, and where its data would be, and makes no folder', async () => {
    await using project = await Project.create();
    const { code, stdout } = await acktor('server', '--project', project.folder);
    expect(stdout).to.equal(`does not run\nfolder   ${homeOf(project)}\n`);
    expect(code).to.equal(0);
    expect(await json(project, 'status')).to.deep.equal({ folder: homeOf(project), isRunning: false });
    expect(await json(project, 'stop')).to.deep.equal({ folder: homeOf(project), outcome: 'absent' });
    expect(await acktor('server', 'status', '--project', '')).to.include({ code: 2, stdout: '' });
  });

  it('says where it runs, and who uses it', async () => {
    await using project = await Project.create();
    await using server = await project.share();
    const { startedAtMs, isWatched, ...status } = await json(project, 'status');
    const [url, pid] = [server.url, await project.serverPid()];
    expect(status).to.deep.equal({ folder: server.folder, isRunning: true, url, pid, users: ['acktor-share'] });
    expect(startedAtMs).to.be.closeTo(Date.now(), 60_000);
    expect(isWatched).to.be.a('boolean');
    const { stdout } = await acktor('server', 'status', '--project', project.folder);
    expect(stdout).to.match(new RegExp(`^runs since .* as process ${pid}, used by 1 connection`));
    expect(stdout).to.contain(`\naddress  ${url}\n`);
  });

  it('stops one that nobody uses, with its data kept', async () => {
    await using project = await Project.create();
    const program = await project.spawnSharing();
    await ask({ url: `unix://${join(homeOf(project), 'redis.sock')}` }, 'SET', 'kept', 'yes');
    const pid = await project.serverPid();
    await end(program);
    const { code, stdout } = await acktor('server', 'stop', '--project', project.folder);
    expect(stdout).to.match(/^(stopped; its data stays|does not run)\n/);
    expect(code).to.equal(0);
    expect(isRunning(pid)).to.equal(false);
    await using next = await project.share();
    expect(await ask(next, 'GET', 'kept')).to.equal('yes');
  });

  it('leaves one that is in use, unless it is forced', async () => {
    await using project = await Project.create();
    await using _server = await project.share();
    const pid = await project.serverPid();
    const refused = await acktor('server', 'stop', '--project', project.folder);
    expect(refused.stdout).to.contain('--force: used by 1 connection (acktor-share)');
    expect(refused.code).to.equal(1);
    expect(isRunning(pid)).to.equal(true);
    const { outcome } = await json(project, 'stop', '--force');
    expect(outcome).to.equal('stopped');
    expect(isRunning(pid)).to.equal(false);
  });
});

function homeOf({ folder }: Project): string {
  return join(folder, '.acktor', 'redis');
}

async function json(project: Project, ...args: string[]): Promise<Record<string, unknown>> {
  const { stdout } = await acktor('server', ...args, '--json', '--project', project.folder);
  return JSON.parse(stdout) as Record<string, unknown>;
}
