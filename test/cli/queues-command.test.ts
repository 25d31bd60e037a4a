import { expect } from 'chai';
import { setTimeout as passes } from 'node:timers/promises';
import { handlerOf } from '../handler/handler-of.js';
import { note } from '../jobs/notes.js';
import { cellsOf, CommandTrial } from './command-trial.js';

describe('the command acktor queues', function () {
  this.timeout(30_000);

  it('shows what is in every queue, in a table', async () => {
    await using trial = await CommandTrial.open();
    await trial.jobs.producer.send(note, { text: 'x' });
    await trial.jobs.producer.send(note, { text: 'x' }, { delayMs: 3_600_000 });
    const { code, stdout, stderr } = await trial.run('queues', '--no-rates');
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
    const [head = [], row = []] = cellsOf(stdout);
    expect(head.slice(0, 2)).to.deep.equal(['queue', 'waiting']);
    expect(row.slice(0, 2)).to.deep.equal(['notes', '1']);
    expect(stdout).to.match(/ 59 min 5\d s /);
  });

  it('prints numbers and times as JSON', async () => {
    await using trial = await CommandTrial.open();
    const before = Date.now();
    await trial.jobs.producer.send(note, { text: 'x' });
    const { queues } = await trial.json('queues', '--no-rates');
    const [queue] = queues as [Record<string, unknown>];
    expect(queue).to.include({ queue: 'notes', isPaused: false, waiting: 1, delayed: 0, active: 0, deadLetters: 0 });
    expect(queue['oldestWaitingAtMs']).to.be.within(before, Date.now());
    expect(queue['readAtMs']).to.be.within(before, Date.now());
    expect(queue).not.to.have.property('rates');
  });

  it('watches for a second, and says how fast the queues move', async () => {
    await using trial = await CommandTrial.open();
    await trial.jobs.producer.send(note, { text: 'x' });
    const { queues } = await trial.json('queues');
    const [{ rates }] = queues as [{ rates: Record<string, number> }];
    expect(rates).to.include({ sentPerSecond: 0, ackedPerSecond: 0, rejectedPerSecond: 0 });
    expect(rates['overMs']).to.be.at.least(1_000);
  });

  it('counts in its rates what workers ack meanwhile', async () => {
    await using trial = await CommandTrial.open();
    const handler = handlerOf(note, () => passes(5).then(() => ({ length: 0 })));
    await trial.jobs.work([handler], { drainMs: 0 });
    await Promise.all(Array.from({ length: 3_000 }, () => trial.jobs.producer.send(note, { text: 'x' })));
    const { queues } = await trial.json('queues');
    const [{ rates }] = queues as [{ rates: Record<string, number> }];
    expect(rates['ackedPerSecond']).to.be.within(1, 200);
    expect(rates['sentPerSecond']).to.be.below(rates['ackedPerSecond'] ?? 0);
  });

  it('shows only the queues that are named', async () => {
    await using trial = await CommandTrial.open();
    await using mails = trial.jobs.queue('mails');
    await mails.add('mail', {});
    await trial.jobs.producer.send(note, { text: 'x' });
    const named = (await trial.json('queues', 'mails', '--no-rates'))['queues'] as readonly { queue: string }[];
    expect(named.map(({ queue }) => queue)).to.deep.equal(['mails']);
  });

  it('finds the queues of plain BullMQ when it is told to look for them', async () => {
    await using trial = await CommandTrial.open();
    await using mails = trial.jobs.queue('mails');
    await mails.add('mail', {});
    const { stdout } = await trial.run('queues', '--no-rates');
    expect(stdout).to.include('no queue was used yet').and.to.include('--discover');
    expect((await trial.run('queues', '--no-rates', '--discover')).stdout).to.match(/^mails +1 /m);
  });
});
