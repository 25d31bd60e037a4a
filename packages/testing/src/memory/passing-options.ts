// The options of an engine in memory and of its clock, checked at the door.
import { inspect } from 'node:util';
import { OptionsError } from '@acktor/core';
import { defineOptions, type OptionTable } from '@acktor/core/engine';

/** How much time passes: milliseconds, or parts that are added up; a century at most. None may be negative. */
export type Duration =
  | number
  | {
      readonly days?: number;
      readonly hours?: number;
      readonly minutes?: number;
      readonly seconds?: number;
      readonly milliseconds?: number;
    };

const LONGEST_WAIT_MS = 3_600_000;

/** Checks the options of `memoryEngine`. */
export const memoryEngineOptions = defineOptions({
  clock: {
    type: 'choice',
    of: ['virtual', 'machine'],
    default: 'virtual',
    doc: 'Whose time it is: `virtual` stands still until `advance()`, `machine` passes by itself.',
  },
  startsAt: {
    type: 'value',
    expected: 'a valid Date',
    accepts: isDate,
    doc: 'When a virtual clock begins; now by default.',
  },
} as const satisfies OptionTable);

/** Checks the options of `MemoryEngine.advance`. */
export const advanceOptions = defineOptions({
  patienceMs: {
    type: 'ms',
    default: 1_000,
    max: LONGEST_WAIT_MS,
    doc: "How long, of the machine's time, handlers that begin meanwhile are waited for.",
  },
} as const satisfies OptionTable);

/** Checks the options of `MemoryEngine.drain`. */
export const drainOptions = defineOptions({
  withinMs: {
    type: 'ms',
    default: 5_000,
    max: LONGEST_WAIT_MS,
    doc: "How long, of the machine's time, to wait until nothing is ready or running.",
  },
  unconsumed: {
    type: 'choice',
    of: ['refuse', 'leave'],
    default: 'refuse',
    doc: 'What of a job that is ready where no worker consumes: an error, or it is left there.',
  },
} as const satisfies OptionTable);

/** Whether a value is a date that says when. */
export function isDate(value: unknown): value is Date {
  return value instanceof Date && !Number.isNaN(value.getTime());
}

/** A duration in milliseconds. @throws OptionsError for one that is none. */
export function msOf(duration: unknown): number {
  const parts = typeof duration === 'number' ? { milliseconds: duration } : duration;
  if (typeof parts !== 'object' || parts === null || parts instanceof Date) throw notADuration(duration);
  let ms = 0;
  for (const [part, amount] of Object.entries(parts) as [string, unknown][]) {
    const unitMs = UNITS_MS.get(part);
    if (unitMs === undefined || typeof amount !== 'number' || !(amount >= 0)) throw notADuration(duration);
    ms += amount * unitMs;
  }
  if (ms > CENTURY_MS || Array.isArray(parts)) throw notADuration(duration);
  return ms;
}

function notADuration(duration: unknown): OptionsError {
  const got = inspect(duration, { breakLength: Infinity, maxStringLength: 64, maxArrayLength: 5 });
  const message = `expected a duration such as 500 (milliseconds) or { hours: 3 }, of a century at most, got ${got}`;
  return new OptionsError([{ option: 'duration', message }]);
}

const UNITS_MS: ReadonlyMap<string, number> = new Map([
  ['milliseconds', 1],
  ['seconds', 1_000],
  ['minutes', 60_000],
  ['hours', 3_600_000],
  ['days', 86_400_000],
]);

const CENTURY_MS = 36_525 * 86_400_000;
