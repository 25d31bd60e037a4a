import { handle } from '@acktor/worker';
import { expect } from 'chai';
import { chargeCard, order } from '../actors/order.js';
import { within } from '../actors/actor-trial.js';
import { cellsOf, CommandTrial } from './command-trial.js';

describe('the command acktor actors', function () {
  this.timeout(60_000);

  it('counts actors by state, lists those of a state, and shows one', async () => {
    await using trial = await CommandTrial.open();
    const charging = handle(chargeCard, ({ data }) => ({ receipt: `r-${data.cents}` }));
    await trial.jobs.work([charging], { actors: [order] });
    for (const id of ['o-1', 'o-2']) {
      const o = trial.jobs.producer.actor(order, id);
      await o.start({ cents: 5 });
      await o.waitFor('shipping', within);
    }
    await (await trial.jobs.producer.actor(order, 'o-2').send({ type: 'arrived' })).result(within);
    const counted = (await trial.run('actors', 'orders')).stdout.split('\n');
    expect(counted[0]).to.equal('order: 2 (1 active, 1 done, 0 stopped)');
    expect(cellsOf(counted.slice(1).join('\n'))).to.have.deep.members([
      ['arrived', '1'],
      ['shipping', '1'],
      ['state', 'actors'],
    ]);
    const listed = await trial.run('actors', 'orders', 'order', '--state', 'shipping');
    expect(cellsOf(listed.stdout).map(([id]) => id)).to.deep.equal(['id', 'o-1']);
    const shown = (await trial.run('actors', 'orders', 'order', 'o-1')).stdout;
    expect(shown).to.contain('order o-1 is active').and.to.contain('"receipt": "r-5"');
    expect(shown).to.contain('xstate.after.60000.order.shipping');
    expect(await trial.json('actors', 'orders', 'order', 'o-2')).to.deep.include({ status: 'done', value: 'arrived' });
    expect((await trial.run('actors', 'orders', 'order', 'o-3')).code).to.equal(3);
  });
});
