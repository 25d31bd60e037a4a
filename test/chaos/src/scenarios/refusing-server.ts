// 34: the server refuses everybody, or all writes, for longer than a lease.
import type { Redis } from 'ioredis';
import { setTimeout as pause } from 'node:timers/promises';
import type { WorkerProcess } from '../fleet/worker-process.js';
import { setStage } from '../trial/stage.js';
import { within } from '../trial/time.js';
import type { Scenario } from './scenario.js';

export const refusingServer: Scenario = {
  number: 34,
  name: 'server refuses',
  about:
    'The server is BUSY, has too few replicas for a write, or is read-only for longer than a lease: no lease could be renewed, and nothing runs twice.',
  runs: { quick: 1, usual: 3, all: 20 },
  controls: ['the hold-off after a gap'],
  controlRuns: 3,
  async run(trial) {
    const stage = await setStage(trial, { 'busy-reply-threshold': '100' });
    const without = trial.control === undefined ? [] : (['gapHoldOff'] as const);
    const options = { leaseMs: LEASE_MS, consumers: HELD };
    const start = () => trial.worker({ redis: stage.server.url, options, without }).ready();
    const workers = await Promise.all([start(), start()]);
    for (let run = 1; run <= trial.runs; run += 1) {
      for (const [name, refuse] of Object.entries(REFUSALS)) {
        trial.log(`${name}, ${run} of ${trial.runs}`);
        const sent = await stage.sender.sendMany(HELD, { kind: 'hold', deliveries: 1 });
        await Promise.all(sent.map(({ order }) => firstStart(workers, order, 1)));
        await refuse(stage.view.client);
        // What expired meanwhile would have been given back by then.
        await within(LOOKED_FOR_MS, Promise.race(sent.map(({ order }) => firstStart(workers, order, 2))));
        for (const worker of workers) worker.order('release');
        await stage.view.emptied(LIMIT_MS);
      }
    }
    return { violations: await trial.judge(stage) };
  },
};

const LEASE_MS = 2_000;
const HELD = 4;
const REFUSED_MS = 4_000;
const LOOKED_FOR_MS = 3_500;
const LIMIT_MS = 10_000;

const REFUSALS: Readonly<Record<string, (client: Redis) => Promise<void>>> = {
  /** The script of one client runs, and the server answers BUSY to all others. */
  async busy(client) {
    await client.eval(BUSY_SCRIPT, 0, REFUSED_MS);
  },
  /** NOREPLICAS: writes are refused, as with a full disk (MISCONF). */
  async withoutReplicas(client) {
    await client.config('SET', 'min-replicas-to-write', '1');
    await pause(REFUSED_MS);
    await client.config('SET', 'min-replicas-to-write', '0');
  },
  /** READONLY: it is made to follow a server that is not there. */
  async readOnly(client) {
    await client.call('REPLICAOF', '127.0.0.1', '1');
    await pause(REFUSED_MS);
    await client.call('REPLICAOF', 'NO', 'ONE');
  },
};

const BUSY_SCRIPT = `
local function nowMs()
  local time = redis.call('TIME')
  return time[1] * 1000 + time[2] / 1000
end
local untilMs = nowMs() + tonumber(ARGV[1])
while nowMs() < untilMs do end
return 1`;

async function firstStart(workers: readonly WorkerProcess[], order: number, fence: number): Promise<void> {
  await Promise.race(workers.map((worker) => worker.reported('started', order, fence)));
}
