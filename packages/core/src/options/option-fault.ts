// What is wrong with the value of one option, in a sentence that says what was expected, what came and why it matters.
import { quoted } from '../foreign-text/foreign-text.js';
import type {
  ChoiceOption,
  GroupOption,
  NumberOption,
  OptionSpec,
  RenamedOption,
  StringOption,
  ValueOption,
} from './option-spec.js';

/** An option whose value is checked as a whole; groups are checked by their tables. */
export type SingleOption = Exclude<OptionSpec, GroupOption | RenamedOption>;

/** The fault of a value that was given or defaulted; undefined when there is none. */
export function optionFault(spec: SingleOption, value: unknown, option: string): string | undefined {
  const wanted = wantedOf(spec, value);
  if (wanted === undefined) return undefined;
  const itemFault = spec.type === 'value' && Array.isArray(value) ? faultOfItem(spec, value, option) : undefined;
  if (itemFault !== undefined) return itemFault;
  return `expected ${option} to be ${wanted}, got ${givenWords(spec, value)}${reasonOf(spec, value)}`;
}

function faultOfItem({ item }: ValueOption, values: readonly unknown[], option: string): string | undefined {
  const index = item === undefined ? -1 : values.findIndex((value) => !item.accepts(value));
  if (item === undefined || index < 0) return undefined;
  return `expected ${option}[${index}] to be ${item.expected}, got ${describe(values[index])}`;
}

/** Messages end in logs: a secret that is too short is one all the same. */
function givenWords(spec: SingleOption, value: unknown): string {
  const isHidden = 'isSecret' in spec && typeof value === 'string';
  return isHidden ? `a text of ${value.length} characters` : describe(value);
}

/** Why the bound is there that the number is beyond, or what to do about a text. */
function reasonOf(spec: SingleOption, value: unknown): string {
  const hint = spec.type === 'string' || spec.type === 'value' ? spec.hint?.(value) : undefined;
  if (hint !== undefined) return ` (${hint})`;
  if (!('because' in spec) || typeof value !== 'number') return '';
  const { min, max } = boundsOf(spec);
  const { because = {} } = spec;
  const beyondMin = value < min ? because.min : undefined;
  const reason = value > max ? because.max : beyondMin;
  return reason === undefined ? '' : ` (${reason})`;
}

/** What the value should have been, as in "expected leaseMs to be …"; undefined when it is that. */
function wantedOf(spec: SingleOption, value: unknown): string | undefined {
  switch (spec.type) {
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'true or false';
    case 'string':
      return wantedText(spec, value);
    case 'choice':
      return wantedChoice(spec, value);
    case 'value':
      return spec.accepts(value) ? undefined : spec.expected;
    default:
      return wantedNumber(spec, value);
  }
}

function wantedText(spec: StringOption, value: unknown): string | undefined {
  if (typeof value !== 'string') return 'a text';
  return spec.accepts?.(value) === false ? (spec.expected ?? 'another text') : undefined;
}

function wantedChoice({ of }: ChoiceOption, value: unknown): string | undefined {
  return of.some((choice) => choice === value) ? undefined : of.map((choice) => `'${choice}'`).join(' or ');
}

function wantedNumber(spec: NumberOption, value: unknown): string | undefined {
  const { min, max } = boundsOf(spec);
  const { orText } = spec;
  if (orText !== undefined && value === orText) return undefined;
  if (typeof value !== 'number' || Number.isNaN(value))
    return numberWords[spec.type] + (orText === undefined ? '' : ` or '${orText}'`);
  if (value < min) return `at least ${min}`;
  if (value > max) return `at most ${max}`;
  return spec.type === 'share' || Number.isInteger(value) ? undefined : numberWords[spec.type];
}

const numberWords = {
  ms: 'a whole number of milliseconds',
  bytes: 'a whole number of bytes',
  count: 'a whole number',
  share: 'a number from 0 to 1',
} as const;

/** The least and the most that a number may be, both allowed, stated or taken from the type. */
export function boundsOf({ type, min = 0, max = type === 'share' ? 1 : Number.MAX_SAFE_INTEGER }: NumberOption): {
  readonly min: number;
  readonly max: number;
} {
  return { min, max };
}

/** A value in a few words: numbers, booleans and short texts as they are written; of anything else, only what it is. */
export function describe(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return value.length > LONGEST_TEXT ? `a text of ${value.length} characters` : quoted(value);
    case 'number':
    case 'boolean':
    case 'undefined':
      return String(value);
    case 'object':
      return describeObject(value);
    default:
      return `a ${typeof value}`;
  }
}

function describeObject(value: object | null): string {
  if (value === null) return 'null';
  if (!Array.isArray(value)) return 'an object';
  return value.length === 0 ? 'an empty array' : 'an array';
}

const LONGEST_TEXT = 64;
