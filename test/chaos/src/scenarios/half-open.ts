// 11: packets between a worker and the server vanish; neither side notices.
import { nowMs, missing, within } from '../trial/time.js';
import { setStage } from '../trial/stage.js';
import type { Trial } from '../trial/trial.js';
import type { Scenario } from './scenario.js';

export const halfOpen: Scenario = {
  number: 11,
  name: 'half-open connections',
  about:
    "A worker's packets vanish: its job is redelivered when the lease ends, and what it says later changes nothing.",
  runs: { quick: 1, usual: 3, all: 4 },
  lanes: 4,
  controls: ['lease expiry'],
  async run(trial) {
    const stage = await setStage(trial);
    const waitsMs: number[] = [];
    for (let run = 1; run <= trial.runs; run += 1) {
      trial.log(`${run} of ${trial.runs}`);
      const waitMs = await blackOutOnce(trial, stage);
      if (waitMs === undefined) {
        return {
          violations: [...(await trial.judge({ ...stage, settleMs: 500 })), missing('the job did not come back')],
        };
      }
      waitsMs.push(waitMs);
    }
    const figure = { name: 'silence to redelivery', unit: 'ms', samples: waitsMs };
    return {
      figures: [figure],
      violations: [...(await trial.judge(stage)), ...trial.missed(figure, { max: leaseOf(trial) + CHECK_MS })],
    };
  },
};

const CHECK_MS = 500;

function leaseOf({ extent, control }: Trial): number {
  if (control !== undefined) return 600_000;
  return extent === 'all' ? 15_000 : 1_000;
}

async function blackOutOnce(trial: Trial, { server, sender }: Awaited<ReturnType<typeof setStage>>) {
  const leaseMs = leaseOf(trial);
  const proxy = await trial.proxy(server);
  const cutOff = await trial.worker({ redis: proxy.url, options: { leaseMs } }).ready();
  const { order } = await sender.send({ kind: 'hold', deliveries: 1 });
  await cutOff.reported('started', order);
  const heir = await trial.worker({ redis: server.url, options: { leaseMs } }).ready();
  trial.ledger.write({ what: 'fault', fault: `blackout of ${cutOff.name}`, mayRedeliver: 1 });
  const darkAtMs = nowMs();
  proxy.blackOut();
  // The handler ends while the connection is dead: its ack waits, and must be refused when it arrives.
  cutOff.order('release');
  const again = await within(Math.min(leaseMs + 2_000, 20_000), heir.reported('started', order, 2));
  proxy.heal();
  if (again === undefined) return undefined;
  await Promise.all([cutOff, heir].map((worker) => (worker.signal('SIGTERM'), worker.exited())));
  return again.atMs - darkAtMs;
}
