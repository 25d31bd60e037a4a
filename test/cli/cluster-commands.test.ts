import { ClusterSet } from '@acktor/chaos';
import { expect } from 'chai';
import { recording } from '../handler/handler-of.js';
import { call, note } from '../jobs/notes.js';
import { CommandTrial } from './command-trial.js';

describe('acktor on a cluster', function () {
  this.timeout(90_000);
  it('sees the queues of all its servers, pauses one, asks the workers, and examines every server', async () => {
    await using set = await ClusterSet.start();
    await using trial = await CommandTrial.open(set.url);
    await trial.jobs.producer.send(note, { text: 'x' });
    const worker = await trial.jobs.work([recording(call, () => undefined).handler]);
    await (await trial.jobs.producer.send(call, { number: '1' })).result();
    const { queues } = (await trial.json('queues', '--discover')) as { queues: readonly { queue: string }[] };
    expect(queues.map(({ queue }) => queue)).to.deep.equal(['calls', 'notes']);
    expect(await trial.json('pause', 'notes')).to.include({ isPaused: true });
    expect((await trial.run('workers')).stdout).to.include(worker.id);
    const { code, stdout } = await trial.run('doctor');
    expect(code, stdout).to.equal(0);
    expect(stdout)
      .to.match(/^presence +ok /m)
      .and.to.match(/^paused +warn +notes$/m);
  });
});
