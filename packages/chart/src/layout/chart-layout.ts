// A chart laid out: what a printer or a browser needs to draw it. Units are CSS pixels at 100 %.

/** A chart laid out, from its left upper corner. */
export interface ChartLayout {
  readonly width: number;
  readonly height: number;
  /** A state comes after its parent. */
  readonly states: readonly StateBox[];
  readonly arrows: readonly ArrowPath[];
}

/** One state's box. */
export interface StateBox {
  /** Dotted, such as `processing.handling`. */
  readonly state: string;
  /** Its own name, such as `handling`. */
  readonly name: string;
  /** The dotted name of the state around it; undefined on the first level. */
  readonly parent: string | undefined;
  readonly kind: 'atomic' | 'compound' | 'parallel' | 'final';
  /** The description in the machine's definition; absent without one. */
  readonly description?: string;
  /** Whether it is the initial state of the state around it, or of the machine. */
  readonly isInitial: boolean;
  /** Whether it has states in it that are not shown. */
  readonly isFolded: boolean;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** All transitions from one state to another, as one arrow. */
export interface ArrowPath {
  /** Dotted, as are all names here. */
  readonly from: string;
  readonly to: string;
  /** What triggers them, in words for people, a text for each line. */
  readonly labels: readonly string[];
  /** An SVG path's `d`, from the edge of the one box to that of the other. */
  readonly path: string;
  /** The left upper corner of the room that is kept free for the labels. */
  readonly labelX: number;
  readonly labelY: number;
}

/** What {@link layoutChart} takes besides the chart. */
export interface LayoutOptions {
  /** Which states are shown with the states in them, by their dotted names. Default: all. */
  readonly open?: 'all' | readonly string[];
  /** What room is kept beside an arrow: for its triggers, or for a figure such as `112/s`. Default: `causes`, its triggers. */
  readonly labels?: 'causes' | 'figures';
  /** The direction of the arrows that lead forward. Default: `right`. */
  readonly flow?: 'right' | 'down';
  /**
   * How states in an open state are laid out. `joined`: together with those around it; an arrow that crosses its border leads to the
   * inner state. `apart`: within it alone, small and from top to bottom; an arrow that crosses its border ends at the border, and a
   * transition of the open state itself leads from each of its states. `apart` takes far less room. Default: `joined`.
   */
  readonly inside?: 'joined' | 'apart';
  /** Dotted states that are left out, with the arrows to them. Default: none. */
  readonly without?: readonly string[];
  /** Dotted pairs of states, such as `[['acking', 'rejecting']]`: the arrow between them does not put one behind the other. Default: none. */
  readonly beside?: readonly (readonly [string, string])[];
}

/** The options with their defaults filled in. */
export type FullLayoutOptions = Required<LayoutOptions>;

export function withDefaults(options: LayoutOptions): FullLayoutOptions {
  const { open = 'all', labels = 'causes', flow = 'right', inside = 'joined', without = [], beside = [] } = options;
  return { open, labels, flow, inside, without, beside };
}
