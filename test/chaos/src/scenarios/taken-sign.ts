// 38: a process is killed that has taken the wake signal of a delayed job.
import type { Redis } from 'ioredis';
import { key } from '../trial/queue-view.js';
import { nowMs, missing, within } from '../trial/time.js';
import { setStage, type Stage } from '../trial/stage.js';
import type { Trial } from '../trial/trial.js';
import type { Scenario } from './scenario.js';

export const takenSign: Scenario = {
  number: 38,
  name: 'sign taken along',
  about:
    'A worker is killed that took the wake signal of a delayed job: another starts the job when it is due, though it had waited before.',
  runs: { quick: 3, usual: 20, all: 200 },
  lanes: 4,
  controls: ["the reaper's sign of what is overdue"],
  controlRuns: 2,
  async run(trial) {
    const stage = await setStage(trial);
    const figure = { name: 'due to start', unit: 'ms', samples: [] as number[] };
    for (let run = 1; run <= trial.runs; run += 1) {
      trial.log(`${run} of ${trial.runs}`);
      const lateMs = await takeAlong(trial, stage);
      if (lateMs === undefined) {
        return {
          violations: [...(await trial.judge({ ...stage, settleMs: 12_000 })), missing('the job was not started')],
        };
      }
      figure.samples.push(lateMs);
    }
    return {
      figures: [figure],
      violations: [...(await trial.judge(stage)), ...trial.missed(figure, { max: LATEST_MS })],
    };
  },
};

const DELAY_MS = 2_000;
/** The heartbeat of an idle process comes once a second. */
const LATEST_MS = 1_500;
const LIMIT_MS = 15_000;

/** How late the job was started; undefined when it was not. The server serves the client that has waited longest: that one takes the signal. */
async function takeAlong(trial: Trial, { server, sender, view: { client } }: Stage): Promise<number | undefined> {
  const without = trial.control === undefined ? [] : (['overdueSign'] as const);
  const start = () => trial.worker({ redis: server.url, without }).ready();
  const taker = await start();
  await untilWaiting(client, 1);
  const heir = await start();
  await untilWaiting(client, 2);
  const { order, receipt } = await sender.send({ kind: 'return' }, { delayMs: DELAY_MS });
  const dueAtMs = nowMs() + DELAY_MS;
  while ((await client.exists(key('marker'))) === 1);
  trial.ledger.write({ what: 'fault', fault: `SIGKILL ${taker.name}`, mayRedeliver: 0 });
  await taker.end();
  const started = await within(LIMIT_MS, heir.reported('started', order));
  await receipt.result({ timeoutMs: LIMIT_MS }).catch(() => undefined);
  await heir.end();
  return started && Math.max(0, started.atMs - dueAtMs);
}

async function untilWaiting(client: Redis, count: number): Promise<void> {
  while (String(await client.client('LIST')).split('cmd=bzpopmin').length - 1 !== count);
}
