import { expect } from 'chai';
import { note } from '../jobs/notes.js';
import { cellsOf, CommandTrial } from './command-trial.js';

const hello = { text: 'hello' };
const newYear = { cron: '0 0 1 1 *', timeZone: 'Europe/Berlin' };

describe('the command acktor schedules', function () {
  this.timeout(60_000);

  it('lists what runs when, the next first, and says what is paused or has ended', async () => {
    await using trial = await CommandTrial.open();
    const { producer } = trial.jobs;
    expect((await trial.run('schedules')).stdout).to.equal('no schedules\n');
    await producer.schedule('yearly', note, newYear, hello);
    await producer.schedule('soon', note, { everyMs: 60_000, startsAt: new Date(Date.now() + 3_600_000) }, hello);
    await producer.schedule('paused', note, newYear, hello);
    await producer.schedules(note).pause('paused');
    const rows = cellsOf((await trial.run('schedules', 'list', 'notes')).stdout);
    expect(rows.map(([, name, , when]) => [name, when])).to.deep.equal([
      ['schedule', 'when'],
      ['soon', 'every 1 min'],
      ['yearly', '0 0 1 1 * (Europe/Berlin)'],
      ['paused', '0 0 1 1 * (Europe/Berlin)'],
    ]);
    expect(rows.at(-1)?.at(-1)).to.equal('paused');
    const { schedules } = await trial.json('schedules');
    expect(schedules).to.have.length(3);
  });

  it('shows the next runs of one', async () => {
    await using trial = await CommandTrial.open();
    await trial.jobs.producer.schedule('yearly', note, newYear, hello);
    const shown = await trial.json('schedules', 'show', 'notes', 'yearly');
    expect(shown).to.include({ name: 'yearly', jobName: 'note', isPaused: false });
    const upcoming = shown['upcoming'] as readonly string[];
    expect(upcoming.map((time) => time.slice(4))).to.deep.equal(
      Array.from({ length: 5 }, () => '-12-31T23:00:00.000Z'),
    );
    const { stdout } = await trial.run('schedules', 'show', 'notes', 'yearly');
    expect(stdout)
      .to.include('yearly of notes: note 0 0 1 1 * (Europe/Berlin), 1 made')
      .and.to.match(/(\n {2}\d{4}-.*){5}\n$/);
  });

  it('pauses, resumes, runs and removes', async () => {
    await using trial = await CommandTrial.open();
    await using queue = trial.jobs.queue('notes');
    await trial.jobs.producer.schedule('yearly', note, newYear, hello);
    const act = (...args: string[]) => trial.run('schedules', ...args);
    expect(await act('pause', 'notes', 'yearly')).to.include({ code: 0, stdout: 'yearly of notes is paused\n' });
    expect(await queue.getDelayedCount()).to.equal(0);
    expect(await act('resume', 'notes', 'yearly')).to.include({ code: 0, stdout: 'yearly of notes goes on\n' });
    expect(await queue.getDelayedCount()).to.equal(1);
    const run = await trial.json('schedules', 'run', 'notes', 'yearly', '--yes');
    const [sent] = await queue.getWaiting();
    expect(run).to.deep.equal({ queue: 'notes', schedule: 'yearly', done: 'run', job: sent?.id });
    expect(await act('remove', 'notes', 'yearly', '--yes')).to.include({
      code: 0,
      stdout: 'yearly of notes is removed\n',
    });
    expect(await queue.getJobSchedulersCount()).to.equal(0);
  });

  it('does nothing when nobody can confirm it, and shows what it would remove', async () => {
    await using trial = await CommandTrial.open();
    await using queue = trial.jobs.queue('notes');
    await trial.jobs.producer.schedule('yearly', note, newYear, hello);
    const { code, stderr } = await trial.run('schedules', 'remove', 'notes', 'yearly');
    expect(code).to.equal(2);
    expect(stderr).to.include('yearly of notes').and.to.include('--yes');
    expect(await queue.getJobSchedulersCount()).to.equal(1);
  });

  it('exits with 3 for a schedule that is none', async () => {
    await using trial = await CommandTrial.open();
    await trial.jobs.producer.schedule('yearly', note, newYear, hello);
    for (const command of ['show', 'pause', 'resume', 'run', 'remove']) {
      const { code, stderr } = await trial.run('schedules', command, 'notes', 'daily');
      expect([command, code]).to.deep.equal([command, 3]);
      expect(stderr).to.include('expected a schedule of notes, got daily');
    }
  });
});
