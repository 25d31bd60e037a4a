import { expect } from 'chai';
import { recording } from '../handler/handler-of.js';
import { untilAborted } from '../handler/until-aborted.js';
import { note } from '../jobs/notes.js';
import { CommandTrial } from './command-trial.js';

describe('the commands acktor pause and resume', function () {
  this.timeout(30_000);

  it('pause a queue and let it go on', async () => {
    await using trial = await CommandTrial.open();
    await using queue = trial.jobs.queue('notes');
    await trial.jobs.producer.send(note, { text: 'x' });
    expect(await trial.run('pause', 'notes')).to.include({ code: 0, stderr: '' });
    expect(await queue.isPaused()).to.equal(true);
    expect((await trial.run('queues', '--no-rates')).stdout).to.include('paused');
    expect(await trial.run('resume', 'notes')).to.deep.include({ code: 0, stdout: 'notes goes on\n' });
    expect(await queue.isPaused()).to.equal(false);
  });

  it('answer as JSON', async () => {
    await using trial = await CommandTrial.open();
    await trial.jobs.producer.send(note, { text: 'x' });
    expect(await trial.json('pause', 'notes')).to.deep.equal({ queue: 'notes', isPaused: true });
    expect(await trial.json('resume', 'notes')).to.deep.equal({ queue: 'notes', isPaused: false });
  });

  it('make no queue of a name that is mistyped', async () => {
    await using trial = await CommandTrial.open();
    await trial.jobs.producer.send(note, { text: 'x' });
    const { code, stderr } = await trial.run('pause', 'ntes');
    expect(code).to.equal(3);
    expect(stderr).to.include('got ntes (did you mean notes?)');
    expect((await trial.json('queues', '--no-rates', '--discover'))['queues']).to.have.length(1);
  });
});

describe('the command acktor cancel', function () {
  this.timeout(30_000);

  it('removes a job that waits', async () => {
    await using trial = await CommandTrial.open();
    await trial.jobs.producer.send(note, { text: 'x' }, { id: 'a' });
    const { code, stdout } = await trial.run('cancel', 'notes', 'a', '--yes');
    expect({ code, stdout }).to.deep.equal({ code: 0, stdout: 'a: it waited, and is removed\n' });
    expect((await trial.run('job', 'a')).code).to.equal(3);
  });

  it('tells the worker that has the job, with the reason', async () => {
    await using trial = await CommandTrial.open();
    const { handler, deliveries } = recording(note, (delivery) => untilAborted(delivery));
    await trial.jobs.work([handler]);
    await trial.jobs.producer.send(note, { text: 'x' }, { id: 'a' });
    const { signal } = await deliveries.first();
    const aborted = new Promise((resolve) => signal.addEventListener('abort', () => resolve(signal.reason)));
    const answer = await trial.json('cancel', 'notes', 'a', '--why', 'by hand', '--yes');
    expect(answer).to.deep.equal({ queue: 'notes', id: 'a', outcome: 'signalled' });
    expect(await aborted).to.include({ why: 'by hand' });
  });

  it('does nothing when nobody can confirm it', async () => {
    await using trial = await CommandTrial.open();
    await trial.jobs.producer.send(note, { text: 'x' }, { id: 'a' });
    const { code, stderr } = await trial.run('cancel', 'notes', 'a');
    expect(code).to.equal(2);
    expect(stderr).to.include('nothing was changed').and.to.include('--yes');
    expect(await trial.json('job', 'a')).to.include({ place: 'waiting' });
  });

  it('exits with 1 for a job that has ended, and with 3 for one that is none', async () => {
    await using trial = await CommandTrial.open();
    await trial.jobs.work([recording(note, () => ({ length: 0 })).handler]);
    await (await trial.jobs.producer.send(note, { text: 'x' }, { id: 'a' })).result();
    expect(await trial.run('cancel', 'notes', 'a', '--yes')).to.include({ code: 1 });
    expect(await trial.run('cancel', 'notes', 'unknown', '--yes')).to.include({ code: 3, stdout: '' });
  });
});
