import { ServerStartError } from '@acktor/core';
import { EmbeddedServer } from '@acktor/core/server';
import { checkServer, connectRedis, readServerFacts } from '@acktor/core/internal';
import { expect } from 'chai';
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ask, end, groupOf, isRunning, leave, Project } from './project.js';
import { rejection } from './rejection.js';

describe('EmbeddedServer', function () {
  this.timeout(60_000);

  it('is durable', async () => {
    await using project = await Project.create();
    await using server = await project.share();
    const client = await connectRedis(server.address);
    checkServer(await readServerFacts(client), { durability: 'require' });
    client.disconnect();
  });

  it('lies in the project, for this user only, out of version control', async () => {
    await using project = await Project.create();
    await using server = await project.share();
    expect(server.folder).to.equal(join(project.folder, '.acktor', 'redis'));
    expect((await stat(server.folder)).mode & 0o777).to.equal(0o700);
    expect((await stat(join(server.folder, 'redis.sock'))).mode & 0o777).to.equal(0o700);
    expect((await stat(join(project.folder, '.acktor', '.gitignore'))).isFile()).to.equal(true);
  });

  it('keeps its data from one run to the next', async () => {
    await using project = await Project.create();
    const first = await project.share();
    await ask(first, 'SET', 'kept', 'yes');
    await first.close();
    await using second = await project.share();
    expect(await ask(second, 'GET', 'kept')).to.equal('yes');
  });

  it('is one server for all processes of a project, ended by the last one out', async () => {
    await using project = await Project.create();
    const first = await project.share();
    const second = await project.spawnSharing();
    const pid = await project.serverPid();
    await first.close();
    expect(isRunning(pid)).to.equal(true);
    await leave(second);
    expect(isRunning(pid)).to.equal(false);
  });

  it('counts each share of one process', async () => {
    await using project = await Project.create();
    const first = await project.share();
    const second = await project.share();
    const pid = await project.serverPid();
    await first.close();
    expect(await ask(second, 'PING')).to.equal('PONG');
    await second.close();
    expect(isRunning(pid)).to.equal(false);
  });

  it('is started once when many processes come at once', async () => {
    await using project = await Project.create();
    const processes = await Promise.all(Array.from({ length: 6 }, () => project.spawnSharing()));
    await using server = await project.share();
    const shares = String(await ask(server, 'CLIENT', 'LIST')).match(/name=acktor-share/g);
    expect(shares).to.have.length(7);
    expect(await readdir(server.folder)).not.to.include('server.log.1');
    await Promise.all(processes.map(leave));
    expect(await ask(server, 'PING')).to.equal('PONG');
  });

  it('is started once when many shares are taken in the same turn', async () => {
    await using project = await Project.create();
    const servers = await Promise.all(Array.from({ length: 8 }, () => project.share()));
    const [first] = servers;
    const shares = String(first && (await ask(first, 'CLIENT', 'LIST'))).match(/name=acktor-share/g);
    const logs = (await readdir(first?.folder ?? '')).filter((name) => name.startsWith('server.log'));
    await Promise.all(servers.map((server) => server.close()));
    expect(shares).to.have.length(8);
    expect(logs).to.deep.equal(['server.log']);
  });

  it('is ended once when many processes leave at once', async () => {
    await using project = await Project.create();
    const processes = await Promise.all(Array.from({ length: 4 }, () => project.spawnSharing()));
    const pid = await project.serverPid();
    await Promise.all(processes.map(leave));
    expect(isRunning(pid)).to.equal(false);
  });

  it('outlives the process that started it and is joined by the next', async () => {
    await using project = await Project.create();
    const owner = await project.spawnSharing();
    const pid = await project.serverPid();
    await end(owner);
    const next = await project.share();
    expect(await project.serverPid()).to.equal(pid);
    await next.close();
    expect(isRunning(pid)).to.equal(false);
  });

  it('is out of reach of the signals of its starter’s terminal', async () => {
    await using project = await Project.create();
    await using server = await project.share();
    const pid = await project.serverPid();
    expect(await ask(server, 'PING')).to.equal('PONG');
    expect(groupOf(pid)).to.equal(pid);
  });

  it('is started anew on its data after it was killed itself', async () => {
    await using project = await Project.create();
    await using first = await project.share();
    await ask(first, 'SET', 'kept', 'yes');
    const pid = await project.serverPid();
    process.kill(pid, 'SIGKILL');
    await using second = await project.share();
    expect(await ask(second, 'GET', 'kept')).to.equal('yes');
    expect(await project.serverPid()).not.to.equal(pid);
  });

  it('stays for a connection that is no share and does not go', async () => {
    await using project = await Project.create();
    const server = await project.share();
    const visitor = await connectRedis(server.address);
    await server.close();
    expect(await visitor.ping()).to.equal('PONG');
    visitor.disconnect();
  });

  it('is passed on when its starter is killed while it holds the lock', async () => {
    await using project = await Project.create();
    const mute = join(project.folder, 'mute-server');
    await writeFile(mute, '#!/bin/sh\n[ "$1" = --version ] && echo "Redis server v=7.9.9" && exit\nexec sleep 300\n', {
      mode: 0o755,
    });
    const starter = project.spawn({ ...process.env, ACKTOR_REDIS_SERVER: mute });
    const pid = await noted(project);
    await end(starter);
    process.kill(pid, 'SIGKILL');
    await using server = await project.share({ startTimeoutMs: 10_000 });
    expect(await ask(server, 'PING')).to.equal('PONG');
  });

  it('has its socket elsewhere when the project’s path is too long for one', async () => {
    await using project = await Project.create();
    const folder = join(project.folder, 'long'.repeat(20));
    await mkdir(folder);
    const server = await project.share({ folder });
    expect(server.url).not.to.contain('longlong');
    expect(await ask(server, 'PING')).to.equal('PONG');
    await using again = await project.share({ folder });
    expect(again.url).to.equal(server.url);
    await server.close();
    await again.close();
    await expectGone(dirname(server.url.replace('unix://', '')));
  });

  it('becomes stricter, never laxer, with what those who join ask for', async () => {
    await using project = await Project.create();
    await using _lax = await project.share();
    await using strict = await project.share({ appendFsync: 'always' });
    await using _laxToo = await project.share({ appendFsync: 'everysec' });
    expect(await ask(strict, 'CONFIG', 'GET', 'appendfsync')).to.deep.equal(['appendfsync', 'always']);
  });

  it('says what to do when its append-only file is damaged', async () => {
    await using project = await Project.create();
    const server = await project.share();
    for (let number = 0; number < 100; number++) await ask(server, 'SET', `key-${number}`, 'value');
    await server.close();
    const folder = join(server.folder, 'appendonlydir');
    const file = (await readdir(folder)).find((name) => name.endsWith('.incr.aof'));
    await writeFile(join(folder, String(file)), '*3\r\nnonsense, not at the end\r\n'.repeat(100));
    const error = await rejection(project.share(), ServerStartError);
    expect(error.message).to.match(/damaged.*redis-check-aof --fix.*last lines of its log:.*Bad file format/s);
  });

  it('says how its program ended when that is no server', async () => {
    await using project = await Project.create();
    const broken = join(project.folder, 'broken-server');
    await writeFile(
      broken,
      '#!/bin/sh\n[ "$1" = --version ] && echo "Redis server v=7.9.9" && exit\necho alas; exit 3\n',
      {
        mode: 0o755,
      },
    );
    const error = await rejection(project.share({ env: { ACKTOR_REDIS_SERVER: broken } }), ServerStartError);
    expect(error.message).to.contain('it ended with 3').and.contain('alas');
  });

  it('may be closed twice, and after its server has gone', async () => {
    await using project = await Project.create();
    const server = await project.share();
    process.kill(await project.serverPid(), 'SIGKILL');
    await Promise.all([server.close(), server.close()]);
    await server.close();
  });

  it('belongs to the nearest folder with a package.json', async () => {
    await using project = await Project.create();
    await writeFile(join(project.folder, 'package.json'), '{}');
    const deep = join(project.folder, 'src', 'deep');
    await mkdir(deep, { recursive: true });
    const before = process.cwd();
    process.chdir(deep);
    const server = await EmbeddedServer.start().finally(() => process.chdir(before));
    expect(server.folder).to.equal(join(project.folder, '.acktor', 'redis'));
    await server.close();
  });
});

async function expectGone(path: string): Promise<void> {
  expect(await stat(path).catch((error: NodeJS.ErrnoException) => error.code)).to.equal('ENOENT');
}

/** Waits until a server was noted, by asking on each turn of the event loop. */
async function noted(project: Project): Promise<number> {
  for (;;) {
    const pid = await project.serverPid().catch(() => undefined);
    if (pid !== undefined) return pid;
    await new Promise(setImmediate);
  }
}
