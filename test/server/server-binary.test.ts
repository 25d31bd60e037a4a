import { ServerBinaryMissingError } from '@acktor/core';
import { ensureServerBinary, findServerBinary } from '@acktor/core/server';
import { expect } from 'chai';
import { readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FakeMachine, serverScript } from './fake-machine.js';
import { rejection } from './rejection.js';

describe('findServerBinary', () => {
  it('takes what ACKTOR_REDIS_SERVER names before the PATH', async () => {
    await using machine = await FakeMachine.create();
    await machine.install('redis-server', serverScript('7.0.1'));
    const named = await machine.install('my-own', serverScript('8.0.2'));
    const found = await findServerBinary({ ...machine.env, ACKTOR_REDIS_SERVER: named });
    expect(found).to.include({ path: named, version: '8.0.2' });
  });

  it('refuses to go on when ACKTOR_REDIS_SERVER names no server', async () => {
    await using machine = await FakeMachine.create();
    const named = await machine.install('my-own', 'echo something else');
    const env = { ...machine.env, ACKTOR_REDIS_SERVER: named };
    const error = await rejection(findServerBinary(env), ServerBinaryMissingError);
    expect(error.message).to.contain(`ACKTOR_REDIS_SERVER names "${named}"`);
  });

  it('takes valkey-server before redis-server', async () => {
    await using machine = await FakeMachine.create();
    await machine.install('redis-server', serverScript('7.0.1'));
    await machine.install('valkey-server', serverScript('8.1.0'));
    expect(await findServerBinary(machine.env)).to.include({ version: '8.1.0' });
  });

  it('passes over one kind of server when the other is wanted', async () => {
    await using machine = await FakeMachine.create();
    await machine.install('redis-server', serverScript('7.0.1'));
    const valkey = await machine.install('valkey-server', 'echo Valkey server v=8.0.1');
    expect(await findServerBinary(machine.env, 'valkey')).to.include({ kind: 'valkey', path: valkey });
    expect(await findServerBinary(machine.env, 'redis')).to.include({ kind: 'redis', version: '7.0.1' });
  });

  it('passes over what does not run', async () => {
    await using machine = await FakeMachine.create();
    await machine.install('valkey-server', 'exit 127');
    await machine.install('redis-server', serverScript('7.0.1'));
    expect(await findServerBinary(machine.env)).to.include({ version: '7.0.1' });
  });

  it('finds the server under the name of Debian’s checker', async function () {
    this.timeout(60_000);
    await using machine = await FakeMachine.create();
    const real = await ensureServerBinary();
    await symlink(real.path, join(machine.folder, 'bin', 'redis-check-rdb'));
    const found = await findServerBinary({ ...machine.env, ...real.env });
    expect(found).to.include({ argv0: 'redis-server', version: real.version });
  });

  it('finds nothing on a bare machine', async () => {
    await using machine = await FakeMachine.create();
    expect(await findServerBinary(machine.env)).to.equal(undefined);
  });
});

describe('ensureServerBinary', () => {
  it('fetches the server and what it needs with apt-get, once', async () => {
    await using machine = await FakeMachine.create();
    await machine.installApt('7.0.15');
    const said: string[] = [];
    const options = { env: machine.env, onProgress: (message: string) => said.push(message) };
    const fetched = await ensureServerBinary(options);
    expect(fetched).to.include({ version: '7.0.15', argv0: 'redis-server' });
    expect(fetched.env['LD_LIBRARY_PATH']).to.match(/usr\/lib\/here$/);
    expect(await ensureServerBinary(options)).to.deep.equal(fetched);
    expect(await machine.calls()).to.deep.equal(['update', 'redis-tools', 'liblzf1']);
    expect(said[0]).to.contain('apt-get');
  });

  it('gives two processes at once the same server', async () => {
    await using machine = await FakeMachine.create();
    await machine.installApt('7.0.15');
    const { env } = machine;
    const [one, other] = await Promise.all([ensureServerBinary({ env }), ensureServerBinary({ env })]);
    expect(one).to.deep.equal(other);
    expect(await readdir(join(machine.folder, 'cache', 'redis'))).to.have.length(1);
  });

  it('fetches again when the cached server does not run any more', async () => {
    await using machine = await FakeMachine.create();
    await machine.installApt('7.0.15');
    const { path } = await ensureServerBinary({ env: machine.env });
    await writeFile(path, 'broken');
    expect(await ensureServerBinary({ env: machine.env })).to.include({ version: '7.0.15' });
  });

  it('says what apt-get said last when that fails, and leaves no half of a server', async () => {
    await using machine = await FakeMachine.create();
    await machine.installApt('7.0.15');
    await machine.install('dpkg', '[ "$1" = --version ] && exit; mkdir -p "$3/usr/bin"; echo disk is full >&2; exit 2');
    const error = await rejection(ensureServerBinary({ env: machine.env }), ServerBinaryMissingError);
    expect(error.message).to.match(/apt-get failed.*disk is full.*Do one of these/s);
    expect(await readdir(join(machine.folder, 'cache', 'redis'))).to.deep.equal([]);
  });

  it('has Homebrew install it where there is no apt-get', async () => {
    await using machine = await FakeMachine.create();
    const prefix = join(machine.folder, 'cellar');
    const server = join(prefix, 'bin', 'redis-server');
    await machine.install(
      'brew',
      `[ "$1" = --prefix ] && echo ${prefix} && exit; [ "$1" = install ] || exit 0
      mkdir -p ${prefix}/bin; printf '#!/bin/sh\\n${serverScript('8.2.0')}\\n' > ${server}; chmod +x ${server}`,
    );
    expect(await ensureServerBinary({ env: machine.env })).to.include({ version: '8.2.0', path: server });
  });

  it('names the ways out where nothing can fetch one', async () => {
    await using machine = await FakeMachine.create();
    const error = await rejection(ensureServerBinary({ env: machine.env }), ServerBinaryMissingError);
    expect(error.message).to.match(/install Redis.*ACKTOR_REDIS_SERVER.*REDIS_URL/s);
  });
});
