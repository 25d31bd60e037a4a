// 27: the workers of `acktor work` are killed, and replaced for new code, while tens of thousands of jobs run.
import { deliveriesBeyondFirst } from '../checker/check.js';
import { entriesOf, type Violation } from '../checker/evidence.js';
import { nowMs, missing, within } from '../trial/time.js';
import type { FleetRequest, SupervisedFleet } from '../fleet/supervised-fleet.js';
import { key, type QueueView } from '../trial/queue-view.js';
import type { Sender } from '../trial/sender.js';
import type { Extent, Trial } from '../trial/trial.js';
import type { Scenario } from './scenario.js';

const STRANDING = 'presence and releasing the dead';
const GIVING_UP = 'restarts';

export const supervisedFleet: Scenario = {
  number: 27,
  name: 'a supervised fleet, killed at random',
  about:
    'The workers of `acktor work` are killed at random and replaced on SIGHUP: each comes back, and no job is lost.',
  runs: { quick: 6, usual: 25, all: 100 },
  controls: [STRANDING, GIVING_UP],
  async run(trial) {
    const size = trial.control === undefined ? SIZES[trial.extent] : CONTROL;
    const scene = await setScene(trial, size);
    await sendAll(scene.sender, size.jobs, trial);
    await scene.fleet.ready();
    const aftermath = await strike(scene, scheduleOf(trial, size));
    const back = await untilBack(scene, aftermath);
    const violations = await trial.judge({ view: scene.view, settleMs: trial.control === undefined ? 120_000 : 3_000 });
    const end = await endFleet(scene.fleet);
    const entries = trial.entries();
    const beyond = { name: `deliveries beyond the first, of ${size.jobs} jobs`, unit: 'in all' };
    return {
      figures: [{ ...beyond, samples: [deliveriesBeyondFirst({ entries })] }, ...back.figures],
      violations: [...violations, ...back.violations, ...end],
      remarks: [inWords(trial, size, aftermath)],
    };
  },
};

interface Size {
  readonly processes: number;
  readonly consumers: number;
  readonly hangUps: number;
  readonly jobs: number;
}

const SIZES: Readonly<Record<Extent, Size>> = {
  quick: { processes: 2, consumers: 5, hangUps: 1, jobs: 1_000 },
  usual: { processes: 4, consumers: 25, hangUps: 2, jobs: 12_500 },
  all: { processes: 4, consumers: 25, hangUps: 5, jobs: 50_000 },
};
const CONTROL: Size = { processes: 2, consumers: 5, hangUps: 0, jobs: 300 };

interface Scene {
  readonly trial: Trial;
  readonly size: Size;
  readonly sender: Sender;
  readonly view: QueueView;
  readonly fleet: SupervisedFleet;
}

async function setScene(trial: Trial, size: Size): Promise<Scene> {
  const server = await trial.server();
  const sender = await trial.sender({ redis: server.url, durability: 'off' }, 'process');
  const { processes, consumers } = size;
  const fleet = trial.fleet({ redis: server.url, processes, consumers, ...partsFor(trial.control) });
  return { trial, size, sender, view: await trial.view(server), fleet };
}

function partsFor(control: string | undefined): Pick<FleetRequest, 'options' | 'without'> {
  if (control === GIVING_UP) return { options: { restartLimit: 0 } };
  // As many workers as are killed, however fast: what is asked here is not whether it knows when to give up.
  const options = { restartLimit: 1_000_000, drainMs: DRAIN_MS };
  if (control !== STRANDING) return { options };
  return { options: { ...options, graceMs: 600_000, leaseMs: 600_000 }, without: ['dead'] };
}

const DRAIN_MS = 30_000;
/** So many sends at a time. */
const BATCH = 500;

async function sendAll(sender: Sender, jobs: number, { random, log }: Trial): Promise<void> {
  for (let sent = 0; sent < jobs; sent += BATCH) {
    log(`${sent} of ${jobs} jobs are sent`);
    const plans = Array.from({ length: Math.min(BATCH, jobs - sent) }, () => random.whole(5, 50));
    await Promise.all(plans.map((forMs) => sender.send({ kind: 'work', forMs })));
  }
}

