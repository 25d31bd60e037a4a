import assert from 'node:assert/strict';
import { DeadLetteredError } from '@acktor/core';
import { RestartLimitError, Supervisor, WorkerStartError, type SupervisorOptions } from '@acktor/cli';
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

  it('runs the middleware of its files around every handler, the first outermost', async () => {
    const middleware = [fileURLToPath(new URL('task-middleware.js', import.meta.url))];
    await using _supervisor = await start({ processes: 1, middleware });
    const receipt = await trial.send();
    expect((await receipt.result({ timeoutMs: 10_000 })).fence).to.equal(11);
  });

  it('leaves the signals of its process alone, unless it is asked to take them', async () => {
    const listeners = () => SIGNALS.map((signal) => process.listenerCount(signal));
    const before = listeners();
    await using supervisor = await start({ processes: 1 });
    expect(listeners()).to.deep.equal(before);
    await supervisor.close();
    await using obedient = await start({ processes: 1, handleSignals: true });
    expect(listeners()).to.deep.equal(before.map((count) => count + 1));
    await obedient.close();
    expect(listeners()).to.deep.equal(before);
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

  it('gives up when workers end too often, and says why and what they were doing', async () => {
    const supervisor = await start({ processes: 1, restartLimit: 2, restartWindowMs: 60_000 });
    const { id } = await trial.send({ does: 'hold' });
    for (let end = 1; end <= 3; end += 1) process.kill((await trial.begun()).pid, 'SIGKILL');
    const failure = await supervisor.stopped();
    expect(failure).to.be.instanceOf(RestartLimitError);
    expect(failure?.message).to.include('at most 2 workers').and.to.include('it was ended by SIGKILL');
    for (const number of [1, 2, 3]) expect(failure?.message).to.include(`worker ${number} held ${id}`);
  });

  it('bears as many ends for each of its workers', async () => {
    await using supervisor = await start({ processes: 2, restartLimit: 1, restartWindowMs: 60_000 });
    await trial.send({ does: 'hold' });
    for (let end = 1; end <= 2; end += 1) process.kill((await trial.begun()).pid, 'SIGKILL');
    expect(await trial.begun()).to.include({ fence: 3 });
    expect((await supervisor.states()).length).to.be.greaterThan(0);
    const closed = supervisor.close();
    supervisor.end();
    await closed;
  });

  it('poisons a job that exits before it gives up its workers, and runs the others once', async () => {
    await using supervisor = await start({ processes: 2, restartLimit: 0, consumers: 3 });
    const poison = await trial.send({ does: 'crash' });
    const others = await trial.sendMany(50, {});
    await rejection(poison.result({ timeoutMs: 40_000 }), DeadLetteredError);
    const results = await Promise.all(others.map((receipt) => receipt.result({ timeoutMs: 20_000 })));
    expect(results).to.have.lengthOf(50);
    const begun = (await trial.allBegun()).filter(({ id }) => id === poison.id);
    expect(begun).to.have.lengthOf(3);
    expect(await supervisor.close()).to.equal(undefined);
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

const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR2'];
