import { expect } from 'chai';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { note } from '../jobs/notes.js';
import { CommandTrial } from './command-trial.js';

const CONTRACTS = `
import { job } from '${import.meta.resolve('@acktor/core')}';
const data = { '~standard': { version: 1, vendor: 'test', validate: (value) =>
  typeof value?.text === 'string' ? { value } : { issues: [{ message: 'expected a text', path: ['text'] }] } } };
export const note = job('note', { queue: 'notes', data });
const { groups, ...rest } = note;
export const old = { ...rest, name: 'old' };
`;

describe('the command acktor send', function () {
  this.timeout(60_000);
  let folder: string;
  let contracts: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'acktor-send-'));
    contracts = join(folder, 'jobs.mjs');
    await writeFile(contracts, CONTRACTS);
  });
  after(() => rm(folder, { recursive: true }));

  it('sends a job by its name and that of its queue, with the options of a send', async () => {
    await using trial = await CommandTrial.open();
    await trial.jobs.producer.send(note, { text: 'the queue is used' });
    const plain = await trial.run('send', 'note', '{"text":"x"}', '--queue', 'notes', '--id', 'a');
    expect(plain).to.include({ code: 0, stdout: 'a is in notes\n' });
    const args = ['--id', 'b', '--delay', '5m', '--priority', '3', '--attempts', '7'];
    expect(await trial.json('send', 'note', '{"text":"y"}', '-q', 'notes', ...args)).to.deep.equal({
      queue: 'notes',
      job: 'note',
      id: 'b',
    });
    await using queue = trial.jobs.queue('notes');
    const job = await queue.getJob('b');
    expect(job?.opts).to.include({ delay: 300_000, priority: 3, attempts: 7 });
    expect(job?.data).to.deep.equal({ text: 'y' });
    const again = await trial.run('send', 'note', '{"text":"z"}', '-q', 'notes', '--id', 'a');
    expect(again).to.include({ code: 0, stdout: 'nothing was sent: notes has a job a already (waiting)\n' });
  });

  it('checks the payload by the contract, which knows the queue', async () => {
    await using trial = await CommandTrial.open();
    const args = ['--contracts', contracts, '--allow-unused'];
    expect(await trial.run('send', 'note', '{"text":"x"}', ...args, '--id', 'a')).to.include({ code: 0 });
    expect(await trial.json('job', 'a')).to.include({ queue: 'notes', name: 'note' });
    expect(await trial.run('send', 'note', '{"text":"x"}', ...args, '--key', 'ann')).to.include({ code: 0 });
    // One that an older installed copy has made says nothing of groups.
    expect(await trial.run('send', 'old', '{"text":"x"}', ...args)).to.include({ code: 0 });
    expect((await trial.json('keys', 'list', 'notes'))['keys']).to.have.length(1);
    const wrong = await trial.run('send', 'note', '{"text":5}', ...args);
    expect(wrong.code).to.equal(2);
    expect(wrong.stderr).to.include('data.text: expected a text');
    const other = await trial.run('send', 'nte', '{}', ...args);
    expect(other.code).to.equal(3);
    expect(other.stderr).to.include('expected a contract of job nte, got note, old of');
  });

  it('sends nothing with --dry-run, to a queue that was never used, or of what is no JSON', async () => {
    await using trial = await CommandTrial.open();
    const dry = await trial.run(
      'send',
      'note',
      '{"text":"x"}',
      '--contracts',
      contracts,
      '--allow-unused',
      '--dry-run',
    );
    expect(dry).to.include({ code: 0, stdout: 'note could be sent to notes\n' });
    for (const [args, code, words] of [
      [['send', 'note', '{}'], 2, '--queue'],
      [['send', 'note', '{text}', '-q', 'notes', '--allow-unused'], 2, 'expected a payload of JSON'],
      [['send', 'note', '{}', '-q', 'notes'], 3, 'got notes'],
      [['send', 'note', '{}', '-q', 'notes', '--allow-unused', '--delay', '5'], 2, 'a span such as'],
      [['send', 'note', '{}', '-q', 'notes', '--allow-unused', '--id', '12'], 2, 'whole number'],
      [['send', 'note', '{}', '--contracts', join(folder, 'none.mjs')], 2, 'does not load'],
    ] as const) {
      const { code: got, stderr } = await trial.run(...args);
      expect(got, args.join(' ')).to.equal(code);
      expect(stderr).to.include(words);
    }
    expect((await trial.json('queues', '--no-rates', '--discover'))['queues']).to.deep.equal([]);
  });
});
