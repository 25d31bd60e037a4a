// 41: workers and the server are killed while schedules run.
import { setTimeout as pause } from 'node:timers/promises';
import { Producer } from '@acktor/core';
import type { PrivateServer, ServerSettings } from '@acktor/core/server';
import type { Violation } from '../checker/evidence.js';
import { trialJob } from '../fleet/trial-job.js';
import type { WorkerProcess } from '../fleet/worker-process.js';
import { key, type QueueView } from '../trial/queue-view.js';
import { missing } from '../trial/time.js';
import type { Trial } from '../trial/trial.js';
import type { Scenario } from './scenario.js';

export const killedSchedules: Scenario = {
  number: 41,
  name: 'schedules through kills',
  about:
    'Workers and the server are killed while schedules run: each time of each schedule has one run, and none is missing.',
  runs: { quick: 4, usual: 12, all: 50 },
  isLong: true,
  controls: ['the append-only file', 'running what was missed'],
  controlRuns: 2,
  async run(trial) {
    const server = await trial.server({ settings: settingsFor(trial) });
    const view = await trial.view(server);
    const producer = trial.keep(await Producer.connect({ redis: server.url, durability: 'off' }));
    const names = await putSchedules(trial, producer);
    const scene: Scene = { trial, server, workers: [] };
    await addWorkers(scene);
    for (let run = 1; run <= trial.runs; run += 1) {
      trial.log(`${run} of ${trial.runs}`);
      await strike(scene, run);
      await pause(trial.random.whole(200, 1_500));
    }
    const isOnTime = await untilOnTime(trial, view, names.length);
    for (const name of names) await producer.schedules(trialJob).pause(name);
    await view.emptied(SETTLE_MS * trial.slowness);
    const times = timesOf(await view.client.zrange(key('completed'), '0', '-1'));
    const all = [...times.values()].reduce((sum, each) => sum + each.length, 0);
    return {
      violations: [...(isOnTime ? [] : [missing('the schedules are not on time again')]), ...gapsIn(names, times)],
      remarks: [`${all} runs of ${names.length} schedules, ${again(trial)} deliveries of them again`],
    };
  },
};

function settingsFor({ control }: Trial): ServerSettings {
  return { appendfsync: 'always', ...(control === 'the append-only file' && { appendonly: 'no' }) };
}

async function putSchedules(trial: Trial, producer: Producer): Promise<readonly string[]> {
  const count = { quick: 100, usual: 300, all: 1_000 }[trial.extent];
  const missed = trial.control === 'running what was missed' ? 'runOnce' : 'runAll';
  const names = Array.from({ length: count }, (_, i) => `often-${i}`);
  for (const [order, name] of names.entries())
    await producer.schedule(name, trialJob, { everyMs: EVERY_MS, missed }, { order, plan: { kind: 'return' } });
  return names;
}

interface Scene {
  readonly trial: Trial;
  readonly server: PrivateServer;
  workers: readonly WorkerProcess[];
}

async function addWorkers(scene: Scene): Promise<void> {
  const { trial, server } = scene;
  const wanted = WORKERS - scene.workers.length;
  const options = { durability: 'off', consumers: 10 } as const;
  const added = Array.from({ length: wanted }, () => trial.worker({ redis: server.url, options }).ready());
  scene.workers = [...scene.workers, ...(await Promise.all(added))];
}

/** All workers first, for longer than an interval; then in turn the server, and one of the workers. */
async function strike(scene: Scene, run: number): Promise<void> {
  const { trial, server, workers } = scene;
  if (run % 3 === 2) {
    await server.kill('SIGKILL');
    await server.restart();
    return;
  }
  const struck = run === 1 ? workers : [trial.random.oneOf(workers)];
  for (const worker of struck) await worker.end();
  scene.workers = workers.filter((worker) => !struck.includes(worker));
  if (run === 1) await pause(2.5 * EVERY_MS);
  await addWorkers(scene);
}

/** Resolves with true when every schedule waits for a time that is to come. */
function untilOnTime(trial: Trial, view: QueueView, count: number): Promise<boolean> {
  return view.within(SETTLE_MS * trial.slowness, async () => {
    const [seconds] = await view.client.time();
    return (await view.client.zcount(key('repeat'), Number(seconds) * 1_000, '+inf')) === count;
  });
}

/** The times of the acked runs by the names of their schedules, in order. */
function timesOf(ids: readonly string[]): ReadonlyMap<string, readonly number[]> {
  const times = new Map<string, number[]>();
  for (const id of ids) {
    const [, name = '', ms] = id.split(':');
    times.set(name, [...(times.get(name) ?? []), Number(ms)]);
  }
  for (const each of times.values()) each.sort((one, other) => one - other);
  return times;
}

function gapsIn(names: readonly string[], times: ReadonlyMap<string, readonly number[]>): readonly Violation[] {
  return names.flatMap((name) => {
    const own = times.get(name) ?? [];
    if (own.length < 2) return [missing(`${name} has ${own.length} runs`)];
    const wrong = own.slice(1).findIndex((ms, i) => ms - (own[i] ?? 0) !== EVERY_MS);
    return wrong < 0 ? [] : [missing(`${name}: after ${own[wrong]} comes ${own[wrong + 1]}`)];
  });
}

/** How many deliveries came after the first of their job. */
function again(trial: Trial): number {
  return trial.entries().filter((entry) => entry.what === 'started' && entry.fence > 1).length;
}

const WORKERS = 3;
const EVERY_MS = 4_000;
const SETTLE_MS = 30_000;
