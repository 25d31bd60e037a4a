import type { OptionRow } from '@acktor/core/engine';

export interface OptionInterface {
  readonly name: string;
  readonly doc: string;
  /** The name of the constant that holds the table. */
  readonly table: string;
  readonly rows: readonly OptionRow[];
  readonly bases?: readonly Pick<OptionInterface, 'name' | 'rows'>[];
}

export function optionInterface(of: OptionInterface): string;
export function optionRow(row: OptionRow): string;
