import { expect } from 'chai';
import { handlerOf } from '../handler/handler-of.js';
import { note } from '../jobs/notes.js';
import { CommandTrial } from './command-trial.js';

describe('the commands acktor promote, drain, clean and move', function () {
  this.timeout(60_000);

  const opened = async (options: { readonly delayMs?: number } = {}) => {
    const trial = await CommandTrial.open();
    for (const id of ['a', 'b']) await trial.jobs.producer.send(note, { text: 'x' }, { id, ...options });
    return trial;
  };

  it('say how many jobs are meant, and do nothing unless it is confirmed', async () => {
    await using trial = await opened();
    const dry = await trial.run('drain', 'notes', '--dry-run');
    expect(dry).to.include({ code: 0, stdout: '2 jobs of notes are meant\n' });
    const unconfirmed = await trial.run('drain', 'notes');
    expect(unconfirmed.code).to.equal(2);
    expect(unconfirmed.stderr).to.include('--yes');
    expect(await trial.json('job', 'a')).to.include({ place: 'waiting' });
    expect(await trial.run('drain', 'ntes', '--yes')).to.include({ code: 3 });
    const none = await trial.run('promote', 'notes', '--yes');
    expect(none).to.include({ code: 0, stdout: '0 jobs of notes are meant\n' });
  });

  it('make delayed jobs due, move them, and remove them', async () => {
    await using trial = await opened({ delayMs: 3_600_000 });
    expect(await trial.run('promote', 'notes', '--yes')).to.include({ code: 0, stdout: '2 jobs made due\n' });
    expect(await trial.json('job', 'a')).to.include({ place: 'waiting' });
    const moved = await trial.json('move', 'notes', 'others', '--yes');
    expect(moved).to.deep.equal({ queue: 'notes', matched: 2, done: 2, left: 0 });
    expect(await trial.json('job', 'a')).to.include({ queue: 'others', place: 'waiting' });
    expect(await trial.run('drain', 'others', '--yes')).to.include({ code: 0, stdout: '2 jobs removed\n' });
    expect((await trial.run('job', 'a')).code).to.equal(3);
  });

  it('remove delayed jobs only when asked, and acked ones by their age', async () => {
    await using trial = await opened({ delayMs: 3_600_000 });
    expect(await trial.run('drain', 'notes', '--yes')).to.include({ stdout: '0 jobs of notes are meant\n' });
    expect(await trial.run('drain', 'notes', '--delayed', '--yes')).to.include({ stdout: '2 jobs removed\n' });
    await trial.jobs.work([handlerOf(note, () => ({ length: 1 }))]);
    await (await trial.jobs.producer.send(note, { text: 'x' }, { id: 'c' })).result();
    expect(await trial.run('clean', 'notes', '--older-than', '1h', '--yes')).to.include({
      stdout: '0 jobs of notes are meant\n',
    });
    expect(await trial.run('clean', 'notes', '--older-than', '0s', '--yes')).to.include({ stdout: '1 job removed\n' });
    expect((await trial.run('clean', 'notes')).code).to.equal(2);
    expect((await trial.run('clean', 'notes', '--older-than', 'long')).stderr).to.include('a span such as');
  });
});
