import { expect } from 'chai';
import { ping } from '../jobs/notes.js';
import { CommandTrial } from './command-trial.js';

describe('the command acktor limit', function () {
  this.timeout(60_000);

  it('shows and sets the limits of a queue', async () => {
    await using trial = await CommandTrial.open();
    await trial.jobs.producer.send(ping, { n: 1 });
    const limit = (...args: string[]) => trial.run('limit', 'notes', ...args);
    expect((await limit()).stdout).to.equal('notes: no limits\n');
    expect((await limit('--concurrency', '20', '--rate', '100/1s')).stdout).to.equal(
      'notes: 20 under way at a time, 100 in 1.0 s\n',
    );
    expect(await trial.json('limit', 'notes', '--concurrency', 'none')).to.deep.equal({
      queue: 'notes',
      rate: { max: 100, durationMs: 1_000 },
    });
    expect((await limit('--rate', '5/500ms')).code).to.equal(0);
    expect((await limit('--rate', 'fast')).code).to.equal(2);
    expect((await limit('--concurrency', '-1')).code).to.equal(2);
    expect((await trial.run('limit', 'nodes', '--rate', '1/1s')).code).to.equal(3);
  });
});
