import { expect } from 'chai';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freshNamespace, redisUrl } from '../real-redis/real-redis.js';
import { note } from '../jobs/notes.js';
import { commandPaths } from '../cli-inside/inside.js';
import { taskFile } from '../supervisor/task-trial.js';
import { acktor, acktorIn, acktorInside } from './command.js';
import { CommandTrial } from './command-trial.js';

const operating: readonly (readonly string[])[] = [
  ['queues'],
  ['workers'],
  ['jobs', 'notes'],
  ['job', 'a'],
  ['dead'],
  ['dead', 'list', 'notes'],
  ['dead', 'show', 'notes', 'a'],
  ['dead', 'redrive', 'notes', '--all'],
  ['dead', 'purge', 'notes', '--all'],
  ['pause', 'notes'],
  ['resume', 'notes'],
  ['cancel', 'notes', 'a'],
  ['doctor'],
];

describe('every command of acktor', function () {
  this.timeout(120_000);

  it('explains itself, and stands in docs/cli.md; one that asks the server has --json and says what it prints', async () => {
    const page = await readFile(new URL('../../../docs/cli.md', import.meta.url), 'utf8');
    for (const path of commandPaths()) {
      const name = ['acktor', ...path].join(' ');
      const { code, stdout } = await acktorInside(...path, '--help');
      expect(code, name).to.equal(0);
      expect(stdout).to.match(new RegExp(`^Usage: ${name} `));
      expect(page).to.include(`<!-- generated: ${name} -->`);
      if (!operating.some(([asking]) => asking === path[0]) || name === 'acktor dead') continue;
      for (const words of ['--json', '--redis', 'REDIS_URL', 'JSON', 'Exit codes:', 'Example'])
        expect(stdout, name).to.include(words);
    }
  });

  for (const args of operating) {
    it(`exits with 4 and says so when no server answers: acktor ${args.join(' ')}`, async () => {
      const nowhere = ['--redis', 'redis://127.0.0.1:1', '--connect-timeout-ms', '100'];
      const { code, stdout, stderr } = await acktorInside(...args, ...nowhere, '--json');
      expect(code).to.equal(4);
      expect(stderr).to.match(/^acktor: expected a queue server that answers at redis:\/\/127\.0\.0\.1:1/);
      expect(JSON.parse(stdout)).to.have.nested.property('error.code', 'ACKTOR_BROKER_UNREACHABLE');
    });
  }

  it('that names a queue exits with 3 for one that nobody used, and says which was meant', async () => {
    await using trial = await CommandTrial.open();
    await trial.jobs.producer.send(note, { text: 'x' });
    for (const args of operating.filter((words) => words.includes('notes'))) {
      const mistyped = args.map((word) => (word === 'notes' ? 'note' : word));
      const { code, stderr, stdout } = await trial.run(...mistyped);
      expect({ code, stdout }, mistyped.join(' ')).to.deep.equal({ code: 3, stdout: '' });
      expect(stderr).to.include('got note (did you mean notes?)');
    }
  });

  it('exits with 2 for an option that it does not know, and says which was meant', async () => {
    for (const args of [['queues'], ['dead', 'list'], ['doctor']]) {
      const { code, stderr } = await acktorInside(...args, '--jsn');
      expect(code, args.join(' ')).to.equal(2);
      expect(stderr).to.include("unknown option '--jsn'").and.to.include('Did you mean --json?');
    }
  });

  it('answers wrong usage in JSON, too, to who asked for JSON', async () => {
    const wrong: readonly (readonly [args: readonly string[], words: string])[] = [
      [['queues', '--jsn'], "unknown option '--jsn'"],
      [['jobs'], "missing required argument 'queue'"],
      [['jobs', 'notes', 'failed'], 'Did you mean dead?'],
      [['nothing'], "unknown command 'nothing'"],
    ];
    for (const [args, words] of wrong) {
      const { code, stdout, stderr } = await acktorInside(...args, '--json');
      expect(code, args.join(' ')).to.equal(2);
      const { error } = JSON.parse(stdout) as { readonly error: { readonly code: string; readonly message: string } };
      expect(error.code, args.join(' ')).to.equal('ACKTOR_BAD_USAGE');
      expect(error.message).to.include(words);
      expect(stderr).to.include(words);
    }
    expect(await acktor('queues', '--help', '--json')).to.include({ code: 0, stderr: '' });
  });

  it('exits with 2 for an address, a namespace and a queue that cannot be', async () => {
    expect(await acktorInside('queues', '--redis', 'http://db')).to.include({ code: 2, stdout: '' });
    expect(await acktorInside('queues', '--redis', redisUrl(), '--namespace', 'a\nb')).to.include({
      code: 2,
      stdout: '',
    });
    const queue = await acktorInside('jobs', 'a:b', '--redis', redisUrl(), '--namespace', freshNamespace());
    expect(queue).to.include({ code: 2, stdout: '' });
  });
});

describe('the variable ACKTOR_LOG_LEVEL', function () {
  this.timeout(60_000);

  for (const [level, words] of [
    ['', 'got an empty text (fill it in, or do not set it)'],
    ['loud', 'got "loud"'],
  ] as const) {
    it(`is refused by acktor work when it is '${level}', before anything is started`, async () => {
      const place = { folder: process.cwd(), environment: { ACKTOR_LOG_LEVEL: level } };
      const { code, stderr } = await acktorIn(place, 'work', taskFile, '--redis', redisUrl());
      expect(stderr).to.equal(
        'acktor: expected ACKTOR_LOG_LEVEL to be one of trace, debug, info, warn, error, fatal, silent, ' +
          `${words}\n`,
      );
      expect(code).to.equal(2);
    });
  }
});

describe('where acktor finds the queues', function () {
  this.timeout(60_000);

  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'acktor-cli-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is said by a flag before the environment, and by the environment before the configuration file', async () => {
    await using trial = await CommandTrial.open();
    await trial.jobs.producer.send(note, { text: 'x' });
    const { url, namespace } = trial.jobs;
    const place = { folder, environment: {} };
    const asked = async (environment: Record<string, string>, ...flags: string[]) => {
      const { stdout } = await acktorIn({ ...place, environment }, 'queues', '--no-rates', '--json', ...flags);
      return (JSON.parse(stdout) as { queues?: readonly object[] }).queues?.length;
    };
    await writeFile(join(folder, 'acktor.config.json'), JSON.stringify({ redis: url, namespace, leaseMs: 5_000 }));
    expect(await asked({})).to.equal(1);
    expect(await asked({ ACKTOR_NAMESPACE: freshNamespace() })).to.equal(0);
    expect(await asked({ ACKTOR_NAMESPACE: freshNamespace() }, '--namespace', namespace)).to.equal(1);
    expect(await asked({ REDIS_URL: 'redis://127.0.0.1:1', ACKTOR_CONNECT_TIMEOUT_MS: '100' })).to.equal(undefined);
  });
});
