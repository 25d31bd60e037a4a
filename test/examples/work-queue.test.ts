import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ExampleProcess, runExample } from './example-process.js';

describe('the work queue', function () {
  this.timeout(60_000);
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'acktor-work-queue-'));
    await writeFile(join(folder, 'package.json'), '{}');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('keeps a task until a worker comes and does it', async () => {
    const sent = await runExample('work-queue/new-task.js', ['a', 'message.'], folder);
    expect(sent.stdout).to.match(/^sent a message\. /);
    const worker = new ExampleProcess('work-queue/worker.js', [], folder);
    await worker.printed('received a message.');
    await worker.printed('done a message.');
    worker.signal('SIGTERM');
    expect(await worker.ended()).to.include({ status: 0 });
  });

  it('lets a worker finish its task when it is told to leave', async () => {
    const worker = new ExampleProcess('work-queue/worker.js', [], folder);
    await worker.printed('waits for tasks');
    await runExample('work-queue/new-task.js', ['slow.'], folder);
    await worker.printed('received slow.');
    worker.signal('SIGINT');
    const { stdout, status } = await worker.ended();
    expect(stdout).to.include('done slow.');
    expect(status).to.equal(0);
  });
});
