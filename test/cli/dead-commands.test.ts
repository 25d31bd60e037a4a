import { expect } from 'chai';
import { acked, die, fragile, mended, type GraveJob } from '../dead-letters/graves.js';
import { cellsOf, CommandTrial } from './command-trial.js';

describe('the commands acktor dead', function () {
  this.timeout(60_000);

  const opened = async (jobs: readonly GraveJob[]) => {
    const trial = await CommandTrial.open();
    await die(trial.jobs, jobs);
    return trial;
  };
  const three: readonly GraveJob[] = [
    { id: 'a', why: 'timeout of gateway' },
    { id: 'b', why: 'timeout of gateway' },
    { id: 'c', why: 'no money' },
  ];

  it('count the letters of all queues by reason, also without a further word', async () => {
    await using trial = await opened(three);
    for (const words of [['dead'], ['dead', 'list']]) {
      const { code, stdout } = await trial.run(...words);
      expect(code).to.equal(0);
      expect(stdout).to.match(/^graves: 3 dead letters\n/);
      expect(cellsOf(stdout).slice(2)).to.deep.equal([
        ['2', 'timeout of gateway'],
        ['1', 'no money'],
      ]);
    }
    expect(await trial.json('dead', 'list')).to.deep.equal({
      queues: [
        {
          queue: 'graves',
          count: 3,
          reasons: [
            { reason: 'timeout of gateway', count: 2 },
            { reason: 'no money', count: 1 },
          ],
        },
      ],
    });
  });

  it('redrive one letter with another payload, given or edited', async () => {
    await using trial = await opened(three);
    const payload = async (id: string) =>
      JSON.parse(String((await trial.json('job', id, '--payload'))['payload'])) as unknown;
    const given = await trial.run('dead', 'redrive', 'graves', 'a', '--payload', '{"why":"mended"}', '--yes');
    expect(given).to.include({ code: 0, stdout: 'a is redriven\n' });
    expect(await payload('a')).to.deep.equal({ why: 'mended' });
    process.env['EDITOR'] = 'sed -i s/timeout/edited/';
    const edit = await trial.json('dead', 'redrive', 'graves', 'b', '--edit', '--yes');
    expect(edit).to.deep.equal({ queue: 'graves', matched: 1, redriven: 1, missed: 0 });
    expect(await payload('b')).to.deep.equal({ why: 'edited of gateway' });
    process.env['EDITOR'] = 'true';
    const same = await trial.run('dead', 'redrive', 'graves', 'c', '--edit', '--yes');
    expect(same.code).to.equal(2);
    expect(same.stderr).to.include('the payload is as it was');
    delete process.env['EDITOR'];
  });

  it('refuse another payload that cannot be, and one for several letters, and change nothing', async () => {
    await using trial = await opened([{ id: 'c', why: 'no money' }]);
    for (const [args, code] of [
      [['c', '--payload', '{why}', '--yes'], 2],
      [['c', 'd', '--payload', '{}', '--yes'], 2],
      [['c', '--payload', '{}'], 2],
      [['gone', '--payload', '{}', '--yes'], 3],
      [['c', '--payload', '{}', '--dry-run'], 0],
    ] as const)
      expect((await trial.run('dead', 'redrive', 'graves', ...args)).code, args.join(' ')).to.equal(code);
    expect(await trial.json('job', 'c')).to.include({ place: 'deadLettered' });
  });

  it('suggest the command that was meant, unless there is such a queue or it was named', async () => {
    await using trial = await opened(three);
    for (const [word, meant] of [
      ['lsit', 'list'],
      ['shwo', 'show'],
    ] as const) {
      const { code, stderr, stdout } = await trial.run('dead', word);
      expect({ code, stdout }).to.deep.equal({ code: 2, stdout: '' });
      expect(stderr).to.include(`got ${word}, which is neither (did you mean ${meant}?)`);
    }
    const named = await trial.run('dead', 'list', 'lsit');
    expect(named.code).to.equal(3);
    expect(named.stderr).to.include('got lsit (there are graves)');
    expect((await trial.run('dead', 'graves')).code).to.equal(0);
    expect((await trial.run('dead', 'grave')).stderr).to.include('got grave (did you mean graves?)');
  });

  it('list the letters of a queue by a filter, without payloads', async () => {
    await using trial = await opened(three);
    const { stdout } = await trial.run('dead', 'list', 'graves', '--reason', 'money');
    expect(cellsOf(stdout).map(([id]) => id)).to.deep.equal(['id', 'c']);
    const json = await trial.json('dead', 'list', 'graves', '--since', '1h', '--limit', '2');
    expect((json['deadLetters'] as readonly object[]).length).to.equal(2);
    expect(JSON.stringify(json)).not.to.include('payload');
    expect((await trial.run('dead', 'list', 'graves', '--until', '1h')).stdout).to.equal(
      'no such dead letters in graves\n',
    );
  });

  it('show one letter', async () => {
    await using trial = await opened(three);
    const { stdout } = await trial.run('dead', 'show', 'graves', 'c');
    expect(stdout).to.include('no money').and.to.include('deadLettered').and.not.to.include('{"why"');
    expect(await trial.json('dead', 'show', 'graves', 'c', '--payload')).to.include({ payload: '{"why":"no money"}' });
    expect(await trial.run('dead', 'show', 'graves', 'unknown')).to.include({ code: 3 });
  });

  it('redrive the letters that a filter means', async () => {
    await using trial = await opened(three);
    const { code, stdout, stderr } = await trial.run('dead', 'redrive', 'graves', '--reason', 'timeout', '--yes');
    expect({ code, stdout }).to.deep.equal({ code: 0, stdout: '2 dead letters redriven\n' });
    expect(stderr).to.equal('2 dead letters of graves\n  2  timeout of gateway\n');
    await trial.jobs.work(mended);
    await acked(trial.jobs, fragile, ['a', 'b']);
    expect(await trial.jobs.producer.deadLetters('graves').count()).to.equal(1);
  });

  it('redrive letters by their ids, and none when one of them is none', async () => {
    await using trial = await opened(three);
    const missing = await trial.run('dead', 'redrive', 'graves', 'a', 'unknown', '--yes');
    expect(missing).to.include({ code: 3 });
    expect(missing.stderr).to.include('got unknown: nothing was done');
    const done = await trial.json('dead', 'redrive', 'graves', 'a', 'c', '--yes');
    expect(done).to.deep.equal({
      queue: 'graves',
      matched: 2,
      redriven: 2,
      missed: 0,
    });
    expect(await trial.jobs.producer.deadLetters('graves').count()).to.equal(1);
  });

  it('purge all letters of a queue', async () => {
    await using trial = await opened(three);
    expect(await trial.json('dead', 'purge', 'graves', '--all', '--yes')).to.include({ matched: 3, purged: 3 });
    expect(await trial.jobs.producer.deadLetters('graves').count()).to.equal(0);
    expect(await trial.run('dead', 'purge', 'graves', '--all')).to.include({
      code: 0,
      stdout: '0 dead letters purged\n',
    });
  });

  it('only say how many are meant on a dry run', async () => {
    await using trial = await opened(three);
    const { code, stdout } = await trial.run('dead', 'purge', 'graves', '--all', '--dry-run');
    expect({ code, stdout }).to.deep.equal({ code: 0, stdout: '3 dead letters of graves match\n' });
    expect(await trial.jobs.producer.deadLetters('graves').count()).to.equal(3);
  });

  it('do nothing when nobody can confirm it', async () => {
    await using trial = await opened(three);
    for (const name of ['redrive', 'purge']) {
      const { code, stderr } = await trial.run('dead', name, 'graves', '--all');
      expect(code).to.equal(2);
      expect(stderr).to.include('3 dead letters of graves').and.to.include('nothing was changed');
    }
    expect(await trial.jobs.producer.deadLetters('graves').count()).to.equal(3);
  });

  for (const [args, words] of [
    [[], 'expected to be told which dead letters'],
    [['a', '--all'], 'expected one way of choosing dead letters'],
    [['--since', 'yesterday'], 'expected --since to be a span such as 30m'],
  ] as const) {
    it(`refuse to guess: acktor dead purge graves ${args.join(' ')}`, async () => {
      await using trial = await CommandTrial.open();
      const { code, stderr } = await trial.run('dead', 'purge', 'graves', ...args, '--yes');
      expect(code).to.equal(2);
      expect(stderr).to.include(words);
    });
  }
});
