import { expect } from 'chai';
import { fileURLToPath } from 'node:url';
import { TaskTrial } from './task-trial.js';
import { WorkCommand } from './work-command.js';

describe('acktor work, at a signal', function () {
  this.timeout(60_000);

  let trial: TaskTrial;
  beforeEach(async () => {
    trial = await TaskTrial.open();
  });
  afterEach(() => trial[Symbol.asyncDispose]());

  const two = ['--processes', '2', '--consumers', '4'];

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`drains under load on ${signal}: nothing runs twice, nothing is stranded, exit 0`, async () => {
      await using command = await WorkCommand.start(trial, ...two);
      await trial.sendMany(200, { takesMs: 10 });
      const first = await trial.begun();
      command.signal(signal);
      expect(await command.ended()).to.equal(0);
      const begun = [first, ...(await trial.allBegun())];
      expect(new Set(begun.map(({ id }) => id)).size, 'each began once').to.equal(begun.length);
      await using queue = trial.queue();
      expect(await queue.getActiveCount()).to.equal(0);
      expect(await queue.getCompletedCount()).to.equal(begun.length);
      expect(command.count('were given back')).to.equal(0);
    });
  }

  it('disposes, in each process that has built it, of what is registered globally, at the end and not before', async () => {
    await using command = await WorkCommand.start(trial, ...two);
    const receipts = await trial.sendMany(20, { takesMs: 10 });
    const results = await Promise.all(receipts.map((receipt) => receipt.result({ timeoutMs: 20_000 })));
    expect(command.said.all).to.deep.equal([]);
    command.signal('SIGTERM');
    expect(await command.ended()).to.equal(0);
    const pids = new Set(results.map(({ pid }) => `goodbye of ${pid}`));
    expect(command.said.all).to.have.members([...pids]);
  });

  it('ends at once, with 1, on a second SIGTERM, and gives back what was held', async () => {
    await using command = await WorkCommand.start(trial, ...two);
    const { id } = await trial.send({ does: 'stick' });
    await trial.begun();
    command.signal('SIGTERM');
    await command.logs('draining');
    command.signal('SIGTERM');
    expect(await command.ended()).to.equal(1);
    expect(command.said.all.join('\n')).to.include('told to end at once');
    await using queue = trial.queue();
    expect(await (await queue.getJob(id))?.getState()).to.equal('waiting');
  });

  it('replaces its workers under load on SIGHUP, each after its successor has come up', async () => {
    await using command = await WorkCommand.start(trial, ...two);
    const receipts = await trial.sendMany(300, { takesMs: 20 });
    command.signal('SIGHUP');
    await Promise.all([command.logs('has ended', 1), command.logs('has ended', 2)]);
    const results = await Promise.all(receipts.map((receipt) => receipt.result({ timeoutMs: 20_000 })));
    expect(
      results.every(({ fence }) => fence === 1),
      'no job was delivered twice',
    ).to.equal(true);
    const story = command.log.all.map(({ msg, number }) => `${msg} ${number}`);
    const at = (line: string) => story.indexOf(`a worker process ${line}`);
    expect(at('runs 3')).to.be.within(0, at('has ended 1'));
    expect(at('runs 4')).to.be.within(at('has ended 1'), at('has ended 2'));
    command.signal('SIGTERM');
    expect(await command.ended()).to.equal(0);
  });

  it('prints the state of every consumer of every worker on SIGUSR2', async () => {
    await using command = await WorkCommand.start(trial, ...two);
    const { id } = await trial.send({ does: 'stick' });
    const { pid } = await trial.begun();
    command.signal('SIGUSR2');
    const lines = await command.output.upTo(13);
    expect(lines[0]).to.match(/^worker 1 {2}pid \d+ {2}\S+ {2}running$/);
    expect(lines[1]).to.match(/^ {2}consumer +queue +state +job +for$/);
    expect(lines.some((line) => line.includes(`pid ${pid} `))).to.equal(true);
    const busy = lines.filter((line) => line.includes(id));
    expect(busy).to.have.lengthOf(1);
    expect(busy[0]).to.match(/^ {2}tasks-\d +tasks +processing\.handling +task-1 +\d+\.\d s$/);
    // The queue's sign may have woken one more, which looks for work at that moment.
    expect(lines.filter((line) => / (idle|fetching) +- +-$/.test(line))).to.have.lengthOf(7);
    process.kill(pid, 'SIGKILL');
    await trial.begun();
  });

  it('is named in the first line of the log; a worker that gets its SIGHUP goes on', async () => {
    await using command = await WorkCommand.start(trial, ...two);
    expect(command.log.all[0]).to.include({ msg: 'the supervisor starts', pid: command.pid });
    const receipt = await trial.send({ takesMs: 100 });
    const { pid } = await trial.begun();
    process.kill(pid, 'SIGHUP');
    expect(await receipt.result()).to.deep.equal({ pid, fence: 1 });
    expect(command.count('has ended')).to.equal(0);
  });

  it('leaves workers that notice it was killed, drain and end', async () => {
    await using command = await WorkCommand.start(trial, ...two);
    const receipt = await trial.send({ takesMs: 200 });
    const { pid } = await trial.begun();
    command.signal('SIGKILL');
    expect(await command.ended(), 'comes when the workers have ended, too').to.equal('SIGKILL');
    expect(command.count('the worker has stopped')).to.equal(2);
    expect(await receipt.result()).to.deep.equal({ pid, fence: 1 });
  });

  it('goes on when nobody reads its standard error any more, and drains when it is told to', async () => {
    await using command = await WorkCommand.start(trial, ...two);
    command.leaveErrors();
    const receipt = await trial.send({ does: 'stick' });
    process.kill((await trial.begun()).pid, 'SIGKILL');
    expect(await receipt.result({ timeoutMs: 20_000 })).to.include({ fence: 2 });
    // Its workers log that they drain, on a standard error that the supervisor passes on.
    command.signal('SIGTERM');
    expect(await command.ended()).to.equal(0);
  });

  it('exits with 1 and says why when its workers end too often', async () => {
    await using command = await WorkCommand.start(trial, '--processes', '1', '--config', limits);
    await trial.send({ does: 'hold' });
    for (let end = 1; end <= 2; end += 1) process.kill((await trial.begun()).pid, 'SIGKILL');
    expect(await command.ended()).to.equal(1);
    expect(command.said.all.join('\n')).to.include('at most 1 workers').and.to.include('ended by SIGKILL');
  });
});

const limits = fileURLToPath(new URL('../../supervisor/one-restart.json', import.meta.url));
