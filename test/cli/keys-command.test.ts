import { expect } from 'chai';
import { step } from '../groups/jobs.js';
import { cellsOf, CommandTrial } from './command-trial.js';

describe('the command acktor keys', function () {
  this.timeout(60_000);

  it('lists, limits, pauses, resumes and purges keys', async () => {
    await using trial = await CommandTrial.open();
    const send = (key: string, n: number) => trial.jobs.producer.send(step, { n }, { key });
    await send('customer 7', 1);
    await send('customer 7', 2);
    await send('b', 1);
    const act = (...args: string[]) => trial.run('keys', ...args);
    expect((await act('pause', 'steps', 'customer 7')).stdout).to.equal('customer 7 of steps is paused\n');
    expect((await act('limit', 'steps', 'b', '--concurrency', '4', '--rate', '5/1m')).stdout).to.equal(
      'b of steps is limited so\n',
    );
    expect(cellsOf((await act('steps')).stdout)).to.deep.equal([
      ['key', 'waiting', 'turns', 'limit', 'rate'],
      ['customer 7', '1', '1', 'paused'],
      ['b', '0', '1', '4', '5 in 1 min'],
    ]);
    expect(await trial.json('keys', 'list', 'steps')).to.deep.equal({
      queue: 'steps',
      keys: [
        { key: 'customer 7', held: 1, turns: 1, isPaused: true },
        { key: 'b', held: 0, turns: 1, isPaused: false, concurrency: 4, rate: { max: 5, durationMs: 60_000 } },
      ],
      hasMore: false,
    });
    expect((await act('purge', 'steps', 'customer 7')).code).to.equal(2);
    expect((await act('purge', 'steps', 'customer 7', '--yes')).stdout).to.equal(
      'customer 7 of steps is purged: 2 removed\n',
    );
    await act('resume', 'steps', 'customer 7');
    await act('limit', 'steps', 'b', '--concurrency', 'none', '--rate', 'none');
    expect(await trial.json('keys', 'list', 'steps'))
      .to.have.property('keys')
      .with.length(1);
    expect((await act('limit', 'steps', 'b', '--concurrency', 'many')).code).to.equal(2);
    const nothing = await act('limit', 'steps', 'b');
    expect(nothing).to.include({ code: 2, stdout: '' });
    expect(nothing.stderr).to.include('expected --concurrency or --rate, got neither');
    expect((await act('list', 'stops')).code).to.equal(3);
  });
});
