import { bind } from '@acktor/core';
import { expect } from 'chai';
import { book, byHeaders, everything, orders, tally } from '../routing/jobs.js';
import { cellsOf, CommandTrial } from './command-trial.js';

describe('the command acktor exchanges', function () {
  this.timeout(60_000);

  it('lists, says where a message would go, and deletes', async () => {
    await using trial = await CommandTrial.open();
    const run = (...args: string[]) => trial.run('exchanges', ...args);
    expect((await run()).stdout).to.equal('no exchanges\n');
    const exchanges = trial.jobs.producer.exchanges();
    await exchanges.declare(orders, everything, byHeaders);
    await exchanges.bind(
      bind(orders, book, 'order.#'),
      bind(orders, everything, '#'),
      bind(byHeaders, tally, { match: 'any', headers: { format: 'pdf', urgent: true } }),
    );
    expect(cellsOf((await run()).stdout)).to.have.deep.members([
      ['exchange', 'type', 'bound by', 'to', 'alternate'],
      ['by-headers', 'headers', 'any: format=pdf urgent', 'tally in tallies', '-'],
      ['everything', 'fanout', '-', '-', '-'],
      ['orders', 'topic', 'order.#', 'book in books', '-'],
      ['orders', 'topic', '#', 'exchange everything', '-'],
    ]);
    expect(cellsOf((await run('route', 'orders', 'order.eu')).stdout)).to.deep.equal([
      ['queue', 'job'],
      ['books', 'book'],
    ]);
    expect((await run('route', 'orders', 'refund')).stdout).to.equal('it would go nowhere\n');
    expect(await trial.json('exchanges', 'route', 'by-headers', '--header', 'format=pdf')).to.deep.equal({
      exchange: 'by-headers',
      key: '',
      routes: [{ queue: 'tallies', job: 'tally' }],
    });
    expect((await run('route', 'by-headers', '--header', 'format')).code).to.equal(2);
    const unknown = await run('route', 'order', 'x');
    expect(unknown).to.include({ code: 3, stdout: '' });
    expect(unknown.stderr).to.include('got order (there are by-headers, everything, orders)');
    expect((await run('delete', 'orders')).code).to.equal(2);
    expect((await run('delete', 'orders', '--yes')).stdout).to.equal('orders is deleted\n');
    const left = (await trial.json('exchanges')) as { readonly exchanges: readonly { readonly name: string }[] };
    expect(left.exchanges.map(({ name }) => name)).to.deep.equal(['by-headers', 'everything']);
  });
});
