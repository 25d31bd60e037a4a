// 19: the server has reached its memory limit.
import { SendRefusedError } from '@acktor/core';
import type { Violation } from '../checker/evidence.js';
import type { WorkerProcess } from '../fleet/worker-process.js';
import { setStage, type Stage } from '../trial/stage.js';
import { missing, within } from '../trial/time.js';
import type { Trial } from '../trial/trial.js';
import type { Scenario } from './scenario.js';

export const outOfMemory: Scenario = {
  number: 19,
  name: 'maxmemory reached',
  about:
    'The server is out of memory: acks, fetches and redeliveries go on; sends are refused in words, and accepted later.',
  runs: { quick: 1, usual: 5, all: 10 },
  lanes: 2,
  controls: ['the allowance to write without memory'],
  async run(trial) {
    const stage = await setStage(trial);
    const violations: Violation[] = [];
    const backMs: number[] = [];
    for (let run = 1; run <= trial.runs; run += 1) {
      trial.log(`${run} of ${trial.runs}`);
      const round = await runDry(trial, stage);
      violations.push(...round.violations);
      backMs.push(round.backMs);
    }
    const figure = { name: 'kill to redelivery without memory', unit: 'ms', samples: backMs };
    violations.push(...(await trial.judge(stage)), ...trial.missed(figure, { max: 1_000 }));
    return { figures: [figure], violations };
  },
};

const LIMIT_MS = 5_000;

async function runDry(trial: Trial, stage: Stage) {
  const { sender, view } = stage;
  const [dying, living] = await startTwo(trial, stage);
  await sender.sendMany(30, { kind: 'work', forMs: 20 });
  await view.client.config('SET', 'maxmemory', 1);
  const violations = await refusals(stage);
  const backMs = await killOne(trial, dying, living);
  living.order('release');
  const isEmptied = await view.emptied(LIMIT_MS);
  if (!isEmptied) violations.push(missing('the queue was not worked off while the server was out of memory'));
  await view.client.config('SET', 'maxmemory', 0);
  await sender.send({ kind: 'return' });
  await view.emptied(LIMIT_MS);
  living.signal('SIGTERM');
  await living.exited();
  return { violations, backMs };
}

/** Each holds a job of its own. */
async function startTwo(trial: Trial, { server, sender }: Stage): Promise<readonly [WorkerProcess, WorkerProcess]> {
  const without = trial.control === undefined ? [] : (['memoryAllowance'] as const);
  const request = { redis: server.url, options: { consumers: 2 }, without };
  const dying = await trial.worker(request).ready();
  const held = await sender.send({ kind: 'hold', deliveries: 1 });
  await dying.reported('started', held.order);
  return [dying, await trial.worker(request).ready()];
}

async function refusals({ sender }: Stage): Promise<Violation[]> {
  const outcome = await sender.send({ kind: 'return' }).catch((error: unknown) => error);
  if (outcome instanceof SendRefusedError && outcome.message.includes('OOM')) return [];
  return [missing(`a send without memory was not refused in words: ${String(outcome)}`)];
}

async function killOne(trial: Trial, dying: WorkerProcess, living: WorkerProcess): Promise<number> {
  trial.ledger.write({ what: 'fault', fault: `SIGKILL ${dying.name} without memory`, mayRedeliver: 2 });
  const killedAtMs = dying.signal('SIGKILL');
  const held = dying.reports[0];
  const again = held && (await within(LIMIT_MS, living.reported('started', held.order, 2)));
  return again === undefined ? Number.POSITIVE_INFINITY : again.atMs - killedAtMs;
}
