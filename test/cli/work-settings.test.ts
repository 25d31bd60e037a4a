// What `acktor work` is told, seen from outside: by what its processes say of themselves.
import { connectFleet } from '@acktor/core/engine';
import { expect } from 'chai';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TaskTrial } from '../supervisor/task-trial.js';
import { WorkCommand } from '../supervisor/work-command.js';

describe('the settings of acktor work', function () {
  this.timeout(60_000);

  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'acktor-work-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const consumersOf = async (trial: TaskTrial) => {
    await using fleet = await connectFleet({ redis: trial.url, namespace: trial.namespace });
    return (await fleet.workers()).map(({ consumers }) => consumers.length);
  };

  it('say how many processes run, and how many consumers of a queue each of them has', async () => {
    await using trial = await TaskTrial.open();
    await using _command = await WorkCommand.start(trial, '--processes', '2', '--consumers', 'tasks=3');
    expect(await consumersOf(trial)).to.deep.equal([3, 3]);
  });

  it('come from the configuration file where no flag says otherwise', async () => {
    await using trial = await TaskTrial.open();
    const config = join(folder, 'acktor.config.mjs');
    await writeFile(config, 'export default { processes: 1, consumers: { tasks: 5 }, queues: ["tasks"] };');
    await using _command = await WorkCommand.start(trial, '--config', config);
    expect(await consumersOf(trial)).to.deep.equal([5]);
  });
});
