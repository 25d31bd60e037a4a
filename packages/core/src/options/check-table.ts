// Checks what a user passed against a table, and finds every fault.

import type { OptionFault } from '../errors.js';
import { describe } from './describe.js';
import { optionFault } from './option-fault.js';
import type { OptionSpec, OptionTable } from './option-spec.js';
import { unknownOptionFaults } from './unknown-option.js';

/** What came of a table: its values, frozen, or its faults. */
export type CheckedTable =
  | { readonly faults: readonly []; readonly values: Readonly<Record<string, unknown>> }
  | { readonly faults: readonly OptionFault[] };

/** `prefix` is where the table stands in another: `backoff.` */
export function checkTable(table: OptionTable, input: unknown, prefix = ''): CheckedTable {
  if (typeof input !== 'object' || input === null) return { faults: [notAnObject(input, prefix)] };
  const checked = Object.entries(table).map(([name, spec]) =>
    checkOption(spec, Reflect.get(input, name), prefix + name),
  );
  const faults = [...unknownOptionFaults(table, input, prefix), ...checked.flatMap((option) => option.faults)];
  if (faults.length > 0) return { faults };
  const values = Object.fromEntries(Object.keys(table).map((name, index) => [name, checked[index]?.value] as const));
  return { faults: [], values: Object.freeze(values) };
}

interface CheckedOption {
  readonly faults: readonly OptionFault[];
  readonly value?: unknown;
}

function checkOption(spec: OptionSpec, given: unknown, option: string): CheckedOption {
  const value = given === undefined ? spec.default : given;
  if (value === undefined) return { faults: spec.required ? [missing(option, spec.doc)] : [] };
  if (spec.type === 'group') return checkGroup(spec.of, value, option);
  const message = optionFault(spec, value, option);
  return message === undefined ? { faults: [], value } : { faults: [{ option, message }] };
}

function checkGroup(table: OptionTable, value: unknown, option: string): CheckedOption {
  const checked = checkTable(table, value, `${option}.`);
  return 'values' in checked ? { faults: [], value: checked.values } : checked;
}

function missing(option: string, doc: string): OptionFault {
  return { option, message: `expected ${option}, which is required, got nothing (${doc})` };
}

function notAnObject(input: unknown, prefix: string): OptionFault {
  const option = prefix === '' ? 'options' : prefix.slice(0, -1);
  return { option, message: `expected ${option} to be an object, got ${describe(input)}` };
}
