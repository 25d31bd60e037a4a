import assert from 'node:assert/strict';
import { RestartLimitError, Supervisor, WorkerStartError, type SupervisorOptions } from '@acktor/worker';
import { expect } from 'chai';
import { fileURLToPath } from 'node:url';
import { rejection } from '../server/rejection.js';
import { LogRecorder } from '../signals/log-recorder.js';
import { taskFile, TaskTrial } from './task-trial.js';

describe('a supervisor', function () {
  this.timeout(60_000);

  let trial: TaskTrial;
  let log: LogRecorder;
  beforeEach(async () => {
    trial = await TaskTrial.open();
    log = new LogRecorder();
  });
  afterEach(() => trial[Symbol.asyncDispose]());

  const start = (options: Partial<SupervisorOptions> = {}) =>
    Supervisor.start({
      files: [taskFile],
      processes: 2,
      redis: trial.url,
      namespace: trial.namespace,
      handleSignals: false,
      logger: log,
      ...options,
    });

  const pids = async (supervisor: Supervisor) => (await supervisor.states()).map(({ pid }) => pid);

  it('runs as many worker processes as wanted, each with consumers for every queue', async () => {
    await using supervisor = await start({ consumers: 3 });
    const states = await supervisor.states();
    expect(states.map(({ number, state }) => ({ number, state }))).to.deep.equal([
      { number: 1, state: 'running' },
      { number: 2, state: 'running' },
    ]);
    expect(new Set(states.map(({ pid }) => pid)).size).to.equal(2);
    for (const { consumers } of states) {
      expect(consumers?.map(({ consumer }) => consumer)).to.deep.equal(['tasks-1', 'tasks-2', 'tasks-3']);
    }
  });

  it('says what every consumer does, and which worker does not answer', async () => {
    await using supervisor = await start();
    const [pid] = await pids(supervisor);
    assert(pid !== undefined);
    process.kill(pid, 'SIGSTOP');
    const states = await supervisor.states();
    process.kill(pid, 'SIGCONT');
    expect(states.find((view) => view.pid === pid)?.consumers).to.equal(undefined);
    expect(states.find((view) => view.pid !== pid)?.consumers?.[0]?.state).to.equal('idle');
  });

  it('drops what a handler sends to it as its parent process, and says so', async () => {
    await using supervisor = await start();
    const receipt = await trial.send({ does: 'babble' });
    await receipt.result();
    await log.said('does a handler call process.send');
    expect((await supervisor.states()).map(({ state }) => state)).to.deep.equal(['running', 'running']);
  });

  it('gives back at once what a killed worker held, and starts another in its place', async () => {
    await using supervisor = await start();
    const receipt = await trial.send({ does: 'stick' });
    const first = await trial.begun();
    const killedAtMs = Date.now();
    process.kill(first.pid, 'SIGKILL');
    const second = await trial.begun();
    expect(second).to.include({ id: receipt.id, fence: 2 });
    expect(second.pid).not.to.equal(first.pid);
    expect(second.atMs - killedAtMs, 'the reaper alone takes 350 ms').to.be.lessThan(200);
    expect(await receipt.result()).to.deep.equal({ pid: second.pid, fence: 2 });
    await log.lines.first(({ message, facts }) => message === 'a worker process runs' && facts['number'] === 3);
    expect(await pids(supervisor))
      .to.have.lengthOf(2)
      .and.not.to.include(first.pid);
  });

  it('gives up, and says why, when workers end too often', async () => {
    const supervisor = await start({ processes: 1, restartLimit: 2, deliveryLimit: 20 });
    await trial.send({ does: 'crash' });
    const failure = await supervisor.stopped();
    expect(failure).to.be.instanceOf(RestartLimitError);
    expect(failure?.message).to.include('at most 2 workers').and.to.include('it exited with code 7');
    const begun = await trial.allBegun();
    expect(begun.map(({ fence }) => fence)).to.deep.equal([1, 2, 3]);
  });

  it('does not start, and leaves no worker, when a handler file does not load', async () => {
    const broken = fileURLToPath(new URL('no-such-file.js', import.meta.url));
    const error = await rejection(start({ files: [taskFile, broken] }), WorkerStartError);
    expect(error.reason).to.equal('ACKTOR_HANDLER_FILE');
    expect(error.message).to.include(broken);
  });

  it('loses no job while its workers are replaced, and has a new one up before an old one drains', async () => {
    await using supervisor = await start({ consumers: 4 });
    const old = await pids(supervisor);
    const receipts = await trial.sendMany(300, { takesMs: 20 });
    supervisor.replace();
    const ended = (number: number) =>
      log.lines.first(({ message, facts }) => message.endsWith('has ended') && facts['number'] === number);
    const ends = await Promise.all([ended(1), ended(2)]);
    expect(ends.map(({ facts }) => facts['exitCode'])).to.deep.equal([0, 0]);
    const results = await Promise.all(receipts.map((receipt) => receipt.result({ timeoutMs: 20_000 })));
    expect(results.map(({ fence }) => fence).every((fence) => fence === 1)).to.equal(true);
    expect(await pids(supervisor))
      .to.have.lengthOf(2)
      .and.not.to.include.members(old);
    const story = log.lines.all.map(({ facts, message }) => `${message} ${String(facts['number'])}`);
    expect(story.indexOf('a worker process runs 3')).to.be.lessThan(story.indexOf('a worker process has ended 1'));
    expect(story.indexOf('a worker process runs 4')).to.be.lessThan(story.indexOf('a worker process has ended 2'));
  });

  it('drains every worker on close, strands nothing, and may be closed twice', async () => {
    const supervisor = await start({ consumers: 4 });
    await trial.sendMany(100, { takesMs: 10 });
    await trial.begun();
    expect(await Promise.all([supervisor.close(), supervisor.close()])).to.deep.equal([undefined, undefined]);
    await using queue = trial.queue();
    expect(await queue.getActiveCount()).to.equal(0);
    const begun = await trial.allBegun();
    expect(await queue.getCompletedCount()).to.equal(begun.length + 1);
  });
});
