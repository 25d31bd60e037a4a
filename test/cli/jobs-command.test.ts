import { DeadLetteredError } from '@acktor/core';
import { expect } from 'chai';
import { handlerOf, recording } from '../handler/handler-of.js';
import { untilAborted } from '../handler/until-aborted.js';
import { note } from '../jobs/notes.js';
import { sendFamily } from '../operator/family.js';
import { rejection } from '../server/rejection.js';
import { cellsOf, CommandTrial } from './command-trial.js';

describe('the command acktor jobs', function () {
  this.timeout(30_000);

  it('lists what waits, page by page, and says how to go on', async () => {
    await using trial = await CommandTrial.open();
    for (const id of ['a', 'b', 'c']) await trial.jobs.producer.send(note, { text: 'x' }, { id });
    const { code, stdout } = await trial.run('jobs', 'notes', '--limit', '2');
    expect(code).to.equal(0);
    expect(cellsOf(stdout).map(([id]) => id)).to.deep.equal([
      'id',
      'a',
      'b',
      'more: acktor jobs notes waiting --cursor 2',
    ]);
    const { jobs, cursor } = await trial.json('jobs', 'notes', 'waiting', '--cursor', '2');
    expect((jobs as readonly { id: string }[]).map(({ id }) => id)).to.deep.equal(['c']);
    expect(cursor).to.equal(undefined);
  });

  it('lists what is held, by whom and for how long', async () => {
    await using trial = await CommandTrial.open();
    const { handler, deliveries } = recording(note, (delivery) => untilAborted(delivery));
    const worker = await trial.jobs.work([handler], { drainMs: 0 });
    await trial.jobs.producer.send(note, { text: 'x' }, { id: 'a' });
    await deliveries.first();
    const { stdout } = await trial.run('jobs', 'notes', 'active');
    expect(stdout)
      .to.include('held for')
      .and.to.match(new RegExp(`^a .* ${worker.id}$`, 'm'));
    const { jobs } = await trial.json('jobs', 'notes', 'active');
    expect((jobs as readonly object[])[0]).to.include({ id: 'a', place: 'active', workerId: worker.id });
  });

  it('shows a parent as what it is while its children have not ended', async () => {
    await using trial = await CommandTrial.open();
    await trial.jobs.producer.send(note, { text: 'x' });
    const { namespace } = trial.jobs;
    await using _ = await sendFamily({ namespace, queue: 'notes' });
    const { stdout } = await trial.run('job', 'parent', '--queue', 'notes');
    expect(stdout).to.match(/^place +waiting for its children$/m);
    expect(await trial.json('job', 'parent', '--queue', 'notes')).to.include({ place: 'waitingForChildren' });
    const { jobs } = await trial.json('jobs', 'notes', 'children');
    expect((jobs as readonly object[])[0]).to.include({ id: 'parent', place: 'waitingForChildren' });
  });

  it('says so when there are none', async () => {
    await using trial = await CommandTrial.open();
    await trial.jobs.producer.send(note, { text: 'x' });
    expect(await trial.run('jobs', 'notes', 'dead')).to.include({ code: 0, stdout: 'no dead jobs in notes\n' });
    expect(await trial.json('jobs', 'notes', 'dead')).to.deep.equal({ queue: 'notes', state: 'dead', jobs: [] });
  });

  it('refuses a number of jobs that cannot be', async () => {
    await using trial = await CommandTrial.open();
    await trial.jobs.producer.send(note, { text: 'x' });
    expect(await trial.run('jobs', 'notes', '--limit', '5000')).to.include({ code: 2 });
    expect((await trial.run('jobs', 'notes', '--limit', 'x')).stderr).to.include(
      'expected --limit to be a whole number',
    );
  });

  it('refuses a state that it does not know, and takes the word that JSON has for one', async () => {
    await using trial = await CommandTrial.open();
    await trial.jobs.producer.send(note, { text: 'x' });
    const { code, stderr } = await trial.run('jobs', 'notes', 'failed');
    expect(code).to.equal(2);
    expect(stderr).to.include(
      'Allowed choices are waiting, children, delayed, active, acked, dead. Did you mean dead?',
    );
    expect((await trial.run('jobs', 'notes', 'actve')).stderr).to.include('Did you mean active?');
    const byItsJson = await trial.run('jobs', 'notes', 'deadLettered');
    expect(byItsJson).to.include({ code: 0, stdout: 'no dead jobs in notes\n' });
  });
});

