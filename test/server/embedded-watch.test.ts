import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ask, end, isRunning, leave, Project } from './project.js';
import { until } from '../signals/until.js';

describe('an embedded server whose programs are killed', function () {
  this.timeout(60_000);

  it('ends by itself, and keeps what it had accepted', async () => {
    await using project = await Project.create();
    const programs = [await project.spawnSharing(), await project.spawnSharing()];
    const pid = await project.serverPid();
    const url = `unix://${join(homeOf(project), 'redis.sock')}`;
    await ask({ url }, 'SET', 'kept', 'yes');
    await Promise.all(programs.map(end));
    await until('the server has ended', () => !isRunning(pid));
    await until('its watcher has ended', () => project.watchers().length === 0);
    expect(await readFile(noteOf(project)).catch(codeOf)).to.equal('ENOENT');
    await using next = await project.share();
    expect(await ask(next, 'GET', 'kept')).to.equal('yes');
  });

  it('stays as long as one of them lives, though that one does nothing', async () => {
    await using project = await Project.create();
    const killed = await project.spawnSharing();
    const living = await project.spawnSharing();
    const pid = await project.serverPid();
    await end(killed);
    const { size } = await stat(logOf(project));
    await until('its watcher has looked for ten seconds', () => hasLooked(project, 10));
    expect((await stat(logOf(project))).size).to.equal(size);
    expect(isRunning(pid)).to.equal(true);
    await leave(living);
    expect(isRunning(pid)).to.equal(false);
  });

  it('is started again, with its data, for a program that comes while it ends', async () => {
    await using project = await Project.create();
    const program = await project.spawnSharing();
    await ask({ url: `unix://${join(homeOf(project), 'redis.sock')}` }, 'SET', 'kept', 'yes');
    await end(program);
    await until('the server is ending', async () => /requested shutdown/.test(await readFile(logOf(project), 'utf8')));
    await using next = await project.share();
    expect(await ask(next, 'GET', 'kept')).to.equal('yes');
  });

  it('ends when its project was removed, and leaves no folder behind', async () => {
    await using project = await Project.create();
    const program = await project.spawnSharing();
    const pid = await project.serverPid();
    await until('it is watched', () => hasLooked(project, 1));
    await rm(project.folder, { recursive: true });
    await end(program);
    await until('the server has ended', () => !isRunning(pid));
    await until('its watcher has ended', () => project.watchers().length === 0);
    expect(await stat(project.folder).catch(codeOf)).to.equal('ENOENT');
  });

  it('is watched again by the next program, after its watcher was killed', async function () {
    if (process.platform !== 'linux') this.skip();
    await using project = await Project.create();
    const program = await project.spawnSharing();
    for (const watcher of project.watchers()) process.kill(watcher, 'SIGKILL');
    await until('its watcher has ended', () => project.watchers().length === 0);
    // A server that was started a moment ago is thought to have a watcher that is still starting.
    const note = JSON.parse(await readFile(noteOf(project), 'utf8')) as object;
    await writeFile(noteOf(project), JSON.stringify({ ...note, startedAtMs: Date.now() - 60_000 }));
    const pid = await project.serverPid();
    await end(await project.spawnSharing());
    expect(project.watchers()).to.have.length(1);
    await end(program);
    await until('the server has ended', () => !isRunning(pid));
  });

  it('is watched by one process: another ends', async function () {
    await using project = await Project.create();
    await using server = await project.share();
    await until('it is watched', () => hasLooked(project, 1));
    const second = spawn(process.execPath, [WATCHER, server.folder, server.url.replace('unix://', '')]);
    const [code] = (await once(second, 'exit')) as [number];
    expect(code).to.equal(0);
    expect(await ask(server, 'PING')).to.equal('PONG');
  });
});

const WATCHER = fileURLToPath(new URL('server/embedded-watcher.js', import.meta.resolve('@acktor/core')));

function homeOf({ folder }: Project): string {
  return join(folder, '.acktor', 'redis');
}

function noteOf(project: Project): string {
  return join(homeOf(project), 'server.json');
}

function logOf(project: Project): string {
  return join(homeOf(project), 'server.log');
}

function codeOf({ code }: NodeJS.ErrnoException): string | undefined {
  return code;
}

/** Whether the clients were listed so often, which its watcher does once a second. */
async function hasLooked(project: Project, times: number): Promise<boolean> {
  const stats = await ask({ url: `unix://${join(homeOf(project), 'redis.sock')}` }, 'INFO', 'commandstats');
  return Number(/cmdstat_client\|list:calls=(\d+)/.exec(String(stats))?.[1] ?? 0) >= times;
}
