// Tables of options: described once, checked where they are passed in, printed into the reference.
import { closestMatch } from 'leven';
import { OptionsError, type OptionFault } from '../errors.js';
import { visible } from '../foreign-text/foreign-text.js';
import { foreignAdvice } from './foreign-names.js';
import { boundsOf, describe, optionFault } from './option-fault.js';
import type { GroupOption, OptionsInput, OptionSpec, OptionTable, OptionValues, RenamedOption } from './option-spec.js';

/** A table of options that can check what a user passed and describe itself. */
export interface Options<Table extends OptionTable> {
  /**
   * The values of all options, defaults filled in, frozen. A value under a former name is returned under the new one.
   *
   * Warns once in a process of each option that is deprecated or has a new name (`ACKTOR_DEPRECATED_OPTION`).
   * @throws OptionsError naming every option that is unknown, missing, out of bounds or given under both of its names.
   */
  check(input?: OptionsInput<Table>): OptionValues<Table>;
  /** As `check`, for input from anywhere, answering the faults instead of throwing them. */
  examine(input: unknown): ExaminedOptions<Table>;
  /** One row for each option, in the order of the table, for a reference. */
  rows(): readonly OptionRow[];
}

/** The values where there are no faults; they are unusable where there are. */
export type ExaminedOptions<Table extends OptionTable> =
  | { readonly faults: readonly []; readonly values: OptionValues<Table> }
  | { readonly faults: readonly [OptionFault, ...OptionFault[]] };

/** One option as a reference prints it. */
export interface OptionRow {
  /** With the groups it stands in: `backoff.delayMs`. */
  readonly name: string;
  readonly type: string;
  /** As it would be written; `undefined` when it has none, `required` when it must be given. */
  readonly default: string;
  /** `1000 to 3600000`, `'a' or 'b'`, or what a text has to be; empty where any value of the type will do. */
  readonly bounds: string;
  readonly doc: string;
  /** What to do instead; only where it is deprecated. */
  readonly deprecated?: string;
  /** Its name now, as it is written here; only where this is a former name. */
  readonly renamedTo?: string;
}

/**
 * A checker for a table of options.
 *
 * @throws RangeError for a `renamedTo` that names no option of the same table.
 * @example
 * const leaseOptions = defineOptions({
 *   leaseMs: { type: 'ms', default: 15_000, min: 1_000, max: 3_600_000, doc: 'How long a lease lasts unrenewed.' },
 * });
 * const { leaseMs } = leaseOptions.check({ leaseMs: 30_000 });
 */
export function defineOptions<const Table extends OptionTable>(table: Table): Options<Table> {
  requireNewNames(table);
  const examine = (input: unknown) => checkTable(table, input) as ExaminedOptions<Table>;
  return Object.freeze({
    check(input?: OptionsInput<Table>): OptionValues<Table> {
      const examined = examine(input ?? {});
      if ('values' in examined) return examined.values;
      throw new OptionsError(examined.faults);
    },
    examine,
    rows: () => describeOptions(table),
  });
}

function requireNewNames(table: OptionTable): void {
  for (const [name, spec] of Object.entries(table)) {
    if (spec.type === 'group') requireNewNames(spec.of);
    if (spec.type !== 'renamed') continue;
    const target = Object.hasOwn(table, spec.renamedTo) ? table[spec.renamedTo] : undefined;
    if (target === undefined || target.type === 'renamed')
      throw new RangeError(`expected ${name} to be renamed to an option of its table, got ${spec.renamedTo}`);
  }
}

/** What came of a table: its values, frozen, or its faults. */
type CheckedTable =
  | { readonly faults: readonly []; readonly values: Readonly<Record<string, unknown>> }
  | { readonly faults: readonly OptionFault[] };

