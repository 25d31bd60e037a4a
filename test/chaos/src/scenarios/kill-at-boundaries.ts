// 2: a worker is killed just before the server runs one of its scripts, and just after.
import { isCall, type CallName } from '../proxy/call.js';
import type { Proxy } from '../proxy/proxy.js';
import type { WorkerProcess } from '../fleet/worker-process.js';
import type { Plan } from '../fleet/trial-job.js';
import { setStage, type Stage } from '../trial/stage.js';
import { missing, within } from '../trial/time.js';
import type { Trial } from '../trial/trial.js';
import type { Scenario } from './scenario.js';

export const killAtBoundaries: Scenario = {
  number: 2,
  name: 'SIGKILL at script boundaries',
  about: 'A worker is killed before and after each of its scripts runs: the job is delivered again at most once.',
  runs: { quick: 1, usual: 10, all: 20 },
  lanes: 4,
  controls: ['presence and lease expiry'],
  async run(trial) {
    const stage = await setStage(trial);
    const proxy = await trial.proxy(stage.server);
    const start = () => trial.worker({ redis: proxy.url, options: optionsFor(trial) }).ready();
    let worker = await start();
    for (let run = 1; run <= trial.runs; run += 1) {
      for (const boundary of BOUNDARIES) {
        trial.log(`${boundary.call}, ${boundary.part}, ${run} of ${trial.runs}`);
        const isCaught = await killAt(boundary, { trial, stage, proxy, worker });
        if (!isCaught) return { violations: [missing(`no ${boundary.call} came by`)] };
        worker = await start();
        if (!(await stage.view.emptied(SETTLE_MS))) return { violations: await trial.judge({ ...stage, settleMs: 0 }) };
      }
    }
    return { violations: await trial.judge(stage) };
  },
};

interface Boundary {
  readonly call: CallName;
  /** `call`: the server never sees it; `reply`: the server ran it, and the reply reaches no process. */
  readonly part: 'call' | 'reply';
  readonly plan: Plan;
}

const BOUNDARIES: readonly Boundary[] = (['call', 'reply'] as const).flatMap((part) => [
  { call: 'fetch', part, plan: { kind: 'return' } },
  { call: 'ack', part, plan: { kind: 'return' } },
  { call: 'reject', part, plan: { kind: 'throw', deliveries: 1 } },
  { call: 'renew', part, plan: { kind: 'hold', deliveries: 1 } },
  { call: 'reap', part, plan: { kind: 'hold', deliveries: 1 } },
]);

/** Longer than the grace time by far, shorter than the lease of the control. */
const SETTLE_MS = 3_000;

function optionsFor({ control }: Trial) {
  return control === undefined ? { leaseMs: 1_000 } : { leaseMs: 600_000, graceMs: 600_000 };
}

interface Scene {
  readonly trial: Trial;
  readonly stage: Stage;
  readonly proxy: Proxy;
  readonly worker: WorkerProcess;
}

async function killAt({ call, part, plan }: Boundary, { trial, stage, proxy, worker }: Scene): Promise<boolean> {
  // A server that has just restarted answers a script's first call with NOSCRIPT; one job warms all of them up.
  const warmUp = await stage.sender.send({ kind: 'throw', deliveries: 1 });
  trial.ledger.write({ what: 'fault', fault: 'a retry that was planned', mayRedeliver: 1 });
  await within(SETTLE_MS, worker.reported('started', warmUp.order, 2));
  await stage.view.emptied(SETTLE_MS);
  const intercept = () => proxy.intercept({ matches: isCall(call), part });
  // Renewals and the reaper come by all the time: what the victim is to hold must have reached it first.
  const caught = plan.kind === 'hold' ? undefined : intercept();
  const { order } = await stage.sender.send(plan);
  if (caught === undefined) await within(SETTLE_MS, worker.reported('started', order, 1));
  const there = await within(RENEWAL_MS, caught ?? intercept());
  trial.ledger.write({ what: 'fault', fault: `SIGKILL ${worker.name} at ${call} (${part})`, mayRedeliver: 1 });
  worker.signal('SIGKILL');
  await worker.exited();
  there?.drop();
  return there !== undefined || trial.control !== undefined;
}

/** A lease of a second is renewed three times in it. */
const RENEWAL_MS = 2_000;
