// 3: eight worker processes are killed at once.
import type { Span } from '../checker/evidence.js';
import { nowMs } from '../trial/time.js';
import { setStage, type Stage } from '../trial/stage.js';
import type { Trial } from '../trial/trial.js';
import type { Scenario } from './scenario.js';

export const killAFleet: Scenario = {
  number: 3,
  name: 'SIGKILL of 8 processes at once',
  about: 'Eight workers are killed at once: all their jobs are back within a second, in order, before newer ones.',
  runs: { quick: 1, usual: 5, all: 10 },
  controls: ['presence'],
  async run(trial) {
    const stage = await setStage(trial);
    const backMs: number[] = [];
    const ordered: Span[] = [];
    for (let run = 1; run <= trial.runs; run += 1) {
      trial.log(`${run} of ${trial.runs}`);
      const round = await killAll(trial, stage);
      backMs.push(round.backMs);
      ordered.push({ fromMs: round.releasedAtMs, toMs: nowMs() });
    }
    const figure = { name: 'kill to all back', unit: 'ms', samples: backMs };
    const violations = await trial.judge({ ...stage, ordered });
    return { figures: [figure], violations: [...violations, ...trial.missed(figure, { max: 1_000 })] };
  },
};

const FLEET = 8;
const NEWER = 12;
const SETTLE_MS = 5_000;

async function killAll(trial: Trial, { server, sender, view }: Stage) {
  const options = trial.control === undefined ? {} : { graceMs: 600_000, leaseMs: 2_000 };
  const request = { redis: server.url, options };
  const survivor = await trial.worker(request).ready();
  const kept = await sender.send({ kind: 'hold', deliveries: 1 });
  await survivor.reported('started', kept.order);
  const fleet = await Promise.all(Array.from({ length: FLEET }, () => trial.worker(request).ready()));
  await sender.sendMany(FLEET, { kind: 'hold', deliveries: 1 });
  await Promise.all(fleet.map((worker) => worker.until(() => worker.reports.length > 0)));
  await sender.sendMany(NEWER, { kind: 'return' });
  trial.ledger.write({ what: 'fault', fault: `SIGKILL of ${FLEET}`, mayRedeliver: FLEET });
  const killedAtMs = nowMs();
  for (const worker of fleet) worker.signal('SIGKILL');
  await view.within(SETTLE_MS, async () => (await view.load()).active === 1);
  const backMs = nowMs() - killedAtMs;
  const releasedAtMs = nowMs();
  survivor.order('release');
  await view.emptied(SETTLE_MS);
  survivor.signal('SIGTERM');
  await survivor.exited();
  return { backMs, releasedAtMs };
}