/** `prefix` is where the table stands in another: `backoff.` */
function checkTable(table: OptionTable, input: unknown, prefix = ''): CheckedTable {
  if (typeof input !== 'object' || input === null) return { faults: [notAnObject(table, input, prefix)] };
  const entries = Object.entries(table);
  const renamed = underNewNames(entries, input, prefix);
  const checked = entries.map(([name, spec]) => checkOption(spec, Reflect.get(renamed.input, name), prefix + name));
  const faults = [
    ...unknownOptionFaults(table, input, prefix),
    ...renamed.faults,
    ...checked.flatMap((option) => option.faults),
  ];
  if (faults.length > 0) return { faults };
  const values = entries.flatMap(([name, { type }], i) =>
    type === 'renamed' ? [] : [[name, checked[i]?.value] as const],
  );
  return { faults: [], values: Object.freeze(Object.fromEntries(values)) };
}

interface CheckedOption {
  readonly faults: readonly OptionFault[];
  readonly value?: unknown;
}

function checkOption(spec: OptionSpec, given: unknown, option: string): CheckedOption {
  if (spec.type === 'renamed') return { faults: [] };
  const value = given === undefined ? spec.default : given;
  if (value === undefined) return { faults: spec.required ? [missing(option, spec.doc)] : [] };
  if (given !== undefined && spec.deprecated !== undefined)
    warnOnce(spec, `the option ${option} is deprecated: ${spec.deprecated}`);
  if (spec.type === 'group') return spec.or?.accepts(value) ? { faults: [], value } : checkGroup(spec, value, option);
  const message = optionFault(spec, value, option);
  return message === undefined ? { faults: [], value } : { faults: [{ option, message }] };
}

function checkGroup({ of: table, or }: GroupOption, value: unknown, option: string): CheckedOption {
  if (or !== undefined && (typeof value !== 'object' || value === null)) {
    const message = `expected ${option} to be an object of ${currentNames(table).join(', ')}, or ${or.expected}, got ${describe(value)}`;
    return { faults: [{ option, message }] };
  }
  const checked = checkTable(table, value, `${option}.`);
  return 'values' in checked ? { faults: [], value: checked.values } : checked;
}

interface RenamedInput {
  readonly input: object;
  readonly faults: readonly OptionFault[];
}

/** The input with what came under former names under the new ones. */
function underNewNames(
  entries: readonly (readonly [string, OptionSpec])[],
  input: object,
  prefix: string,
): RenamedInput {
  let renamed = input;
  const faults: OptionFault[] = [];
  for (const [name, spec] of entries) {
    if (spec.type !== 'renamed') continue;
    const given: unknown = Reflect.get(input, name);
    if (given === undefined) continue;
    const [former, current] = [prefix + name, prefix + spec.renamedTo];
    if (Reflect.get(renamed, spec.renamedTo) !== undefined) {
      faults.push({
        option: former,
        message: `expected ${current} alone, got ${former} as well, its former name: leave ${former} out`,
      });
      continue;
    }
    warnOnce(spec, `the option ${former} is called ${current} now: a later version will refuse the former name`);
    renamed = Object.create(renamed, { [spec.renamedTo]: { value: given } }) as object;
  }
  return { input: renamed, faults };
}

const warned = new WeakSet<OptionSpec>();

/** By Node's own means: `--throw-deprecation` shows where the option is given. */
function warnOnce(spec: OptionSpec, message: string): void {
  if (warned.has(spec)) return;
  warned.add(spec);
  process.emitWarning(message, { type: 'DeprecationWarning', code: 'ACKTOR_DEPRECATED_OPTION' });
}

function missing(option: string, doc: string): OptionFault {
  return { option, message: `expected ${option}, which is required, got nothing (${withoutLinks(doc)})` };
}

/** The tables' texts are printed on pages, too; their relative links are of no use in a message. */
function withoutLinks(doc: string): string {
  return doc.replaceAll(/ \(\[[^\]]+\]\([^)]+\)\)/g, '').replaceAll(/\[([^\]]+)\]\([^)]+\)/g, '$1');
}

