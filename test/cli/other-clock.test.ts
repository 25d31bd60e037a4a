// A command on a machine whose clock differs from the server's: spans of time are the server's all the same.
import { reject } from '@acktor/worker';
import { expect } from 'chai';
import { handlerOf } from '../handler/handler-of.js';
import { note } from '../jobs/notes.js';
import { acktorIn } from './command.js';
import { CommandTrial } from './command-trial.js';

const anHourAhead = 'const now = Date.now; Date.now = () => now() + 3_600_000;';

describe('a command whose machine’s clock is an hour ahead', function () {
  this.timeout(60_000);

  async function run({ jobs: { url, namespace } }: CommandTrial, ...args: string[]): Promise<string> {
    const environment = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(anHourAhead)}` };
    const place = { folder: process.cwd(), environment };
    const { code, stdout, stderr } = await acktorIn(place, ...args, '--redis', url, '--namespace', namespace);
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
    return stdout;
  }

  it('shows since when jobs wait, and when they are due, by the server’s', async () => {
    await using trial = await CommandTrial.open();
    await trial.jobs.producer.send(note, { text: 'x' });
    await trial.jobs.producer.send(note, { text: 'x' }, { delayMs: 36_000_000 });
    expect(await run(trial, 'queues', '--no-rates'))
      .to.contain(' 9 h 59 min ')
      .and.not.to.match(/ 1 h /);
    expect(await run(trial, 'jobs', 'notes', 'waiting')).not.to.contain(' 1 h ');
    expect(await run(trial, 'jobs', 'notes', 'delayed')).to.contain(' 9 h 59 min');
  });

  it('shows how long a job is under way by the server’s', async () => {
    await using trial = await CommandTrial.open();
    let letGo = (): void => undefined;
    const held = new Promise<void>((resolve) => (letGo = resolve));
    let begins = (): void => undefined;
    const begun = new Promise<void>((resolve) => (begins = resolve));
    await trial.jobs.work([handlerOf(note, () => (begins(), held.then(() => ({ length: 0 }))))]);
    await trial.jobs.producer.send(note, { text: 'x' }, { id: 'o-1' });
    await begun;
    const page = await run(trial, 'job', 'o-1');
    letGo();
    expect(page).to.contain('under way').and.not.to.match(/ 1 h /);
  });

  it('shows when letters died by the server’s', async () => {
    await using trial = await CommandTrial.open();
    const handler = handlerOf(note, () => reject({ deadLetter: 'no' }));
    await trial.jobs.work([handler]);
    const receipt = await trial.jobs.producer.send(note, { text: 'x' });
    await receipt.result({ timeoutMs: 20_000 }).catch(() => undefined);
    expect(await run(trial, 'dead', 'list', 'notes'))
      .to.contain(' ago ')
      .and.not.to.contain(' 1 h ');
  });
});
