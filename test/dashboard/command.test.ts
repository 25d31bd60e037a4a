import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { commandFile } from '../cli/command.js';
import { freshNamespace, redisUrl } from '../real-redis/real-redis.js';
import { hasDesktop, openBrowser, type SessionView } from './dashboard-inside.js';

describe('acktor dashboard', function () {
  this.timeout(30_000);

  it('serves the fleet of the given server, and ends in order', async () => {
    const namespace = freshNamespace();
    const env = { ...process.env, REDIS_URL: redisUrl(), ACKTOR_NAMESPACE: namespace };
    const args = [commandFile, 'dashboard', '--port', '0', '--no-open'];
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = once(child, 'exit');
    const [text] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string];
    const [link = ''] = /http:\S+/.exec(text) ?? [];
    const { origin, search } = new URL(link);
    expect(search).to.match(/^\?token=[0-9a-f]{48}$/);
    expect((await fetch(`${origin}/api/session`)).status).to.equal(401);
    const { headers } = await fetch(link, { redirect: 'manual' });
    const [cookie = ''] = (headers.get('set-cookie') ?? '').split(';');
    const session = (await (await fetch(`${origin}/api/session`, { headers: { cookie } })).json()) as SessionView;
    expect(session).to.include({ role: 'operator', namespace });
    child.kill('SIGTERM');
    expect(await ended).to.deep.equal([0, null]);
  });

  it('asks for a token with an address that others reach', async () => {
    const args = [commandFile, 'dashboard', '--host', '0.0.0.0'];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    const [text] = (await once(child.stderr.setEncoding('utf8'), 'data')) as [string];
    expect(text).to.include('expected tokens').and.include('host 0.0.0.0');
    expect((await once(child, 'exit'))[0]).to.equal(1);
  });
});

describe('the browser of a person', () => {
  const link = 'http://127.0.0.1:3900/?token=0123456789abcdef';

  it('is led to the link by a file that other users cannot read, and not by an argument, which they can', async () => {
    const opened: string[] = [];
    const open = async (target: string) => {
      opened.push(target);
      const { mode } = await stat(target);
      expect((mode & 0o777).toString(8)).to.equal('600');
      expect(await readFile(target, 'utf8')).to.include(`0; url=${link}`);
    };
    const leading = await openBrowser(link, open);
    expect(opened).to.have.length(1);
    expect(opened[0]).to.not.include('token');
    await leading[Symbol.asyncDispose]();
    expect(existsSync(opened[0] ?? '')).to.equal(false);
  });

  it('opens the plain address where that holds no secret, and may fail to start', async () => {
    const opened: string[] = [];
    const open = (target: string) => Promise.reject(new Error(String(opened.push(target))));
    await using _ = await openBrowser('http://127.0.0.1:3900/', open);
    expect(opened).to.deep.equal(['http://127.0.0.1:3900']);
  });
});

describe('the desktop of a person', () => {
  const terminal = { isTTY: true };

  it('is there with a terminal and a display', () => {
    expect(hasDesktop({ env: { DISPLAY: ':0' }, platform: 'linux', stdout: terminal })).to.equal(true);
    expect(hasDesktop({ env: { WAYLAND_DISPLAY: 'wayland-0' }, platform: 'linux', stdout: terminal })).to.equal(true);
    expect(hasDesktop({ env: {}, platform: 'darwin', stdout: terminal })).to.equal(true);
  });

  it('is not there without a display, in CI, over SSH, or behind a pipe', () => {
    const linux = { env: { DISPLAY: ':0' }, platform: 'linux', stdout: terminal } as const;
    expect(hasDesktop({ ...linux, env: {} })).to.equal(false);
    expect(hasDesktop({ ...linux, env: { ...linux.env, CI: 'true' } })).to.equal(false);
    expect(hasDesktop({ ...linux, env: { ...linux.env, SSH_CONNECTION: '10.0.0.1 1 10.0.0.2 22' } })).to.equal(false);
    expect(hasDesktop({ ...linux, stdout: {} })).to.equal(false);
  });
});
