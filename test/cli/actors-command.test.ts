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

  it('sends to one, pauses it, resumes it, and stops it', async () => {
    await using trial = await CommandTrial.open();
    const charging = handle(chargeCard, ({ data }) => ({ receipt: `r-${data.cents}` }));
    await trial.jobs.work([charging], { actors: [order] });
    const o = trial.jobs.producer.actor(order, 'o-1');
    await o.start({ cents: 5 });
    await o.waitFor('shipping', within);
    const place = ['actors', 'orders', 'order', 'o-1'] as const;
    expect((await trial.run(...place, '--pause')).stdout).to.equal('order o-1 is paused\n');
    const sent = await trial.run(...place, '--send', '{"type":"note","text":"by hand"}');
    expect(sent.stdout).to.match(/^\S+ is in orders, for order o-1\n$/);
    const { keys } = (await trial.json('keys', 'orders')) as { readonly keys: readonly object[] };
    expect(keys).to.have.length(1);
    expect(keys[0]).to.include({ key: 'order/o-1', isPaused: true, held: 1 });
    expect((await o.snapshot())?.context.notes).to.deep.equal([]);
    expect((await trial.run(...place, '--resume')).stdout).to.equal('order o-1 is resumed\n');
    // Behind the other.
    await o.ask({ type: 'note', text: 'after' }, within);
    expect((await o.snapshot())?.context.notes).to.deep.equal(['by hand', 'after']);
    // It is a dead letter, and holds up nothing.
    await trial.run(...place, '--send', '{"type":"typo"}');
    await o.ask({ type: 'note', text: 'last' }, within);
    await trial.run(...place, '--stop');
    for await (const { status } of o.changes(within)) if (status !== 'active') expect(status).to.equal('stopped');
    expect((await o.snapshot())?.status).to.equal('stopped');
  });

  it('refuses what is no event, no actor, or two wishes at once', async () => {
    await using trial = await CommandTrial.open();
    await trial.jobs.work([handle(chargeCard, () => ({ receipt: 'r' }))], { actors: [order] });
    await (await trial.jobs.producer.actor(order, 'o-1').start({ cents: 5 })).result(within);
    const refused = async (...args: readonly string[]) => {
      const { code, stderr } = await trial.run('actors', 'orders', ...args);
      expect(code).to.equal(2);
      return stderr;
    };
    expect(await refused('order', 'o-1', '--send', 'cancel')).to.contain('an object with a type');
    expect(await refused('order', '--stop')).to.contain('expected the type and the id of one actor with --stop');
    expect(await refused('order', 'o-1', '--stop', '--pause')).to.contain('got both');
  });
});
