// How large things are drawn. There is no screen to measure text on: these widths are those of the usual system fonts.
import type { ChartState } from '../model/chart.js';

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A state has room for its name, a figure, and a time. */
export function stateSize({ name, kind }: Pick<ChartState, 'name' | 'kind'>): Size {
  const [width, height] = kind === 'final' ? [88, 40] : [136, 64];
  return { width: Math.max(width, Math.ceil(name.length * NAME_CHARACTER) + 2 * NAME_PADDING), height };
}

/** The lines beside an arrow, one below the other. */
export function labelSize(labels: readonly string[]): Size {
  const longest = Math.max(0, ...labels.map(({ length }) => length));
  return { width: Math.ceil(longest * LABEL_CHARACTER), height: labels.length * LABEL_LINE };
}

/** Room for a figure such as `1,120/s`. */
export const figureSize: Size = { width: 48, height: 16 };

/** The height of a line of labels. */
export const LABEL_LINE = 15;

const NAME_CHARACTER = 7.4;
const NAME_PADDING = 14;
const LABEL_CHARACTER = 6.3;
