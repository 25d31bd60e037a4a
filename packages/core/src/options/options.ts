// Tables of options: described once, checked at the door, printed into the reference.

import { OptionsError, type OptionFault } from '../errors.js';
import { checkTable } from './check-table.js';
import { describeOptions, type OptionRow } from './option-rows.js';
import type { OptionsInput, OptionTable, OptionValues } from './option-spec.js';

/** A table of options that can check what a user passed and describe itself. */
export interface Options<Table extends OptionTable> {
  /**
   * The values of all options, defaults filled in, frozen.
   *
   * @throws OptionsError naming every option that is unknown, missing or out of bounds.
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

/**
 * A checker for a table of options.
 *
 * @example
 * const leaseOptions = defineOptions({
 *   leaseMs: { type: 'ms', default: 15_000, min: 1_000, max: 3_600_000, doc: 'How long a lease lasts unrenewed.' },
 * });
 * const { leaseMs } = leaseOptions.check({ leaseMs: 30_000 });
 */
export function defineOptions<const Table extends OptionTable>(table: Table): Options<Table> {
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