/** When what is done to the fleet: as soon as so many jobs are acked. */
interface Strike {
  readonly kind: 'kill' | 'hangUp';
  readonly afterJobs: number;
}

/**
 * Kills at random, so that some come together. The last SIGHUP comes after the last kill, for a kill makes way for a new worker,
 * too. A tenth of the jobs is left to it.
 */
function scheduleOf({ random, runs }: Trial, { jobs, hangUps }: Size): readonly Strike[] {
  const span = jobs * 0.9;
  const kills = Array.from({ length: runs }, () => ({ kind: 'kill', afterJobs: random.whole(1, span) }) as const);
  const evenly = (at: number) => ({ kind: 'hangUp', afterJobs: ((at + 1) / hangUps) * span }) as const;
  const all = [...kills, ...Array.from({ length: hangUps }, (_, at) => evenly(at))];
  return all.sort((one, other) => one.afterJobs - other.afterJobs);
}

/** What is left of it: when it was over, and the newest worker that was to make way for another. */
interface Aftermath {
  readonly atMs: number;
  readonly newestOld: number;
  /** How many jobs were acked by then. */
  readonly acked: number;
}

/** Does it all; less when the supervisor gives up. */
async function strike(scene: Scene, schedule: readonly Strike[]): Promise<Aftermath> {
  const { fleet, view, trial } = scene;
  let newestOld = 0;
  for (const [at, { kind, afterJobs }] of schedule.entries()) {
    trial.log(`${at} of ${schedule.length} strikes`);
    await view.within(STALL_MS, async () => fleet.exit !== undefined || (await acked(view)) >= afterJobs);
    if (fleet.exit !== undefined) break;
    if (kind === 'kill') await killOne(scene);
    else {
      newestOld = fleet.running.at(-1)?.number ?? 0;
      fleet.signal('SIGHUP');
    }
  }
  return { atMs: nowMs(), newestOld, acked: await acked(view) };
}

/** Longer than any of these jobs waits for workers to come up. */
const STALL_MS = 120_000;

function acked({ client }: QueueView): Promise<number> {
  return client.zcard(key('completed'));
}

/** A worker that has ended by itself meanwhile is none: another is drawn. */
async function killOne({ fleet, trial, size: { consumers } }: Scene): Promise<void> {
  for (;;) {
    await fleet.until(() => fleet.running.length > 0);
    if (fleet.exit !== undefined) return;
    const victim = trial.random.oneOf(fleet.running);
    if (!fleet.kill(victim)) continue;
    trial.ledger.write({ what: 'fault', fault: `SIGKILL of worker ${victim.number}`, mayRedeliver: consumers });
    return;
  }
}

/** Every worker back: as many run as were asked for, none of them older than the last SIGHUP. */
async function untilBack({ fleet, size: { processes }, trial }: Scene, { atMs, newestOld }: Aftermath) {
  const isBack = () => fleet.running.length === processes && fleet.running.every(({ number }) => number > newestOld);
  await within(BACK_MS * trial.slowness, fleet.until(isBack));
  const figure = { name: 'last strike to every worker back', unit: 'ms', samples: [nowMs() - atMs] };
  if (isBack() && fleet.exit === undefined) return { figures: [figure], violations: [] };
  const running = fleet.running.map(({ number }) => number).join(', ');
  const what = `expected ${processes} workers beyond number ${newestOld} to run in the end, got ${running || 'none'}`;
  return { figures: [], violations: [missing(what)] };
}

const BACK_MS = 30_000;

function inWords(trial: Trial, { hangUps, jobs }: Size, { acked }: Aftermath): string {
  const kills = entriesOf({ entries: trial.entries() }, 'fault').length;
  return `${kills} workers were killed and ${hangUps} SIGHUPs sent, the last when ${acked} of ${jobs} jobs were acked`;
}

async function endFleet(fleet: SupervisedFleet): Promise<readonly Violation[]> {
  if (fleet.exit !== undefined) return [missing(`the supervisor ended by itself: ${fleet.lastWords}`)];
  fleet.signal('SIGTERM');
  const exit = await within(DRAIN_MS, fleet.exited());
  return exit?.how === 0
    ? []
    : [missing(`expected the supervisor to exit with 0, got ${exit?.how}: ${fleet.lastWords}`)];
}
