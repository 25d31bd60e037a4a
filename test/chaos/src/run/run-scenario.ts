// Runs one scenario with all defences on, and then once for each negative control.
import { loadavg } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import type { Violation } from '../checker/evidence.js';
import type { Figure } from '../checker/figures.js';
import { nowMs } from '../trial/time.js';
import { Seeded } from '../trial/seeded.js';
import type { Finding, Scenario } from '../scenarios/scenario.js';
import { Trial, type Extent } from '../trial/trial.js';
import { merged, shares } from './lanes.js';
import { spawn } from 'node:child_process';
import { once } from 'node:events';

export interface RunOptions {
  readonly extent: Extent;
  readonly seed: number;
  readonly log: (progress: string) => void;
}

/** What came of a scenario. */
export interface ScenarioResult {
  readonly number: number;
  readonly name: string;
  readonly runs: number;
  /** How many there are at `--all`. */
  readonly fullRuns: number;
  readonly seconds: number;
  /** The machine's load average of the last minute, at the end: figures of a busy machine say less. */
  readonly load: number;
  readonly figures: readonly Figure[];
  readonly violations: readonly Violation[];
  readonly remarks: readonly string[];
  readonly controls: readonly ControlResult[];
  /** Whether all invariants and goals hold, and every control fails. */
  readonly hasPassed: boolean;
}

/** A control proves the scenario when it has violations. */
export interface ControlResult {
  readonly without: string;
  readonly violations: readonly Violation[];
}

export async function runScenario(scenario: Scenario, options: RunOptions): Promise<ScenarioResult> {
  const { number, name, controlRuns = 1, runs } = scenario;
  const startedAtMs = nowMs();
  const finding = await runInLanes(scenario, { ...options, runs: runs[options.extent], control: undefined });
  const [load = 0] = loadavg();
  const controls: ControlResult[] = [];
  const said: string[] = [];
  for (const control of scenario.controls) {
    const { violations, remarks = [] } = await runOnce(scenario, { ...options, runs: controlRuns, control, lane: 0 });
    controls.push({ without: control, violations });
    if (violations.length === 0) said.push(...remarks);
  }
  const { figures, violations } = finding;
  const remarks = [...finding.remarks, ...said];
  const hasPassed = violations.length === 0 && controls.every((control) => control.violations.length > 0);
  const seconds = (nowMs() - startedAtMs) / 1_000;
  const counts = { runs: runs[options.extent], fullRuns: runs.all };
  return { number, name, ...counts, seconds, load, figures, remarks, violations, controls, hasPassed };
}

interface OneRun extends RunOptions {
  readonly runs: number;
  readonly control: string | undefined;
}

/** The full count of what mostly waits is divided among several trials at the same time, each with a server of its own. */
async function runInLanes(scenario: Scenario, run: OneRun): Promise<Required<Finding>> {
  const lanes = run.extent === 'all' ? (scenario.lanes ?? 1) : 1;
  const trials = shares(run.runs, lanes).map((runs, lane) => runOnce(scenario, { ...run, runs, lane }));
  return merged(await Promise.all(trials));
}

async function runOnce(scenario: Scenario, run: OneRun & { readonly lane: number }): Promise<Finding> {
  const { seed, extent, runs, control, log, lane } = run;
  const heading = `${scenario.number} ${scenario.name}${control === undefined ? '' : ` (without ${control})`}`;
  const random = new Seeded(seed, scenario.number + lane * LANE_SALT);
  const say = (progress: string) => log(`${heading}: ${progress}`);
  say('starts');
  await using trial = await Trial.open({ extent, runs, control, random, slowness: await slowness(), log: say });
  try {
    return await Promise.race([
      scenario.run(trial),
      timeIsOver(LIMIT_MS[extent] * Math.min(trial.slowness, MOST_PATIENCE)),
    ]);
  } catch (error) {
    const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
    // A control must fail by what the checker sees; one that cannot even run proves nothing.
    if (control !== undefined)
      return { violations: [], remarks: [`the control without ${control} did not run: ${what}`] };
    return { violations: [{ invariant: 'goal', what }] };
  }
}

const LANE_SALT = 1_000;

/** However a scenario fails, it ends; on a busy machine later. */
const LIMIT_MS: Readonly<Record<Extent, number>> = { quick: 120_000, usual: 900_000, all: 3_600_000 };
const MOST_PATIENCE = 2;

async function timeIsOver(limitMs: number): Promise<Finding> {
  await pause(limitMs, undefined, { ref: false });
  return { violations: [{ invariant: 'goal', what: `the scenario did not end within ${limitMs / 1_000} s` }] };
}

/** How much longer a process takes from its start to its end than on two idle cores; from 1 to 5. */
export async function slowness(): Promise<number> {
  const samples: number[] = [];
  for (let sample = 0; sample < SAMPLES; sample += 1) samples.push(await startAndEndMs());
  const [, middle = IDLE_MS] = samples.sort((one, other) => one - other);
  return Math.min(Math.max(middle / IDLE_MS, 1), MOST);
}

const SAMPLES = 3;
/** A Node process that does nothing, on the two idle cores on which the goals were set. */
const IDLE_MS = 60;
const MOST = 5;

async function startAndEndMs(): Promise<number> {
  const fromMs = nowMs();
  await once(spawn(process.execPath, ['--eval', '0'], { stdio: 'ignore' }), 'exit');
  return nowMs() - fromMs;
}
