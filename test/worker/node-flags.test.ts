// Programs that Node was started in unusual ways for: threads and children of ours have to start all the same.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { freePort } from '@acktor/core/server';
import { expect } from 'chai';
import { freshNamespace, redisUrl } from '../real-redis/real-redis.js';
import type * as FlagsModule from '../../packages/worker/dist/node-flags.js';

const inside = new URL('../../../packages/worker/dist/node-flags.js', import.meta.url).href;
const { childEnvironment, childFlags, threadFlags } = (await import(inside)) as typeof FlagsModule;
const root = fileURLToPath(new URL('../../../', import.meta.url));

const tasks = fileURLToPath(new URL('../supervisor/tasks.js', import.meta.url));

function startWorker(): string {
  return `
    import { Worker } from '@acktor/worker';
    import { DoTask } from ${JSON.stringify(tasks)};
    const worker = await Worker.start({ handlers: [DoTask], namespace: '${freshNamespace()}' });
    console.log('it runs');
    await worker.close();`;
}

function startSupervisor(): string {
  return `
    import { Supervisor } from '@acktor/cli';
    const files = [${JSON.stringify(tasks)}];
    const supervisor = await Supervisor.start({ files, processes: 2, namespace: '${freshNamespace()}' });
    console.log('it runs');
    await supervisor.close();`;
}

describe('a worker in a program that Node was started for in an unusual way', function () {
  this.timeout(120_000);

  async function run(flags: readonly string[], program: string): Promise<string> {
    const env = { ...process.env, REDIS_URL: redisUrl() };
    const child = spawn(process.execPath, [...flags, '-e', program], { cwd: `${root}test`, env });
    const [out, complaints] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
    return `${out}\n${complaints}`;
  }

  it('starts its heartbeat in a program that is given with -e', async () => {
    expect(await run(['--input-type=module'], startWorker())).to.contain('it runs');
  });

  it('starts its heartbeat and its supervised processes beside a debugger’s port', async () => {
    const port = await freePort();
    const output = await run(['--input-type=module', `--inspect=${port}`], startSupervisor());
    expect(output).to.contain('it runs');
    expect(output).not.to.contain('address already in use');
  });
});

describe('the flags of Node', () => {
  it('are left to a thread as they are where it can have them', () => {
    expect(threadFlags(['--max-old-space-size=300', '-e', 'code', '--cpu-prof'])).to.equal(undefined);
  });

  it('reach a thread that cannot have one of them as far as they load modules', () => {
    const flags = [
      '--input-type=module',
      '--expose-gc',
      '--import',
      './a.js',
      '-r',
      'b',
      '--conditions=c',
      '-e',
      '--x',
    ];
    expect(threadFlags(flags)).to.deep.equal(['--import', './a.js', '-r', 'b', '--conditions=c']);
    expect(threadFlags(['--inspect-brk=0'])).to.deep.equal([]);
  });

  it('reach a child process without what names a program, a tool or a port', () => {
    const dropped = [
      '--input-type=module',
      '-e',
      '-1',
      '--eval=1',
      '--inspect=1',
      '--inspect-brk',
      '--inspect-port',
      '2',
    ];
    const tools = ['--test', '--test-name-pattern', 'a', '--watch', '--watch-path=b', '--cpu-prof-name', 'c', '-i'];
    const kept = ['--import', './a.js', '--max-old-space-size=300', '--cpu-prof', '-C', 'd', '--enable-source-maps'];
    expect(childFlags([...dropped, ...kept, ...tools])).to.deep.equal(kept);
  });

  it('reach a child process by its environment without a debugger’s port', () => {
    const env = { A: 'b', NODE_OPTIONS: '--inspect=1 --import ./a.js --inspect-brk' };
    expect(childEnvironment(env)).to.deep.equal({ A: 'b', NODE_OPTIONS: '--import ./a.js' });
    const spaced = '--inspect-port 9230 --conditions x --inspect --debug-port 1 --require ./b.js --inspect-port';
    expect(childEnvironment({ NODE_OPTIONS: spaced })['NODE_OPTIONS']?.split(/ +/)).to.deep.equal([
      '--conditions',
      'x',
      '--require',
      './b.js',
    ]);
    expect(childEnvironment({ A: 'b' })).to.deep.equal({ A: 'b' });
  });
});
