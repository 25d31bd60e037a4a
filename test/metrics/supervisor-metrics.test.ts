import assert from 'node:assert/strict';
import { Supervisor } from '@acktor/cli';
import { MetricsPortError } from '@acktor/worker';
import { expect } from 'chai';
import { readFile } from 'node:fs/promises';
import { rejection } from '../server/rejection.js';
import { LogRecorder } from '../signals/log-recorder.js';
import { taskFile, TaskTrial } from '../supervisor/task-trial.js';
import { namesIn, readMetrics } from './read-metrics.js';

describe('the metrics of a supervisor', function () {
  this.timeout(60_000);

  let trial: TaskTrial;
  let log: LogRecorder;
  beforeEach(async () => {
    trial = await TaskTrial.open();
    log = new LogRecorder();
  });
  afterEach(() => trial[Symbol.asyncDispose]());

  const start = (metricsPort = 0) =>
    Supervisor.start({
      files: [taskFile],
      processes: 2,
      redis: trial.url,
      namespace: trial.namespace,
      logger: log,
      metricsPort,
    });

  const fetchFrom = (supervisor: Supervisor, path: string) =>
    fetch(`http://127.0.0.1:${supervisor.metricsPort}${path}`);

  it('add up what its workers counted, those that have ended included, and say what waits', async () => {
    await using supervisor = await start();
    const receipts = await trial.sendMany(20, {});
    await Promise.all(receipts.map((receipt) => receipt.result()));
    supervisor.replace();
    const ended = (number: number) =>
      log.lines.first(({ message, facts }) => message.endsWith('has ended') && facts['number'] === number);
    await Promise.all([ended(1), ended(2)]);
    const response = await fetchFrom(supervisor, '/metrics');
    expect(response.headers.get('content-type')).to.include('text/plain');
    const samples = readMetrics(await response.text());
    expect(samples.get('acktor_deliveries_total{queue="tasks",job="task",end="acked"}')).to.equal(20);
    expect(samples.get('acktor_consumer_state_seconds_count{queue="tasks",state="processing"}')).to.equal(20);
    expect(samples.get('acktor_worker_ends_total{how="told"}')).to.equal(2);
    expect(samples.get('acktor_workers{state="running"}')).to.equal(2);
    expect(samples.get('acktor_queue_jobs{queue="tasks",place="waiting"}')).to.equal(0);
    expect(samples.get('acktor_desired_consumers{queue="tasks"}')).to.equal(0);
  });

  it('are those that the Grafana dashboard draws', async () => {
    await using supervisor = await start();
    const receipt = await trial.send();
    await receipt.result();
    const file = new URL('../../../deploy/grafana/acktor.json', import.meta.url);
    const drawn = (await readFile(file, 'utf8')).match(/\backtor_\w+/g) ?? [];
    expect(new Set(drawn).size).to.be.above(10);
    // Said once a worker has ended.
    const later = 'acktor_worker_ends_total';
    expect([...namesIn(await supervisor.metrics()), later]).to.include.members(drawn);
  });

  it('say that it is not ready while a worker is missing, and alive all the time', async () => {
    await using supervisor = await start();
    expect(await (await fetchFrom(supervisor, '/readyz')).text()).to.equal('ready\n');
    const [first] = await supervisor.states();
    assert(first?.pid !== undefined);
    process.kill(first.pid, 'SIGKILL');
    await log.lines.first(({ message }) => message.endsWith('has ended'));
    const readiness = await fetchFrom(supervisor, '/readyz');
    expect(readiness.status).to.equal(503);
    expect(await readiness.text()).to.equal('1 of 2 workers run\n');
    expect((await fetchFrom(supervisor, '/healthz')).status).to.equal(200);
    expect((await fetchFrom(supervisor, '/elsewhere')).status).to.equal(404);
  });

  it('refuse a port that is taken, and leave nothing open', async () => {
    await using supervisor = await start();
    const { metricsPort = 0 } = supervisor;
    const error = await rejection(start(metricsPort), MetricsPortError);
    expect(error.message).to.include(`127.0.0.1:${metricsPort}`).and.to.include('choose another port');
  });
});
