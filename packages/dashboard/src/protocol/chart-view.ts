// A machine laid out on the server: what the browser needs to draw it, in the layout's own units.
import type { ArrowPath, ChartLayout, StateBox } from '@acktor/chart';

export type { ArrowPath, StateBox };

/** A chart laid out: states as boxes, transitions as curves. */
export interface ChartView extends ChartLayout {
  readonly machineId: string;
  /**
   * The same chart with its nested states closed: the states of the first level alone, and arrows between those only.
   * The page draws it until the nested states are opened. Absent when nothing nests.
   */
  readonly folded?: ChartView;
  /** With room for the inner states that are most worth seeing, which are drawn where there is something to see. Absent when that is the chart itself. */
  readonly wide?: ChartView;
  /** As the chart itself, from top to bottom. Absent when nothing nests. */
  readonly tallOpen?: ChartView;
  /** As `folded`, or the chart itself when nothing nests, from top to bottom: for narrow screens. */
  readonly tall?: ChartView;
}
