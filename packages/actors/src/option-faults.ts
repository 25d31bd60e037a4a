// What is wrong with the options of an actor, all of it at once.
import type { AnyActorLogic, AnyStateMachine } from 'xstate';
import { chartFaults } from './chart-faults.js';

/** What an actor is declared with, which a program without types may have written. */
export interface GivenOptions {
  readonly machine?: AnyStateMachine;
  readonly logic?: AnyActorLogic;
  readonly events: unknown;
  readonly version?: number;
  readonly migrate?: Readonly<Record<number, unknown>>;
  readonly answers?: Readonly<Record<string, unknown>>;
  readonly onFailure?: string;
  readonly unhandled?: string;
  readonly keepEndedMs?: number;
  readonly maxBytes?: number;
}

/** Every fault, with what was expected. */
export function optionFaults(options: GivenOptions): readonly string[] {
  return [...logicFaults(options), ...valueFaults(options), ...migrateFaults(options), ...answerFaults(options)];
}

function migrateFaults({ version = 1, migrate = {} }: GivenOptions): readonly string[] {
  const faults: string[] = [];
  for (let from = 1; from < version; from += 1)
    if (typeof migrate[from] !== 'function')
      faults.push(`expected migrate to have a step for each version before ${version}, found none for ${from}`);
  return faults;
}

function answerFaults({ answers = {}, events }: GivenOptions): readonly string[] {
  const known = isObject(events) ? events : {};
  return Object.entries(answers).flatMap(([type, answer]) => {
    if (typeof answer === 'function' && Object.hasOwn(known, type)) return [];
    return [`expected answers to have functions, by types of the events, got ${type}: ${typeof answer}`];
  });
}

function logicFaults({ machine, logic }: GivenOptions): string[] {
  if ((machine === undefined) === (logic === undefined))
    return ['expected one of machine, an XState machine, and logic, such as fromTransition() makes'];
  if (logic !== undefined)
    return isPure(logic)
      ? []
      : ['expected a pure logic, got one that runs something (give a promise’s work to a job: run(job) in a machine)'];
  if (typeof machine !== 'object' || !('root' in machine)) return ['expected machine to be an XState machine'];
  return [...chartFaults(machine)];
}

/** What XState makes of promises, callbacks and observables has a configuration of its own, or starts something. */
function isPure(logic: AnyActorLogic): boolean {
  return typeof logic.transition === 'function' && logic.start === undefined;
}

function valueFaults({
  version,
  keepEndedMs,
  maxBytes,
  onFailure,
  unhandled,
  events,
}: GivenOptions): readonly string[] {
  const faults: string[] = [];
  const whole = (option: string, value: number | undefined, least: number) => {
    if (value !== undefined && (!Number.isInteger(value) || value < least))
      faults.push(`expected ${option} to be a whole number from ${least}, got ${String(value)}`);
  };
  whole('version', version, 1);
  whole('keepEndedMs', keepEndedMs, 1_000);
  whole('maxBytes', maxBytes, 1_024);
  const oneOf = (option: string, value: string | undefined, choices: readonly string[]) => {
    if (value !== undefined && !choices.includes(value))
      faults.push(`expected ${option} to be one of ${choices.join(', ')}, got ${JSON.stringify(value)}`);
  };
  oneOf('onFailure', onFailure, ['pause', 'goOn']);
  oneOf('unhandled', unhandled, ['drop', 'deadLetter', 'stash']);
  if (!isObject(events)) faults.push('expected events to be schemas by type, for example { cancel: z.object({}) }');
  return faults;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
