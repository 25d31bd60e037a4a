// A chart with places: what a printer or a browser needs to draw it. Units are CSS pixels at 100 %.

/** A chart with places, from its left upper corner. */
export interface ChartLayout {
  readonly width: number;
  readonly height: number;
  /** A state comes after the one that it lies in. */
  readonly states: readonly StatePlace[];
  readonly arrows: readonly ArrowPlace[];
}

/** One state's box. */
export interface StatePlace {
  /** Dotted, such as `processing.handling`. */
  readonly state: string;
  /** Its own name, such as `handling`. */
  readonly name: string;
  /** The dotted name of the state that it lies in; undefined on the first level. */
  readonly parent: string | undefined;
  readonly kind: 'atomic' | 'compound' | 'parallel' | 'final';
  /** What the machine's author says of it; absent when that is nothing. */
  readonly description?: string;
  /** Whether the state around it, or the machine, begins here. */
  readonly isInitial: boolean;
  /** Whether it has states within that are not shown. */
  readonly isFolded: boolean;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** All that leads from one state to another, as one arrow. */
export interface ArrowPlace {
  /** Dotted, as are all names here. */
  readonly from: string;
  readonly to: string;
  /** What causes it, in words for people, a text for each line. */
  readonly labels: readonly string[];
  /** An SVG path's `d`, from the edge of the one box to that of the other. */
  readonly path: string;
  /** The left upper corner of the place that is kept free for the labels. */
  readonly labelX: number;
  readonly labelY: number;
}
