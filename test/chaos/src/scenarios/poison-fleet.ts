// 30: a poison of each sort beneath a supervisor of two processes and of eight, beside a thousand other jobs.
import type { Violation } from '../checker/evidence.js';
import { nowMs, missing, within } from '../trial/time.js';
import type { SupervisedFleet } from '../fleet/supervised-fleet.js';
import type { Plan } from '../fleet/trial-job.js';
import { key, type QueueView } from '../trial/queue-view.js';
import type { Sender } from '../trial/sender.js';
import type { Trial } from '../trial/trial.js';
import type { Scenario } from './scenario.js';

const POISON_LIMIT = 'the poison limit';

export const poisonFleet: Scenario = {
  number: 30,
  name: 'poison beneath a supervisor',
  about:
    'A job exits, rejects unheard, faults, exhausts the memory or loops: it is a dead letter that says so, and 1,000 others are finished.',
  runs: { quick: 1, usual: 2, all: 5 },
  controls: [POISON_LIMIT],
  async run(trial) {
    const server = await trial.server();
    const sender = await trial.sender({ redis: server.url, durability: 'off' }, 'process');
    const scene = { trial, redis: server.url, sender, view: await trial.view(server), poisonous: new Set<number>() };
    const violations: Violation[] = [];
    const tookMs: number[] = [];
    for (let run = 1; run <= trial.runs; run += 1) {
      for (const processes of sizesIn(trial)) {
        trial.log(`${processes} processes, ${run} of ${trial.runs}`);
        const beganAtMs = nowMs();
        violations.push(...(await poisonOnce(scene, processes)));
        tookMs.push(nowMs() - beganAtMs);
      }
    }
    const mayDeadLetter = (order: number) => scene.poisonous.has(order);
    const judged = await trial.judge({
      view: scene.view,
      mayDeadLetter,
      settleMs: trial.control === undefined ? 10_000 : 1_000,
    });
    const figures = [
      { name: 'five poisons and 1,000 jobs, from the start to the end of all', unit: 'ms', samples: tookMs },
    ];
    return { figures, violations: [...violations, ...judged] };
  },
};

/** The suite in `test/supervisor` has the fleet of two, and the control needs no more. */
function sizesIn({ control, extent }: Trial): readonly number[] {
  if (control !== undefined) return [2];
  return extent === 'quick' ? [8] : [2, 8];
}

interface Scene {
  readonly trial: Trial;
  readonly redis: string;
  readonly sender: Sender;
  readonly view: QueueView;
  /** By their orders. */
  readonly poisonous: Set<number>;
}

/** How each ends its process, and what its dead letter has to say of that. */
const POISONS: readonly (readonly [plan: Plan, reason: RegExp])[] = [
  [{ kind: 'exit', deliveries: 1_000 }, /exited with code 9/],
  [{ kind: 'reject' }, /exited with code 1/],
  [{ kind: 'fault' }, /ended by SIGSEGV/],
  [{ kind: 'exhaustMemory', deliveries: 1_000 }, /ended by SIGABRT|exited with code 134/],
  [{ kind: 'block', forMs: 3_600_000 }, /main thread was blocked/],
];

const JOBS = 1_000;
const CONSUMERS = 5;
/** So many ends of each poison at most, each of which gives back what the process held. */
const MOST_ENDS = 20;

async function poisonOnce(scene: Scene, processes: number): Promise<readonly Violation[]> {
  const { trial, redis, sender, poisonous } = scene;
  const isControl = trial.control !== undefined;
  const options = { hangMs: HANG_MS, drainMs: 10_000, ...(isControl && { poisonLimit: 1_000 }) };
  const fleet = trial.fleet({
    redis,
    processes,
    consumers: CONSUMERS,
    options,
    nodeOptions: '--max-old-space-size=96',
  });
  await sender.sendMany(JOBS / 2, { kind: 'work', forMs: 5 });
  const ids: string[] = [];
  for (const [plan] of isControl ? POISONS.slice(0, 1) : POISONS) {
    const { order, receipt } = await sender.send(plan);
    poisonous.add(order);
    ids.push(receipt.id);
    trial.ledger.write({ what: 'fault', fault: `poison: ${plan.kind}`, mayRedeliver: MOST_ENDS * CONSUMERS });
  }
  await sender.sendMany(JOBS / 2, { kind: 'work', forMs: 5 });
  await fleet.ready();
  const violations = await untilPoisoned(scene, { fleet, ids });
  return isControl ? violations : [...violations, ...(await endFleet(fleet))];
}

/** Longer than a busy machine takes to fill the memory. */
const HANG_MS = 20_000;

async function untilPoisoned(
  { trial, view }: Scene,
  { fleet, ids }: { readonly fleet: SupervisedFleet; readonly ids: readonly string[] },
): Promise<readonly Violation[]> {
  const isEmpty = async () => {
    const { active, waiting } = await view.load();
    return active + waiting === 0;
  };
  await view.within(
    trial.control === undefined ? OVER_MS * trial.slowness : CONTROL_MS,
    async () => fleet.exit !== undefined || (await isEmpty()),
  );
  const reasons = await Promise.all(ids.map((id) => view.client.hget(key(id), 'failedReason')));
  return reasons.flatMap((reason, i) => {
    const [plan, expected] = POISONS[i] ?? [];
    if (reason?.includes('poison') && expected?.test(reason)) return [];
    return [missing(`the poison ${plan?.kind} was no dead letter that says why, but: ${reason ?? 'none'}`)];
  });
}

const OVER_MS = 120_000;
const CONTROL_MS = 15_000;

async function endFleet(fleet: SupervisedFleet): Promise<readonly Violation[]> {
  if (fleet.exit !== undefined) return [missing(`the supervisor ended by itself: ${fleet.lastWords}`)];
  fleet.signal('SIGTERM');
  const exit = await within(60_000, fleet.exited());
  return exit?.how === 0
    ? []
    : [missing(`expected the supervisor to exit with 0, got ${exit?.how}: ${fleet.lastWords}`)];
}
