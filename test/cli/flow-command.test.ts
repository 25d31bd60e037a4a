import { DeadLetteredError } from '@acktor/core';
import { expect } from 'chai';
import { handlerOf } from '../handler/handler-of.js';
import { add, diamond } from '../flows/sums.js';
import { rejection } from '../server/rejection.js';
import { cellsOf, CommandTrial } from './command-trial.js';

describe('the command acktor flow', function () {
  this.timeout(60_000);

  it('shows each step of a flow, and why it failed', async () => {
    await using trial = await CommandTrial.open();
    const handler = handlerOf(add, ({ data: { label } }) => {
      if (label === 'c') throw new Error('no sum');
      return { sum: 1 };
    });
    await trial.jobs.work([handler], { flows: [diamond] });
    const receipt = await trial.jobs.producer.send(diamond, { n: 1 }, { id: 'd' });
    await rejection(receipt.result({ timeoutMs: 20_000 }), DeadLetteredError);
    const { code, stdout } = await trial.run('flow', 'd');
    expect(code).to.equal(0);
    const [head, reason] = stdout.split('\n');
    expect(head).to.equal('diamond d of flows is dead: 2 of 3 steps are done');
    expect(reason).to.equal('step c failed: no sum');
    const rows = cellsOf(stdout.slice(stdout.indexOf('\n\n')).trim());
    expect(rows.map(([step, state]) => `${step} ${state}`)).to.deep.equal([
      'step state',
      'a done',
      'b done',
      'c failed',
    ]);
    expect(rows.at(-1)?.at(-1)).to.equal('no sum');
    const shown = await trial.json('flow', 'd', '--queue', 'flows');
    expect(shown).to.deep.include({ id: 'd', name: 'diamond', phase: 'dead', done: 2, failed: 1, run: 1 });
    const [first] = shown['steps'] as readonly { readonly jobId: string }[];
    expect((await trial.run('flow', first?.jobId ?? '')).code).to.equal(3);
    expect((await trial.run('flow', 'none')).code).to.equal(3);
  });
});
