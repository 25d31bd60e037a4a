// 7: workers, and supervisors with theirs, get SIGTERM, again and again, while there is work.
import { setTimeout as pause } from 'node:timers/promises';
import type { Violation } from '../checker/evidence.js';
import { nowMs, missing, within } from '../trial/time.js';
import type { SupervisedFleet } from '../fleet/supervised-fleet.js';
import { key } from '../trial/queue-view.js';
import { setStage, type Stage } from '../trial/stage.js';
import type { Trial } from '../trial/trial.js';
import type { Scenario } from './scenario.js';

export const terminatedUnderLoad: Scenario = {
  number: 7,
  name: 'SIGTERM under load',
  about:
    'Workers and `acktor work` get SIGTERM under load: no job is delivered twice, none stays behind, the exit is 0.',
  runs: { quick: 8, usual: 40, all: 200 },
  lanes: 2,
  controls: ['draining'],
  controlRuns: 2,
  async run(trial) {
    const stage = await setStage(trial);
    const ends = await terminateFleets(trial, stage);
    const load = pourIn(stage);
    await terminateInTurn(trial, stage);
    await load.stop();
    const figure = { name: '`acktor work`: SIGTERM to exit', unit: 'ms', samples: ends.map(({ tookMs }) => tookMs) };
    const violations = await trial.judge({ ...stage, settleMs: 15_000 });
    return { figures: [figure], violations: [...violations, ...ends.flatMap((end) => end.violations)] };
  },
};

/** As a fleet is three processes, there is one for every four workers that are ended alone: fifty at `--all`. */
const WORKERS_FOR_A_FLEET = 4;
/** How many jobs wait when a fleet comes up: more than it is left the time for. */
const BACKLOG = 300;
const DRAIN_MS = 10_000;

interface FleetEnd {
  readonly tookMs: number;
  readonly violations: readonly Violation[];
}

/** One after another and alone, so that what is active when it has ended is what it left behind. */
async function terminateFleets(trial: Trial, stage: Stage): Promise<readonly FleetEnd[]> {
  const ends: FleetEnd[] = [];
  const fleets = Math.ceil(trial.runs / WORKERS_FOR_A_FLEET);
  for (let run = 1; run <= fleets; run += 1) {
    trial.log(`supervisor ${run} of ${fleets}`);
    ends.push(await terminateFleet(trial, stage));
  }
  return ends;
}

async function terminateFleet(trial: Trial, { server, sender, view }: Stage): Promise<FleetEnd> {
  const acked = () => view.client.zcard(key('completed'));
  const [{ waiting }, before] = await Promise.all([view.load(), acked()]);
  await sender.sendMany(Math.max(BACKLOG - waiting, 0), { kind: 'work', forMs: 20 });
  const options = { drainMs: DRAIN_MS, ...(trial.control !== undefined && { handleSignals: false }) };
  const fleet = trial.fleet({ redis: server.url, processes: 2, consumers: 10, options });
  const enough = before + trial.random.whole(5, BACKLOG / 2);
  await view.within(START_MS, async () => (await acked()) >= enough);
  return endOf(fleet, view);
}

const START_MS = 30_000;

async function endOf(fleet: SupervisedFleet, view: Stage['view']): Promise<FleetEnd> {
  const signalledAtMs = fleet.signal('SIGTERM');
  const exit = await within(2 * DRAIN_MS, fleet.exited());
  const { active } = await view.load();
  const tookMs = (exit?.atMs ?? nowMs()) - signalledAtMs;
  const wrong = [
    exit?.how !== 0 && `expected acktor work to exit with 0 on SIGTERM, got ${exit?.how}: ${fleet.lastWords}`,
    tookMs > DRAIN_MS && `expected acktor work to exit within ${DRAIN_MS} ms of SIGTERM, got ${Math.round(tookMs)}`,
    active > 0 && `expected acktor work to leave no job active when it exits, got ${active}`,
  ];
  return { tookMs, violations: wrong.filter((what) => what !== false).map(missing) };
}

async function terminateInTurn(trial: Trial, { server }: Stage): Promise<void> {
  const options = { consumers: 10, ...(trial.control !== undefined && { handleSignals: false }) };
  const start = () => trial.worker({ redis: server.url, options });
  let [leaving, staying] = await Promise.all([start().ready(), start().ready()]);
  for (let run = 1; run <= trial.runs; run += 1) {
    trial.log(`${run} of ${trial.runs}`);
    const next = start();
    await leaving.until(() => leaving.reports.length > trial.random.whole(5, 60));
    leaving.signal('SIGTERM');
    await leaving.exited();
    leaving = staying;
    staying = await next.ready();
  }
}

/** A few hundred jobs a second, until it is stopped. */
function pourIn({ sender }: Stage): { stop(): Promise<void> } {
  const stopped = new AbortController();
  const pouring = (async () => {
    while (!stopped.signal.aborted) {
      await sender.sendMany(5, { kind: 'work', forMs: 20 });
      await pause(20);
    }
  })();
  return {
    stop: () => {
      stopped.abort();
      return pouring;
    },
  };
}
