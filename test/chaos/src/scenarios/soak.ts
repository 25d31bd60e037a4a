// 26: half an hour of everything.
import { setTimeout as pause } from 'node:timers/promises';
import { nowMs, missing } from '../trial/time.js';
import type { Plan } from '../fleet/trial-job.js';
import { MemoryWatch } from '../soak/memory-watch.js';
import { injectOne, LEASE_MS, type FaultName, type Injected, type Scene } from '../soak/mischief.js';
import { MortalFleet } from '../soak/mortal-fleet.js';
import { unexplained } from '../soak/unexplained.js';
import { keepSending } from '../trial/keep-sending.js';
import { setStage } from '../trial/stage.js';
import type { Trial } from '../trial/trial.js';
import type { Scenario } from './scenario.js';

const STRANDING = 'presence and lease expiry';
/** A control of the measure, which is Acktor's only by what it finds. */
const LEAK = 'freedom from leaks';

export const soak: Scenario = {
  number: 26,
  name: 'soak, in minutes',
  about: 'A steady load under a random mix of faults: nothing is lost, memory does not grow, duplicates have a cause.',
  runs: { quick: 1, usual: 5, all: 30 },
  isLong: true,
  controls: [STRANDING, LEAK],
  async run(trial) {
    const { scene, steady, sender } = await setScene(trial);
    const planned = new Set<number>();
    const load = keepSending(sender, {
      lines: 8,
      betweenMs: 150,
      plan: () => planOf(trial, planned, sender.nextOrder),
    });
    const memory = new MemoryWatch(steady);
    const injected = await injectFor(scene, trial.runs * 60_000);
    const growth = memory.stop();
    await load.stop();
    trial.ledger.write({ what: 'fault', fault: 'retries that were planned', mayRedeliver: planned.size });
    const violations = await trial.judge({ view: scene.view, settleMs: trial.control === undefined ? 30_000 : 3_000 });
    const duplicates = duplicatesOf(trial, injected, planned);
    return {
      figures: [...growth.figures, duplicates.figure],
      violations: [...violations, ...growth.violations, ...duplicates.violations],
      remarks: [`${injected.length} faults: ${countsOf(injected)}`],
    };
  },
};

const MORTALS = 3;
const CONSUMERS = 4;

async function setScene(trial: Trial) {
  const stage = await setStage(trial, { appendfsync: 'always', 'enable-debug-command': 'yes' }, 'process');
  const wires = [await trial.proxy(stage.server), await trial.proxy(stage.server)] as const;
  const options = { ...optionsFor(trial), consumers: CONSUMERS };
  const [mortals, steadyWire] = wires;
  const fleet = await MortalFleet.of(MORTALS, () => trial.worker({ redis: mortals.url, options }).ready());
  const leakBytes = trial.control === LEAK ? 20_000 : 0;
  const steady = trial.worker({
    redis: steadyWire.url,
    options,
    leakBytes,
    flags: ['--expose-gc', '--import', COLLECT],
  });
  const scene: Scene = { trial, server: stage.server, view: stage.view, fleet, wires };
  return { scene, steady: await steady.ready(), sender: stage.sender };
}

const COLLECT = new URL('../soak/collect-in-threads.js', import.meta.url).href;

/** A busy machine needs longer for a reconnect than the 250 ms that an idle one is given. */
function optionsFor({ control, slowness }: Trial) {
  if (control === STRANDING) return { leaseMs: 600_000, graceMs: 600_000 };
  return { leaseMs: LEASE_MS, graceMs: Math.round(500 * slowness) };
}

/** Most work a little; some fail at first, some block their process. Where jobs are to be stranded, most workers hold some. */
function planOf({ random, control }: Trial, planned: Set<number>, order: number): Plan {
  const lot = random.whole(1, 1_000);
  if (lot === 1) return { kind: 'block', forMs: LEASE_MS + 1_000 };
  if (lot > 20) return { kind: 'work', forMs: random.whole(1, control === STRANDING ? 250 : 50) };
  planned.add(order);
  return { kind: 'throw', deliveries: 1 };
}

async function injectFor(scene: Scene, forMs: number): Promise<readonly Injected[]> {
  const { trial } = scene;
  const injected: Injected[] = [];
  const untilMs = nowMs() + forMs;
  const inject = async (wanted?: FaultName) => {
    const one = await injectOne(scene, wanted);
    injected.push(one);
    trial.ledger.write({ what: 'fault', fault: one.fault, mayRedeliver: one.hits.length * CONSUMERS });
  };
  while (nowMs() < untilMs) {
    await inject();
    trial.log(`${injected.length} faults, ${Math.round((untilMs - nowMs()) / 1_000)} s to go`);
    await pause(trial.random.whole(500, 4_000));
  }
  // In the minute of a control, chance alone may kill no process that holds anything.
  if (trial.control === STRANDING) for (let kills = 0; kills < MORTALS; kills += 1) await inject('kill');
  return injected;
}

function duplicatesOf(trial: Trial, injected: readonly Injected[], planned: ReadonlySet<number>) {
  const entries = trial.entries();
  const found = unexplained({ entries }, injected, (order) => planned.has(order));
  const jobs = new Set(entries.flatMap((entry) => (entry.what === 'started' ? [entry.order] : []))).size;
  const percent = (100 * found.length) / Math.max(jobs, 1);
  const violations = percent > MOST_PERCENT ? found.map((what) => missing(`without a cause, ${what}`)) : [];
  return {
    figure: { name: `deliveries again without a cause, of ${jobs} jobs`, unit: '%', samples: [percent] },
    violations,
  };
}

const MOST_PERCENT = 0.01;

function countsOf(injected: readonly Injected[]): string {
  const counts = new Map<string, number>();
  for (const { fault } of injected) counts.set(fault, (counts.get(fault) ?? 0) + 1);
  return [...counts].map(([fault, count]) => `${fault} ${count}`).join(', ');
}
