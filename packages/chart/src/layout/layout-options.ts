// What may be wished of a layout.

/** What {@link layoutChart} takes besides the chart. */
export interface LayoutOptions {
  /** Which states are shown with those within them, by their dotted names. Default: all. */
  readonly open?: 'all' | readonly string[];
  /** What room is kept beside an arrow: for what causes it, or for a figure such as `112/s`. Default: for the causes. */
  readonly labels?: 'causes' | 'figures';
  /** Where a job's life leads. Default: to the right. */
  readonly flow?: 'right' | 'down';
}

/** The options with nothing left open. */
export type LayoutWishes = Required<LayoutOptions>;

export function layoutWishes({ open = 'all', labels = 'causes', flow = 'right' }: LayoutOptions): LayoutWishes {
  return { open, labels, flow };
}
