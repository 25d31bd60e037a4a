import { Supervisor } from '@acktor/cli';
import { expect } from 'chai';
import { readMetrics } from '../metrics/read-metrics.js';
import { plainRedis } from '../real-redis/plain-bullmq.js';
import { LogRecorder } from '../signals/log-recorder.js';
import { taskFile } from '../supervisor/task-trial.js';
import { FleetTrial } from './fleet-trial.js';

describe('an idle fleet of ten supervisors, as on ten hosts, with a hundred consumers each', function () {
  this.timeout(180_000);

  let open: FleetTrial;
  let supervisors: readonly Supervisor[];
  before('starts it', async () => {
    open = await FleetTrial.open();
    const { url: redis, namespace } = open.trial;
    supervisors = await Promise.all(
      Array.from({ length: 10 }, () =>
        Supervisor.start({
          files: [taskFile],
          processes: 1,
          consumers: 100,
          redis,
          namespace,
          metricsPort: 0,
          logger: new LogRecorder(),
        }),
      ),
    );
  });
  after('ends it', async () => {
    await Promise.all(supervisors.map((supervisor) => supervisor.close()));
    await open[Symbol.asyncDispose]();
  });

  it('is seen whole by who asks', async () => {
    const workers = await open.fleet.workers({ withinMs: 5_000 });
    expect(workers.map(({ consumers }) => consumers.length)).to.deep.equal(Array.from({ length: 10 }, () => 100));
  });

  it('answers for its own workers in the metrics of each supervisor', async () => {
    const texts = await Promise.all(supervisors.map((supervisor) => supervisor.metrics()));
    expect(texts.map(consumersIn)).to.deep.equal(Array.from({ length: 10 }, () => 100));
  });

  it('asks at most fifty commands a second of the server, and publishes nothing', async () => {
    using redis = await plainRedis(open.trial.url);
    await redis.config('RESETSTAT');
    const beganAtMs = Date.now();
    await new Promise((resolve) => setTimeout(resolve, MEASURED_MS));
    const [stats, perCommand] = [await redis.info('stats'), await redis.info('commandstats')];
    const commands = Number(/total_commands_processed:(\d+)/.exec(stats)?.[1]);
    const perSecond = (commands * 1_000) / (Date.now() - beganAtMs);
    process.stdout.write(`    ${perSecond.toFixed(1)} commands a second\n`);
    expect(perSecond).to.be.at.most(50);
    expect(perCommand).not.to.contain('cmdstat_publish');
  });
});

/** In whichever state: one that has just looked for work is not idle yet. */
function consumersIn(text: string): number {
  const samples = [...readMetrics(text)].filter(([name]) => name.startsWith('acktor_consumers{queue="tasks"'));
  return samples.reduce((sum, [, count]) => sum + count, 0);
}

/** A rate takes time. */
const MEASURED_MS = 6_000;
