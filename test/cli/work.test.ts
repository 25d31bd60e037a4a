import { supervisorMachine, workerProcessMachine } from '@acktor/cli';
import { chartOf, mermaid } from '@acktor/worker';
import { expect } from 'chai';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { redisUrl } from '../real-redis/real-redis.js';
import { taskFile } from '../supervisor/task-trial.js';
import { acktor } from './command.js';

describe('the command acktor work', function () {
  this.timeout(60_000);

  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'acktor-work-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const written = async (name: string, text: string) => {
    await writeFile(join(folder, name), text);
    return join(folder, name);
  };
  const work = (...args: string[]) => acktor('work', '--processes', '1', '--redis', redisUrl(), ...args);

  it('teaches its settings, where they come from, its signals and exit codes, with examples', async () => {
    const { code, stdout } = await acktor('work', '--help');
    expect(code).to.equal(0);
    for (const words of ['--consumers', 'ACKTOR_CONSUMERS', 'acktor.config.js', 'SIGHUP', 'Exit codes', 'Examples:']) {
      expect(stdout).to.include(words);
    }
  });

  it('exits with 1 and names the file and the cause when a handler file does not load', async () => {
    const file = await written('broken.mjs', "import 'no-such-package';");
    const { code, stderr } = await work(file);
    expect(code).to.equal(1);
    expect(stderr).to.include(file).and.to.include("Cannot find package 'no-such-package'");
  });

  it('exits with 1 and says where it broke when a handler file throws', async () => {
    const file = await written('throws.mjs', "\nthrow new TypeError('no key');");
    const { code, stderr } = await work(file);
    expect(code).to.equal(1);
    expect(stderr).to.include('TypeError: no key').and.to.include('throws.mjs:2:7');
  });

  it('exits with 1 and names the compiled file for TypeScript that Node cannot load', async () => {
    const file = await written('mail.ts', 'enum Kind { Fast }\nexport const kind: Kind = Kind.Fast;');
    const { code, stderr } = await work(file);
    expect(code).to.equal(1);
    expect(stderr).to.include('is TypeScript').and.to.include('Run your build').and.to.include(join(folder, 'mail.js'));
  });

  it('exits with 1 when no file exports a handler', async () => {
    const file = await written('empty.mjs', 'export const handler = class {};');
    const { code, stderr } = await work(file);
    expect(code).to.equal(1);
    expect(stderr)
      .to.include('expected at least one exported handler, a class decorated with @handles(job) or what handle(')
      .and.to.include(file);
  });

  it('exits with 2 and says which queue was meant by one that no handler is for', async () => {
    for (const args of [
      ['--queues', 'taks'],
      ['--consumers', 'taks=4'],
    ]) {
      const { code, stderr } = await work(taskFile, ...args);
      expect(code).to.equal(2);
      expect(stderr).to.include('expected queues that a handler is for (tasks), got taks (did you mean tasks?)');
    }
  });

  it('exits with 1 and names a file that exports no middleware', async () => {
    for (const [text, got] of [
      ['export default 5;', 'got 5'],
      ['export const used = [];', 'got undefined'],
      ['export default [];', 'got an empty array'],
      ["export default [(delivery, next) => next(), 'log'];", 'got "log"'],
    ] as const) {
      const file = await written('middleware.mjs', text);
      const config = await written('acktor.json', '{ "middleware": ["middleware.mjs"] }');
      const { code, stderr } = await work(taskFile, '--config', config);
      expect(code).to.equal(1);
      expect(stderr).to.include(`expected ${file} to export middleware as default`).and.to.include(got);
    }
  });

  const mistakes: readonly (readonly [args: readonly string[], words: string])[] = [
    [[], 'expected handler files, got none'],
    [['no-such-file.js'], 'expected handler files, got none for no-such-file.js'],
    [[taskFile, '--processes', 'all'], 'expected --processes to be a whole number'],
    [[taskFile, '--processes', '0'], 'expected processes to be at least 1'],
    [[taskFile, '--durability', 'yes'], "expected durability to be 'require' or 'warn' or 'off'"],
    [[taskFile, '--config', 'no-such.json'], 'there is no such file'],
    [[taskFile, '--proceses', '2'], '--processes'],
  ];
  for (const [args, words] of mistakes) {
    it(`exits with 2 and says so: ${words}`, async () => {
      const { code, stdout, stderr } = await acktor('work', ...args);
      expect({ code, stdout }).to.deep.equal({ code: 2, stdout: '' });
      expect(stderr).to.include(words);
    });
  }

  it('exits with 4 when no server answers', async () => {
    const config = await written('soon.json', '{ "connectTimeoutMs": 100 }');
    const { code, stderr } = await acktor(
      'work',
      taskFile,
      '--redis',
      `unix://${folder}/none.sock`,
      '--config',
      config,
    );
    expect(code).to.equal(4);
    expect(stderr).to.include('expected a queue server that answers');
  });

  it("prints the supervisor's chart and that of its worker processes", async () => {
    expect((await acktor('chart', 'supervisor')).stdout).to.equal(mermaid(chartOf(supervisorMachine)));
    expect((await acktor('chart', 'worker-process')).stdout).to.equal(mermaid(chartOf(workerProcessMachine)));
  });
});
