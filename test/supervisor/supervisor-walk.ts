// The supervisor's chart on paper, with two workers: its events, the ways into its situations, and what it orders of whom.
import { supervisorMachine } from '@acktor/cli';
import type { AnyMachineSnapshot } from 'xstate';
import { Walk, type Step } from '../charts/driven.js';
import { RestartIntensity, Roster } from '../cli-inside/inside.js';

const crashed = {
  number: 0,
  exitCode: 7,
  signal: null,
  failure: undefined,
  hasRun: true,
  held: [],
  isByJob: false,
};
const poisoned = { ...crashed, isByJob: true };
const clean = { ...crashed, exitCode: 0 };
const unborn = { ...crashed, hasRun: false };

const runs = (number: number) => ({ type: 'worker.running', number });
const ends = (number: number, end: typeof crashed = crashed) => ({ type: 'worker.ended', number, atMs: 0, end });

export const events = {
  '1 runs': runs(1),
  '2 runs': runs(2),
  '3 runs': runs(3),
  '4 runs': runs(4),
  '1 crashes': ends(1),
  '2 crashes': ends(2),
  '3 crashes': ends(3),
  '2 is ended by a job': ends(2, poisoned),
  '1 ends': ends(1, clean),
  '2 ends': ends(2, clean),
  '1 cannot start': ends(1, unborn),
  '3 cannot start': ends(3, unborn),
  'a restart is due': { type: 'restart.due' },
  'a wish to replace': { type: 'replace.requested' },
  'a stop': { type: 'stop.requested' },
  'a second stop': { type: 'end.requested' },
  'all is closed': { type: 'closed' },
} as const;

export type EventName = keyof typeof events;

const up: readonly EventName[] = ['1 runs', '2 runs'];
const succeeding: readonly EventName[] = [...up, 'a wish to replace'];

/** How a supervisor of two workers, that bears one exit, comes to where it is. */
export const situations = {
  starting: [],
  keeping: up,
  'keeping, after a crash': [...up, '1 crashes'],
  'keeping, with a successor of the crashed': [...up, '1 crashes', 'a restart is due'],
  succeeding,
  'succeeding, one old left': [...succeeding, '1 crashes'],
  'succeeding, none old left': [...succeeding, '3 runs', '1 ends', '2 crashes'],
  retiring: [...succeeding, '3 runs'],
  'retiring the last': [...succeeding, '3 runs', '1 ends', '4 runs'],
  draining: [...up, 'a stop'],
  'draining, one left': [...up, 'a stop', '1 ends'],
  killing: [...up, 'a stop', 'a second stop'],
  'killing, one left': [...up, 'a stop', 'a second stop', '1 crashes'],
  closing: [...up, 'a stop', '1 ends', '2 ends'],
} as const satisfies Readonly<Record<string, readonly EventName[]>>;

export type Situation = keyof typeof situations;

export class SupervisorWalk {
  readonly #walk = new Walk(supervisorMachine);

  begin(): Step {
    const intensity = new RestartIntensity({ restartLimit: 1, restartWindowMs: 10 });
    return this.#walk.begin({ roster: Roster.of(2), intensity, pace: intensity });
  }

  along(names: readonly EventName[]): Step {
    return names.reduce((step, name) => this.#walk.step(step, events[name]), this.begin());
  }

  coverage() {
    return this.#walk.coverage();
  }
}

/** The workers that it has, as `1 running, 2 leaving`. */
export function workersOf(snapshot: AnyMachineSnapshot): string {
  const { roster } = snapshot.context as { readonly roster: Roster };
  return roster.members.map(({ number, phase }) => `${number} ${phase}`).join(', ');
}
