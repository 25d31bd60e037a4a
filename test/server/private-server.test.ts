import { ServerStartError } from '@acktor/core';
import { PrivateServer } from '@acktor/core/server';
import { expect } from 'chai';
import { appendFile, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ask, isRunning } from './project.js';
import { rejection } from './rejection.js';

describe('PrivateServer', function () {
  this.timeout(60_000);

  it('listens on a socket in its own folder, and both are gone after closing', async () => {
    const server = await PrivateServer.start();
    const pid = server.pid ?? 0;
    expect(server.url).to.equal(`unix://${server.folder}/redis.sock`);
    expect(await ask(server, 'PING')).to.equal('PONG');
    await server.close();
    await server.close();
    expect(isRunning(pid)).to.equal(false);
    expect(await stat(server.folder).catch((error: NodeJS.ErrnoException) => error.code)).to.equal('ENOENT');
  });

  it('listens on a free port, for those who know the password', async () => {
    await using server = await PrivateServer.start({ port: 0, password: 'with "quotes" \\ and ü' });
    expect(server.url).to.match(/^redis:\/\/.*@127\.0\.0\.1:\d+$/);
    expect(await ask(server, 'PING')).to.equal('PONG');
  });

  it('keeps its data when it is killed and restarted', async () => {
    await using server = await PrivateServer.start({ settings: { appendfsync: 'always' } });
    await ask(server, 'SET', 'kept', 'yes');
    const pid = server.pid;
    await server.kill();
    expect(server.pid).to.equal(undefined);
    await server.restart();
    expect(server.pid).not.to.equal(pid);
    expect(await ask(server, 'GET', 'kept')).to.equal('yes');
  });

  it('keeps nothing of a transaction that a crash has torn, however often it is killed after that', async () => {
    await using server = await PrivateServer.start({ settings: { appendfsync: 'always' } });
    await server.kill();
    const files = join(server.folder, 'appendonlydir');
    const [file = ''] = (await readdir(files)).filter((name) => name.endsWith('.incr.aof'));
    await appendFile(
      join(files, file),
      '*1\r\n$5\r\nMULTI\r\n*3\r\n$3\r\nSET\r\n$5\r\nghost\r\n$1\r\n1\r\n*1\r\n$4\r\nEX',
    );
    await server.restart();
    // A transaction: what the ghost would run with, were it still there.
    await ask(server, 'EVAL', "redis.call('SET', 'one', 'yes') redis.call('SET', 'two', 'yes')", '0');
    await server.kill();
    await server.restart();
    expect(await ask(server, 'MGET', 'ghost', 'one', 'two')).to.deep.equal([null, 'yes', 'yes']);
  });

  it('loses its data when it is told to have no append-only file', async () => {
    await using server = await PrivateServer.start({ settings: { appendonly: 'no' } });
    await ask(server, 'SET', 'lost', 'yes');
    await server.restart();
    expect(await ask(server, 'GET', 'lost')).to.equal(null);
  });

  it('takes further settings with a restart', async () => {
    await using server = await PrivateServer.start({ settings: { maxclients: 77 } });
    await server.restart({ appendfsync: 'always' });
    expect(await ask(server, 'CONFIG', 'GET', 'appendfsync')).to.include('always');
    expect(await ask(server, 'CONFIG', 'GET', 'maxclients')).to.include('77');
  });

  it('answers what was asked while it was paused when it goes on', async () => {
    await using server = await PrivateServer.start();
    server.pause();
    const asked = ask(server, 'PING');
    server.resume();
    expect(await asked).to.equal('PONG');
  });

  it('can be closed while it is paused', async () => {
    const server = await PrivateServer.start();
    server.pause();
    await server.close();
    expect(server.pid).to.equal(undefined);
  });

  it('leaves a folder that was given to it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'acktor-given-'));
    await (await PrivateServer.start({ folder })).close();
    expect(await readdir(folder)).to.include('appendonlydir');
    await rm(folder, { recursive: true });
  });

  it('names the setting that its server does not know', async () => {
    const error = await rejection(PrivateServer.start({ settings: { appendonli: 'yes' } }), ServerStartError);
    expect(error.message).to.contain('does not know one of its settings').and.contain("'appendonli yes'");
    expect(await stat(error.folder).catch((missing: NodeJS.ErrnoException) => missing.code)).to.equal('ENOENT');
  });

  it('says that its port is taken', async () => {
    await using first = await PrivateServer.start({ port: 0 });
    const { port } = new URL(first.url);
    const error = await rejection(PrivateServer.start({ port: Number(port) }), ServerStartError);
    expect(error.message).to.contain('its port is taken');
  });

  it('says so when the program does not exist', async () => {
    const binary = {
      kind: 'redis',
      path: '/nowhere/redis-server',
      argv0: 'redis-server',
      env: {},
      version: '7.0.0',
    } as const;
    const error = await rejection(PrivateServer.start({ binary }), ServerStartError);
    expect(error.message).to.contain('ENOENT');
  });
});
