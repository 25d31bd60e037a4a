// 4: a worker process is stopped for longer than its lease, and goes on as a zombie.
import { setStage } from '../trial/stage.js';
import { missing, within } from '../trial/time.js';
import type { Trial } from '../trial/trial.js';
import type { Scenario } from './scenario.js';

export const stoppedProcess: Scenario = {
  number: 4,
  name: 'SIGSTOP, then SIGCONT',
  about: 'A worker is stopped for longer than its lease: the job goes to another, and the zombie changes nothing.',
  runs: { quick: 1, usual: 3, all: 3 },
  lanes: 3,
  controls: ['lease expiry'],
  async run(trial) {
    const stage = await setStage(trial);
    const waitsMs: number[] = [];
    for (let run = 1; run <= trial.runs; run += 1) {
      trial.log(`${run} of ${trial.runs}`);
      const waitMs = await stopOnce(trial, stage);
      if (waitMs === undefined) {
        return {
          violations: [...(await trial.judge({ ...stage, settleMs: 500 })), missing('the job did not come back')],
        };
      }
      waitsMs.push(waitMs);
    }
    const figure = { name: 'SIGSTOP to redelivery', unit: 'ms', samples: waitsMs };
    return {
      figures: [figure],
      violations: [...(await trial.judge(stage)), ...trial.missed(figure, { max: times(trial).leaseMs + CHECK_MS })],
    };
  },
};

/** How often expired leases are looked for, and some time to deliver. */
const CHECK_MS = 500;

function times({ extent, control }: Trial) {
  const [leaseMs, stopMs] = extent === 'all' ? [15_000, 60_000] : [1_000, 4_000];
  return control === undefined ? { leaseMs, stopMs } : { leaseMs: 600_000, stopMs: 4_000 };
}

/** How long after its worker was stopped the job was redelivered; undefined when it was not. */
async function stopOnce(trial: Trial, { server, sender }: Awaited<ReturnType<typeof setStage>>) {
  const { leaseMs, stopMs } = times(trial);
  const zombie = await trial.worker({ redis: server.url, options: { leaseMs } }).ready();
  const { order } = await sender.send({ kind: 'hold', deliveries: 1 });
  await zombie.reported('started', order);
  const heir = await trial.worker({ redis: server.url, options: { leaseMs } }).ready();
  trial.ledger.write({ what: 'fault', fault: `SIGSTOP ${zombie.name}`, mayRedeliver: 1 });
  const stoppedAtMs = zombie.signal('SIGSTOP');
  const again = await within(
    Math.max(leaseMs, 0) > stopMs ? stopMs : leaseMs + 2_000,
    heir.reported('started', order, 2),
  );
  await within(stoppedAtMs + stopMs - (again?.atMs ?? stoppedAtMs + stopMs), new Promise(() => undefined));
  zombie.signal('SIGCONT');
  if (again === undefined) return undefined;
  // The zombie's handler ends although its lease is lost: its ack must change nothing.
  await within(leaseMs, zombie.reported('aborted', order));
  zombie.order('release');
  await Promise.all([zombie, heir].map((worker) => (worker.signal('SIGTERM'), worker.exited())));
  return again.atMs - stoppedAtMs;
}
