import { chartOf, consumerMachine, mermaid, workerMachine } from '@acktor/worker';
import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { acktor, commandFile } from './command.js';

describe('the command acktor', () => {
  it("prints the consumer's chart", async () => {
    expect(await acktor('chart')).to.deep.equal({ code: 0, stdout: mermaid(chartOf(consumerMachine)), stderr: '' });
  });

  it("prints the worker's chart in the format asked for", async () => {
    const { code, stdout } = await acktor('chart', 'worker', '--format', 'mermaid');
    expect({ code, stdout }).to.deep.equal({ code: 0, stdout: mermaid(chartOf(workerMachine)) });
  });

  it('prints JSON where that is asked for, by either name', async () => {
    const { stdout } = await acktor('chart', 'worker', '--json');
    expect(JSON.parse(stdout)).to.have.property('states');
    expect((await acktor('chart', 'worker', '--format', 'json')).stdout).to.equal(stdout);
  });

  it("prints its package's version", async () => {
    const file = await readFile(new URL('../package.json', `file://${commandFile}`), 'utf8');
    const { version } = JSON.parse(file) as { version: string };
    expect(await acktor('--version')).to.deep.equal({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('explains itself, with every command and examples', async () => {
    const { code, stdout } = await acktor('--help');
    expect(code).to.equal(0);
    expect(stdout).to.include('chart').and.to.include('Examples:');
  });

  it('explains a command, with what it may be given', async () => {
    const { code, stdout } = await acktor('help', 'chart');
    expect(code).to.equal(0);
    expect(stdout).to.include('consumer, worker,').and.to.include('"mermaid"');
  });

  it('explains a command of a group by all its words', async () => {
    const { code, stdout } = await acktor('help', 'dead', 'purge');
    expect(code).to.equal(0);
    expect(stdout).to.include('Usage: acktor dead purge');
  });

  it('alone prints its help', async () => {
    const { stdout } = await acktor('--help');
    expect(await acktor()).to.deep.equal({ code: 0, stdout, stderr: '' });
  });

  it('suggests the command that was meant, and exits with 2', async () => {
    const { code, stderr } = await acktor('chrt');
    expect(code).to.equal(2);
    expect(stderr).to.include("unknown command 'chrt'").and.to.include('Did you mean chart?');
  });

  const mistyped: readonly (readonly [args: readonly string[], meant: string])[] = [
    [['server', 'stauts'], 'Did you mean status?'],
    [['server', 'stpo', '--json'], 'Did you mean stop?'],
    [['dead', 'lsit', 'notes'], 'Did you mean list?'],
    [['dead', 'prge', 'notes', '--all'], 'Did you mean purge?'],
  ];
  for (const [args, meant] of mistyped) {
    it(`suggests the command of a group that was meant, and exits with 2: acktor ${args.join(' ')}`, async () => {
      const { code, stderr } = await acktor(...args);
      expect(code).to.equal(2);
      expect(stderr).to.include(`unknown command '${args[1]}'`).and.to.include(meant);
    });
  }

  it('takes no word that it does not know for an argument of a group that takes none', async () => {
    const { code, stderr } = await acktor('server', 'everything');
    expect(code).to.equal(2);
    expect(stderr).to.include("unknown command 'everything'").and.not.to.include('Did you mean');
  });

  for (const args of [
    ['chart', 'consmer'],
    ['chart', '--formt', 'mermaid'],
    ['chart', '--format', 'png'],
    ['chart', 'worker', 'more'],
  ]) {
    it(`exits with 2 and prints no chart for: acktor ${args.join(' ')}`, async () => {
      const { code, stdout, stderr } = await acktor(...args);
      expect({ code, stdout }).to.deep.equal({ code: 2, stdout: '' });
      expect(stderr).to.match(/^(error|acktor): /);
    });
  }

  it('ends in silence when whoever reads its output has gone', async () => {
    const child = spawn(process.execPath, [commandFile, 'chart'], { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.destroy();
    const ended = once(child, 'close');
    expect(await text(child.stderr)).to.equal('');
    expect(await ended).to.deep.equal([0, null]);
  });

  it('is there before the build is, so that npm links it when it installs, and says then what is missing', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'acktor-unbuilt-'));
    try {
      const copy = join(folder, 'bin/acktor.js');
      await mkdir(dirname(copy));
      await copyFile(commandFile, copy);
      await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
      const child = spawn(process.execPath, [copy, '--version'], { stdio: ['ignore', 'ignore', 'pipe'] });
      const ended = once(child, 'close');
      expect(await text(child.stderr))
        .to.include(join(folder, 'dist/main.js'))
        .and.to.include('npm run build');
      expect(await ended).to.deep.equal([1, null]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('is, as every command of a package, no file that the build makes', async () => {
    const packages = new URL('../../', `file://${commandFile}`);
    for (const name of await readdir(packages)) {
      const manifest = await readFile(new URL(`${name}/package.json`, packages), 'utf8');
      const { bin = {} } = JSON.parse(manifest) as { readonly bin?: Readonly<Record<string, string>> };
      for (const path of Object.values(bin)) expect(path, name).to.match(/^bin\//);
    }
  });

  it('is a program that a shell can run', async () => {
    expect(await readFile(commandFile, 'utf8')).to.match(/^#!\/usr\/bin\/env node\n/);
    expect((await stat(commandFile)).mode & 0o111).to.equal(0o111);
  });
});
