// How large things are drawn, and where labels break. There is no screen to measure text on: the widths are those of usual system fonts.
import type { ChartState } from '../chart.js';

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A state has room for its name, a figure, and a time. */
export function stateSize({ name, kind }: Pick<ChartState, 'name' | 'kind'>): Size {
  const [width, height] = kind === 'final' ? [88, 40] : [136, 64];
  return { width: Math.max(width, Math.ceil(name.length * NAME_CHARACTER) + 2 * NAME_PADDING), height };
}

/** A state within another, laid out apart, has room for its name and a figure in one line. */
export function innerSize({ name }: Pick<ChartState, 'name'>): Size {
  return { width: Math.max(112, Math.ceil(name.length * NAME_CHARACTER) + FIGURE_ROOM), height: 32 };
}

/** The lines beside an arrow, one below the other. */
export function labelSize(labels: readonly string[]): Size {
  const longest = Math.max(0, ...labels.map(({ length }) => length));
  return { width: Math.ceil(longest * LABEL_CHARACTER), height: labels.length * LABEL_LINE };
}

/** Room for a figure such as `1,120/s` at the tail of an arrow, and along it. */
export const figureSize: Size = { width: 28, height: 16 };

/** The height of a line of labels. */
export const LABEL_LINE = 15;

const NAME_CHARACTER = 7.4;
const NAME_PADDING = 14;
const FIGURE_ROOM = 56;
const LABEL_CHARACTER = 6.3;

/** Breaks labels into a line for each event, and one for its guard when both are too long: long labels would push the states apart. */
export function labelLines(labels: readonly string[]): readonly string[] {
  return labels.flatMap((label) => {
    const [, events = label, guard = ''] = /^(.*?)( \[.*\])?$/s.exec(label) ?? [];
    const lines = events.split(', ').map((event, i, all) => (i < all.length - 1 ? `${event},` : event));
    const last = lines.at(-1) ?? '';
    if (guard === '' || last.length + guard.length <= LONGEST) return [...lines.slice(0, -1), last + guard];
    return [...lines, guard.trim()];
  });
}

const LONGEST = 22;
