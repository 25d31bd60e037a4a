// Tables of options as rows of a reference.

import { boundsOf } from './option-bounds.js';
import type { OptionSpec, OptionTable } from './option-spec.js';

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
}

/** A row for each option, and after a group's row those of its options. */
export function describeOptions(table: OptionTable, prefix = ''): readonly OptionRow[] {
  return Object.entries(table).flatMap(([name, spec]) => {
    const row = describeOption(spec, prefix + name);
    return spec.type === 'group' ? [row, ...describeOptions(spec.of, `${prefix}${name}.`)] : [row];
  });
}

function describeOption(spec: OptionSpec, name: string): OptionRow {
  return { name, type: typeOf(spec), default: defaultOf(spec), bounds: boundsText(spec), doc: docOf(spec) };
}

function typeOf(spec: OptionSpec): string {
  return spec.type === 'value' ? spec.expected : spec.type;
}

function defaultOf(spec: OptionSpec): string {
  if (spec.required) return 'required';
  if (spec.default === undefined) return 'undefined';
  return typeof spec.default === 'function' ? 'a function' : JSON.stringify(spec.default);
}

function boundsText(spec: OptionSpec): string {
  switch (spec.type) {
    case 'choice':
      return spec.of.map((choice) => `'${choice}'`).join(' or ');
    case 'ms':
    case 'bytes':
    case 'count':
    case 'share': {
      const { min, max } = boundsOf(spec);
      return max === Number.MAX_SAFE_INTEGER ? `${min} or more` : `${min} to ${max}`;
    }
    case 'string':
      return spec.expected ?? '';
    default:
      return '';
  }
}

function docOf(spec: OptionSpec): string {
  const { min, max } = 'because' in spec ? spec.because : {};
  const reasons = [min, max].filter((reason) => reason !== undefined);
  return reasons.length === 0 ? spec.doc : `${spec.doc} Bounded because ${reasons.join(', and ')}.`;
}