describe('the command acktor job', function () {
  this.timeout(30_000);

  it('shows where a job is and how each attempt ended, without its payload', async () => {
    await using trial = await CommandTrial.open();
    await trial.jobs.work([handlerOf(note, () => Promise.reject(new Error('no money')))]);
    const receipt = await trial.jobs.producer.send(note, { text: 'secret' }, { id: 'a' });
    await rejection(receipt.result(), DeadLetteredError);
    const { code, stdout } = await trial.run('job', 'a');
    expect(code).to.equal(0);
    expect(stdout)
      .to.match(/^id +a$/m)
      .and.to.match(/^place +dead letter$/m)
      .and.to.match(/^reason +no money$/m);
    expect(stdout)
      .to.match(/^ +1 +retried/m)
      .and.to.match(/^ +3 +deadLettered/m);
    expect(stdout).to.include('\nstack\n  Error: no money\n      at ').and.not.to.include('secret');
    const json = await trial.json('job', 'a');
    expect(json).to.include({ id: 'a', queue: 'notes', place: 'deadLettered' }).and.not.to.have.property('payload');
    expect((json['attempts'] as readonly { end: string }[]).map(({ end }) => end)).to.deep.equal([
      'retried',
      'retried',
      'deadLettered',
    ]);
  });

  it('shows payload and result when it is told to', async () => {
    await using trial = await CommandTrial.open();
    await trial.jobs.work([handlerOf(note, () => ({ length: 6 }))]);
    await (await trial.jobs.producer.send(note, { text: 'secret' }, { id: 'a' })).result();
    expect((await trial.run('job', 'a', '--payload')).stdout)
      .to.include('{"text":"secret"}')
      .and.to.include('{"length":6}');
    expect(await trial.json('job', 'a', '--payload')).to.include({
      payload: '{"text":"secret"}',
      result: '{"length":6}',
    });
    expect(JSON.stringify(await trial.json('job', 'a'))).not.to.match(/secret|length/);
  });

  it('shows the headers of a job', async () => {
    await using trial = await CommandTrial.open();
    const meta = { tenant: 'acme', locale: 'de\u001b[31m' };
    await trial.jobs.producer.send(note, { text: 'x' }, { id: 'a', meta });
    expect((await trial.run('job', 'a')).stdout).to.match(/^meta +locale=de\\u001b\[31m tenant=acme$/m);
    expect(await trial.json('job', 'a')).to.deep.include({ meta });
  });

  it('lets no text of a job move the cursor or change the colours of a terminal', async () => {
    await using trial = await CommandTrial.open();
    const nasty = 'red \u001B[31m\u001B]0;title\u0007 and\u0008 back';
    await trial.jobs.work([handlerOf(note, () => Promise.reject(new Error(nasty)))]);
    const receipt = await trial.jobs.producer.send(note, { text: 'x' }, { id: 'a' });
    await rejection(receipt.result(), DeadLetteredError);
    for (const words of [['job', 'a'], ['jobs', 'notes', 'dead'], ['dead', 'list', 'notes'], ['dead']])
      expect((await trial.run(...words)).stdout)
        .to.include(String.raw`red \u001b[31m\u001b]0;title\u0007 and\u0008 back`)
        .and.not.match(/(?!\n)\p{Cc}/u);
  });

  it('wants to know the queue of an id that several have', async () => {
    await using trial = await CommandTrial.open();
    await using mails = trial.jobs.queue('mails');
    await mails.add('mail', {}, { jobId: 'a' });
    await trial.jobs.producer.send(note, { text: 'x' }, { id: 'a' });
    await trial.run('queues', '--discover', '--no-rates');
    const { code, stderr } = await trial.run('job', 'a');
    expect(code).to.equal(2);
    expect(stderr).to.include('the id a is in mails, notes: name one with --queue');
    expect(await trial.json('job', 'a', '--queue', 'mails')).to.include({ queue: 'mails', name: 'mail' });
  });

  it('exits with 3 for an id that is none', async () => {
    await using trial = await CommandTrial.open();
    await trial.jobs.producer.send(note, { text: 'x' });
    expect(await trial.run('job', 'unknown')).to.include({ code: 3, stdout: '' });
    expect(await trial.run('job', 'unknown', '--queue', 'notes')).to.include({ code: 3, stdout: '' });
  });
});
