// 1: a worker process is killed while its handler works.
import { setTimeout as pause } from 'node:timers/promises';
import { connectBroker } from '@acktor/core/internal';
import type { Figure, Goal } from '../checker/figures.js';
import { nowMs } from '../trial/time.js';
import type { WorkerOrder } from '../fleet/fleet-protocol.js';
import { QUEUE } from '../fleet/trial-job.js';
import { killStockBullmq } from '../peers/stock-bullmq.js';
import type { WorkerProcess } from '../fleet/worker-process.js';
import { setStage } from '../trial/stage.js';
import type { Sender } from '../trial/sender.js';
import type { Trial, WorkerRequest } from '../trial/trial.js';
import type { Scenario } from './scenario.js';

export const killMidJob: Scenario = {
  number: 1,
  name: 'SIGKILL mid-job',
  about:
    'A worker is killed while its handler works: another has the job in half a second, and at once if a parent reports the exit.',
  runs: { quick: 8, usual: 200, all: 1_000 },
  controls: ['presence'],
  controlRuns: 2,
  async run(trial) {
    const stage = await setStage(trial);
    const scene = { trial, sender: stage.sender, request: { redis: stage.server.url, options: optionsFor(trial) } };
    const alone = await killInVolleys(scene, trial.runs);
    const back = { name: 'kill to redelivery', unit: 'ms', samples: alone.map(({ backMs }) => backMs) };
    const goals = goalsOf(trial);
    if (trial.control !== undefined)
      return { violations: [...(await trial.judge(stage)), ...trial.missed(back, goals.alone)] };
    const reported = await killInVolleys(
      { ...scene, releaseDead: await openReleaseDead(trial, stage.server.url) },
      reportedRuns(trial),
    );
    const figures = [back, ...reportedFigures(reported)];
    const missed = [
      ...trial.missed(back, goals.alone),
      ...reportedFigures(reported).flatMap((it) => trial.missed(it, goals.reported)),
    ];
    const peers = trial.extent === 'all' ? [await killStockBullmq(trial, stage.server, PEER_RUNS)] : [];
    return { figures: [...figures, ...peers], violations: [...(await trial.judge(stage)), ...missed] };
  },
};

/** BullMQ needs a minute for each. */
const PEER_RUNS = 5;

/** What a parent does is the same each time; the processes that it takes are the greater part of the scenario's cost. */
function reportedRuns({ extent, runs }: Trial): number {
  return extent === 'quick' ? runs : Math.ceil(runs / 4);
}

/** The 99th percentile of a few kills is the worst of them, and says more of the machine's other work than of ours. */
function goalsOf({ extent }: Trial): Readonly<Record<'alone' | 'reported', Goal>> {
  if (extent === 'quick') return { alone: { p50: 400, max: 1_000 }, reported: { p50: 25 } };
  return { alone: { p50: 400, p99: 500, max: 1_000 }, reported: { p99: 25 } };
}

/** Without presence only the end of the lease shows the death; a short one, so that the control ends soon. */
function optionsFor({ control }: Trial): WorkerOrder['options'] {
  return control === 'presence' ? { graceMs: 600_000, leaseMs: 2_000 } : {};
}

interface Scene {
  readonly trial: Trial;
  readonly sender: Sender;
  readonly request: WorkerRequest;
  /** What a parent does that sees its child exit; undefined without a parent. */
  readonly releaseDead?: (worker: WorkerProcess) => Promise<unknown>;
}

/** After the kill: until the system said that the process had gone, and until its job was with another. */
interface Death {
  readonly goneMs: number;
  readonly backMs: number;
}

function reportedFigures(deaths: readonly Death[]): readonly Figure[] {
  return [
    { name: 'kill to redelivery, exit reported', unit: 'ms', samples: deaths.map(({ backMs }) => backMs) },
    { name: 'of which after the exit', unit: 'ms', samples: deaths.map(({ backMs, goneMs }) => backMs - goneMs) },
  ];
}

/** Processes are started by the volley, ahead of the kills: what a start costs the machine is no part of a redelivery. */
async function killInVolleys(scene: Scene, runs: number): Promise<readonly Death[]> {
  const deaths: Death[] = [];
  while (deaths.length < runs) {
    deaths.push(...(await killVolley(scene, Math.min(VOLLEY, runs - deaths.length))));
    scene.trial.log(`${scene.releaseDead ? 'exit reported' : 'no parent'}: ${deaths.length} of ${runs}`);
  }
  return deaths;
}

const VOLLEY = 12;
/** Enough to be another moment than the last death's, and short enough for several to be missed at the same time. */
const APART_MS = [80, 200] as const;

/** Each has a job of its own; the heir, which comes last, has a free consumer for each of the jobs. */
async function killVolley(scene: Scene, size: number): Promise<readonly Death[]> {
  const { trial, sender, request } = scene;
  const victims = await Promise.all(Array.from({ length: size }, () => trial.worker(request).ready()));
  await sender.sendMany(size, { kind: 'hold', deliveries: 1 });
  await Promise.all(victims.map((victim) => victim.until(() => victim.reports.length > 0)));
  const heir = await trial.worker({ ...request, options: { ...request.options, consumers: size } }).ready();
  const deaths: Promise<Death>[] = [];
  for (const victim of victims) {
    await pause(trial.random.whole(...APART_MS));
    deaths.push(killOne(scene, victim, heir));
  }
  const all = await Promise.all(deaths);
  // In order: the ack of its last job may be on the way, and that job would be the next volley's.
  heir.signal('SIGTERM');
  await heir.exited();
  return all;
}

async function killOne({ trial, releaseDead }: Scene, victim: WorkerProcess, heir: WorkerProcess): Promise<Death> {
  const held = victim.reports[0];
  if (held === undefined) throw new Error(`expected ${victim.name} to hold a job`);
  trial.ledger.write({ what: 'fault', fault: `SIGKILL ${victim.name}`, mayRedeliver: 1 });
  const killedAtMs = victim.signal('SIGKILL');
  const gone = victim.exited().then(() => {
    void releaseDead?.(victim);
    return nowMs();
  });
  const { atMs } = await heir.reported('started', held.order, held.fence + 1);
  return { goneMs: (await gone) - killedAtMs, backMs: atMs - killedAtMs };
}

/** A parent of the workers with a connection of its own. */
async function openReleaseDead(trial: Trial, redis: string): Promise<(worker: WorkerProcess) => Promise<unknown>> {
  const place = { redis, namespace: 'bull', durability: 'require', connectTimeoutMs: 5_000 } as const;
  const connected = await connectBroker({ ...place, name: 'acktor-supervisor' });
  trial.keep({ [Symbol.asyncDispose]: () => connected.close() });
  return (worker) => connected.broker.releaseDead(QUEUE, { process: worker.workerId, deliveryLimit: 20 });
}
