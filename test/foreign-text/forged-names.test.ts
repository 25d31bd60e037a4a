import { Redis } from 'ioredis';
import { expect } from 'chai';
import { CommandTrial } from '../cli/command-trial.js';

/** What a plain BullMQ client may call things: it would clear the screen, forge a row and turn the words behind it. */
const FORGED = 'x\u001B[2J\nforged  99\u202E\u009B31m\u2028';

describe('names that others gave', function () {
  this.timeout(180_000);

  it('forge no row and control no terminal, in whichever command shows them', async () => {
    await using trial = await CommandTrial.open();
    await using notes = trial.jobs.queue('notes');
    await notes.add(FORGED, { text: 'x' }, { jobId: `id${FORGED}` });
    const id = `id${FORGED}`;
    await plant(trial, id);

    const queues = await trial.run('queues', '--discover', '--no-rates');
    expect(queues.stdout).to.have.string(String.raw`queuex\u001b[2J\nforged  99\u202e\u009b31m\u2028`);
    expect(linesOf(queues.stdout)).to.have.length(3);
    expect(linesOf((await trial.run('jobs', 'notes')).stdout)).to.have.length(2);
    const job = await trial.run('job', id, '--payload');
    const outputs = [
      queues,
      job,
      await trial.run('queues', '--discover', '--no-rates', '--json'),
      await trial.run('jobs', 'notes', '--json'),
      await trial.run('jobs', FORGED),
      await trial.run('job', FORGED, '--json'),
      await trial.run('doctor'),
      await trial.run('cancel', 'notes', FORGED, '--yes'),
      await trial.run(FORGED),
    ];
    for (const { stdout, stderr } of outputs)
      expect(stdout + stderr)
        .to.not.match(CONTROLS)
        .and.not.match(/^forged/m);
    expect(job.stdout).to.match(/^id +idx\\u001b\[2J\\nforged/m);
    // What is said in several lines keeps them, behind those of ours.
    expect(job.stdout).to.include('\nlog\n  one\n    forged  99\\u001b[1A\n');
    expect(JSON.parse(outputs[3]?.stdout ?? '')).to.have.nested.property('jobs[0].id', id);
  });
});

/** What nobody writes by an API of ours or of BullMQ. */
async function plant({ jobs: { url, namespace } }: CommandTrial, id: string): Promise<void> {
  const redis = new Redis(url);
  await redis.sadd(`${namespace}:acktor-queues`, 'notes', `queue${FORGED}`);
  await redis.rpush(`${namespace}:notes:${id}:logs`, 'one\nforged  99\u001B[1A');
  redis.disconnect();
}

function linesOf(stdout: string): readonly string[] {
  return stdout.trimEnd().split('\n');
}

/** But for the ends of our own lines. */
const CONTROLS = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;
