// 5: handlers that take far longer than their leases: one blocks the event loop of its process, another waits for something.
import { entriesOf } from '../checker/evidence.js';
import type { Plan } from '../fleet/trial-job.js';
import type { WorkerProcess } from '../fleet/worker-process.js';
import { setStage, type Stage } from '../trial/stage.js';
import type { Trial, WorkerRequest } from '../trial/trial.js';
import { within } from '../trial/time.js';
import type { Scenario } from './scenario.js';

const EVERY_RENEWAL = 'the renewal of leases';

export const longHandlers: Scenario = {
  number: 5,
  name: 'handlers longer than leases',
  about: 'One handler blocks its process for four leases, another works for many: each job is delivered once.',
  runs: { quick: 1, usual: 2, all: 1 },
  controls: ['the renewal by the heartbeat thread', EVERY_RENEWAL],
  async run(trial) {
    const stage = await setStage(trial);
    for (let run = 1; run <= trial.runs; run += 1) {
      trial.log(`${run} of ${trial.runs}`);
      await workSideBySide(trial, stage);
    }
    return { violations: await trial.judge(stage), remarks: [inWords(trial)] };
  },
};

/**
 * Each job gets a worker of its own, however long a start takes: two hold something until the third works. Then one of them is
 * given what blocks it, and the other is free to take what they lose.
 */
async function workSideBySide(trial: Trial, stage: Stage): Promise<void> {
  const { blocking, working } = workOf(trial);
  const spare = await startWith(trial, stage, { leaseMs: undefined, plan: HOLD });
  const blocked = await startWith(trial, stage, { ...blocking, plan: HOLD });
  const busy = await startWith(trial, stage, working);
  const { order } = await stage.sender.send(blocking.plan);
  blocked.order('release');
  await within(SETTLE_MS, blocked.reported('started', order));
  spare.order('release');
  await stage.view.emptied(Math.max(blocking.plan.forMs, working.plan.forMs) + SETTLE_MS);
  await Promise.all([blocked, busy, spare].map((worker) => worker.end()));
}

const HOLD: Plan = { kind: 'hold', deliveries: 1_000 };

/** A worker that is at it. */
async function startWith(trial: Trial, { server, sender }: Stage, { leaseMs, plan }: Start): Promise<WorkerProcess> {
  const request = leaseMs === undefined ? {} : weakened(leaseMs, trial);
  const worker = await trial.worker({ redis: server.url, ...request }).ready();
  const { order } = await sender.send(plan);
  // Where leases are let go, as in a control, another may be quicker: the checker sees that, and the trial does not wait for it.
  await within(SETTLE_MS, worker.reported('started', order));
  return worker;
}

interface Start {
  /** Default: a worker's own, with nothing weakened. */
  readonly leaseMs: number | undefined;
  readonly plan: Plan;
}

/** Without the thread's part: it lets the leases go of a main thread that hangs. */
function weakened(leaseMs: number, { control }: Trial): Pick<WorkerRequest, 'options' | 'without'> {
  if (control === undefined) return { options: { leaseMs } };
  return control === EVERY_RENEWAL
    ? { options: { leaseMs }, without: ['renewal'] }
    : { options: { leaseMs, hangMs: 300 } };
}

interface LongWork {
  readonly leaseMs: number;
  readonly plan: Extract<Plan, { readonly kind: 'block' | 'work' }>;
}

/** A busy machine may let no thread run for a second: the reduced leases, and the work, are longer there. */
function workOf({ extent, control, slowness }: Trial): { readonly blocking: LongWork; readonly working: LongWork } {
  if (extent === 'all' && control === undefined)
    return {
      blocking: { leaseMs: 15_000, plan: { kind: 'block', forMs: 60_000 } },
      working: { leaseMs: 1_000, plan: { kind: 'work', forMs: 40_000 } },
    };
  const leaseMs = Math.round(1_000 * Math.min(slowness, 2));
  return {
    blocking: { leaseMs, plan: { kind: 'block', forMs: 4 * leaseMs } },
    working: { leaseMs, plan: { kind: 'work', forMs: 3 * leaseMs } },
  };
}

function inWords(trial: Trial): string {
  const { blocking, working } = workOf(trial);
  const said = ({ leaseMs, plan }: LongWork) => `${plan.forMs / 1_000} s under a lease of ${leaseMs / 1_000} s`;
  const entries = trial.entries();
  const jobs = entriesOf({ entries }, 'confirmed').length;
  const starts = entriesOf({ entries }, 'started').length;
  return `blocked for ${said(blocking)}, worked for ${said(working)}: ${jobs} jobs, ${starts} deliveries`;
}

const SETTLE_MS = 5_000;
