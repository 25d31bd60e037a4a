import { expect } from 'chai';
import { hostname } from 'node:os';
import { recording } from '../handler/handler-of.js';
import { untilAborted } from '../handler/until-aborted.js';
import { note } from '../jobs/notes.js';
import { CommandTrial } from './command-trial.js';

describe('the command acktor workers', function () {
  this.timeout(30_000);

  it('shows each process, its consumers by state, and what is held for how long', async () => {
    await using trial = await CommandTrial.open();
    const { handler, deliveries } = recording(note, (delivery) => untilAborted(delivery));
    const worker = await trial.jobs.work([handler], { consumers: 3, drainMs: 0 });
    await trial.jobs.producer.send(note, { text: 'x' }, { id: 'a' });
    await deliveries.first();
    const { code, stdout } = await trial.run('workers');
    expect(code).to.equal(0);
    expect(stdout).to.match(new RegExp(`^${worker.id} +${hostname()} +${process.pid} +running`, 'm'));
    expect(stdout).to.match(/notes (2 idle, 1 processing|1 processing, 2 idle)$/m);
    expect(stdout).to.match(new RegExp(`notes +note +a +1 +processing\\S* +${worker.id}$`, 'm'));
    const json = (await trial.json('workers')) as {
      workers: readonly { workerId: string; consumers: readonly object[] }[];
    };
    expect(json.workers.map(({ workerId, consumers }) => [workerId, consumers.length])).to.deep.equal([[worker.id, 3]]);
  });

  it('says how to start one when there is none', async () => {
    await using trial = await CommandTrial.open();
    const { code, stdout } = await trial.run('workers');
    expect({ code, stdout }).to.deep.equal({ code: 0, stdout: 'no worker answers; start one: acktor work <files>\n' });
    expect((await trial.json('workers'))['workers']).to.deep.equal([]);
  });
});