function notAnObject(table: OptionTable, input: unknown, prefix: string): OptionFault {
  if (prefix === '') return { option: 'options', message: `expected options to be an object, got ${describe(input)}` };
  const option = prefix.slice(0, -1);
  const names = currentNames(table).join(', ');
  return { option, message: `expected ${option} to be an object of ${names}, got ${describe(input)}` };
}

/** A fault for each name in `input` that the table lacks, with the nearest name it has. */
function unknownOptionFaults(table: OptionTable, input: object, prefix: string): readonly OptionFault[] {
  const strangers = Object.keys(input).filter((name) => !Object.hasOwn(table, name));
  return strangers.map((name) => ({ option: prefix + name, message: unknownOption(table, name, prefix) }));
}

function unknownOption(table: OptionTable, name: string, prefix: string): string {
  const names = currentNames(table);
  const advice = foreignAdvice(name, names, prefix) ?? nearAdvice(name, names, prefix);
  return `unknown option ${prefix}${visible(name)} (${advice})`;
}

function currentNames(table: OptionTable): readonly string[] {
  return Object.keys(table).filter((name) => table[name]?.type !== 'renamed');
}

function nearAdvice(name: string, names: readonly string[], prefix: string): string {
  const near = nearestName(name, names);
  return near === undefined
    ? `there are ${names.map((known) => prefix + known).join(', ')}`
    : `did you mean ${prefix}${near}?`;
}

/** Returns the name that a mistyped one is likely to mean; undefined when none is near. */
export function nearestName(name: string, names: readonly string[]): string | undefined {
  return closestMatch(name, [...names], { maxDistance: MOST_EDITS });
}

/** Further away, a suggestion is more often wrong than right. */
const MOST_EDITS = 3;

/** A row for each option, and after a group's row those of its options. */
function describeOptions(table: OptionTable, prefix = ''): readonly OptionRow[] {
  return Object.entries(table).flatMap(([name, spec]) => {
    const row = describeOption(spec, prefix, name);
    return spec.type === 'group' ? [row, ...describeOptions(spec.of, `${prefix}${name}.`)] : [row];
  });
}

function describeOption(spec: OptionSpec, prefix: string, option: string): OptionRow {
  const name = prefix + option;
  if (spec.type === 'renamed') {
    const renamedTo = prefix + spec.renamedTo;
    return { name, type: '', default: 'undefined', bounds: '', doc: `The former name of \`${renamedTo}\`.`, renamedTo };
  }
  const row = { name, type: typeOf(spec), default: defaultOf(spec), bounds: boundsText(spec), doc: docOf(spec) };
  return spec.deprecated === undefined ? row : { ...row, deprecated: spec.deprecated };
}

/** An option by its present name. */
type CurrentSpec = Exclude<OptionSpec, RenamedOption>;

function typeOf(spec: CurrentSpec): string {
  if (spec.type === 'group' && spec.or !== undefined) return `group, or ${spec.or.expected}`;
  return spec.type === 'value' ? spec.expected : spec.type;
}

function defaultOf(spec: CurrentSpec): string {
  if (spec.required) return 'required';
  if (spec.default === undefined) return 'undefined';
  return typeof spec.default === 'function' ? 'a function' : JSON.stringify(spec.default);
}

function boundsText(spec: CurrentSpec): string {
  switch (spec.type) {
    case 'choice':
      return spec.of.map((choice) => `'${choice}'`).join(' or ');
    case 'ms':
    case 'bytes':
    case 'count':
    case 'share': {
      const { min, max } = boundsOf(spec);
      const numbers = max === Number.MAX_SAFE_INTEGER ? `${min} or more` : `${min} to ${max}`;
      return spec.orText === undefined ? numbers : `${numbers}, or '${spec.orText}'`;
    }
    case 'string':
      return spec.expected ?? '';
    default:
      return '';
  }
}

function docOf(spec: CurrentSpec): string {
  const { min, max } = 'because' in spec ? spec.because : {};
  const reasons = [min, max].filter((reason) => reason !== undefined);
  return reasons.length === 0 ? spec.doc : `${spec.doc} Bounded because ${reasons.join(', and ')}.`;
}
