// 13: the server is killed and started again on its append-only file.
import { setTimeout as pause } from 'node:timers/promises';
import type { ServerSettings } from '@acktor/core/server';
import { nowMs, within } from '../trial/time.js';
import type { WorkerProcess } from '../fleet/worker-process.js';
import type { Proxy } from '../proxy/proxy.js';
import { setStage, type Stage } from '../trial/stage.js';
import type { Trial } from '../trial/trial.js';
import type { Scenario } from './scenario.js';

export const restartedServer: Scenario = {
  number: 13,
  name: 'Redis SIGKILL and restart',
  about:
    'The server is killed and restarted (AOF, fsync always): nothing is lost, no worker is taken for dead, work goes on.',
  runs: { quick: 4, usual: 15, all: 50 },
  lanes: 4,
  controls: ['the append-only file', 'the hold-off'],
  controlRuns: 2,
  async run(trial) {
    const stage = await setStage(trial, settingsFor(trial));
    const proxy = await trial.proxy(stage.server);
    const samples = await restartAgainAndAgain(trial, stage, proxy);
    const figure = { name: 'server back to next start', unit: 'ms', samples };
    return { figures: [figure], violations: [...(await trial.judge(stage)), ...trial.missed(figure, { max: 3_000 })] };
  },
};

function settingsFor({ control }: Trial): ServerSettings {
  return { appendfsync: 'always', ...(control === 'the append-only file' && { appendonly: 'no' }) };
}

async function restartAgainAndAgain(trial: Trial, stage: Stage, proxy: Proxy): Promise<readonly number[]> {
  const without = trial.control === 'the hold-off' ? (['holdOff'] as const) : [];
  const options = { durability: 'off', consumers: 3 } as const;
  const workers = await Promise.all(
    [proxy.url, stage.server.url].map((redis) => trial.worker({ redis, options, without }).ready()),
  );
  const samples: number[] = [];
  for (let run = 1; run <= trial.runs; run += 1) {
    trial.log(`${run} of ${trial.runs}`);
    // More than one worker can hold: some are held by the one that finds its way back late.
    const held = await stage.sender.sendMany(4, { kind: 'hold', deliveries: 1 });
    await Promise.all(held.map(({ order }) => Promise.race(workers.map((it) => it.reported('started', order)))));
    await stage.sender.sendMany(trial.random.whole(20, 60), { kind: 'work', forMs: 5 });
    samples.push(await restartOnce({ stage, proxy, workers }));
    await pause(HOLD_OFF_MS);
    for (const worker of workers) worker.order('release');
    await stage.view.emptied(SETTLE_MS);
  }
  return samples;
}

interface Scene {
  readonly stage: Stage;
  readonly proxy: Proxy;
  readonly workers: readonly WorkerProcess[];
}

/** How long after the server's return the next job starts. One worker finds its way back later than the grace time. */
async function restartOnce({ stage: { server, sender }, proxy, workers }: Scene): Promise<number> {
  await server.kill('SIGKILL');
  proxy.cut(undefined, AWAY_MS);
  await server.restart();
  const backAtMs = nowMs();
  const next = await within(SETTLE_MS, sender.send({ kind: 'return' }));
  const started =
    next && (await within(SETTLE_MS, Promise.race(workers.map((it) => it.reported('started', next.order)))));
  return (started?.atMs ?? Number.POSITIVE_INFINITY) - backAtMs;
}

/** Longer than the grace time of 250 ms, shorter than the hold-off. */
const AWAY_MS = 1_200;
/** When it is over, a worker that is still missing counts as dead: none may be. */
const HOLD_OFF_MS = 1_500;
const SETTLE_MS = 10_000;
