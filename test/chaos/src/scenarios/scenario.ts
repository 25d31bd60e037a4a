// What a scenario is. To add one: a file beside this one, and its name in `scenarios.ts`.
import type { Violation } from '../checker/evidence.js';
import type { Figure } from '../checker/figures.js';
import type { Extent, Trial } from '../trial/trial.js';

export interface Scenario {
  /** Its number in the list of faults. */
  readonly number: number;
  readonly name: string;
  /** One sentence: the fault, and what must hold nevertheless. */
  readonly about: string;
  /** How often the fault is injected. */
  readonly runs: Readonly<Record<Extent, number>>;
  /** Whether it is run only at `--all` and when it is named. Default false. */
  readonly isLong?: boolean;
  /** Among how many trials at the same time the runs are divided at `--all`. Default 1. */
  readonly lanes?: number;
  /** The negative controls: each names a defence, and the run without it must fail. */
  readonly controls: readonly string[];
  /** How often the fault is injected in a control. Default 1. */
  readonly controlRuns?: number;
  /** Injects the faults `trial.runs` times, without the defence `trial.control` if there is one. */
  run(trial: Trial): Promise<Finding>;
}

export interface Finding {
  readonly violations: readonly Violation[];
  readonly figures?: readonly Figure[];
  /** Said below the table. */
  readonly remarks?: readonly string[];
}
