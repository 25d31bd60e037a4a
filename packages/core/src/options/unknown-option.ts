// Advice for options that no table knows.

import { closestMatch } from 'leven';
import type { OptionFault } from '../errors.js';
import { visible } from '../foreign-text/foreign-text.js';
import { foreignAdvice } from './foreign-names.js';
import type { OptionTable } from './option-spec.js';

// Further away, a suggestion is more often wrong than right.
const mostEdits = 3;

/** A fault for each name in `input` that the table lacks, with the nearest name it has. */
export function unknownOptionFaults(table: OptionTable, input: object, prefix: string): readonly OptionFault[] {
  const strangers = Object.keys(input).filter((name) => !Object.hasOwn(table, name));
  return strangers.map((name) => ({ option: prefix + name, message: unknownOption(table, name, prefix) }));
}

function unknownOption(table: OptionTable, name: string, prefix: string): string {
  const names = Object.keys(table);
  const advice = foreignAdvice(name, names, prefix) ?? nearAdvice(name, names, prefix);
  return `unknown option ${prefix}${visible(name)} (${advice})`;
}

function nearAdvice(name: string, names: readonly string[], prefix: string): string {
  const near = closestMatch(name, names, { maxDistance: mostEdits });
  return near === undefined
    ? `there are ${names.map((known) => prefix + known).join(', ')}`
    : `did you mean ${prefix}${near}?`;
}
