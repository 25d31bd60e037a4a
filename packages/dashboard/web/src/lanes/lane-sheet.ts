// What a swimlane is drawn on, and with.
import type { Palette } from '../theme/palette.js';
import type { LaneView } from './lane-view.js';

export interface LaneSheet {
  readonly context: CanvasRenderingContext2D;
  readonly palette: Palette;
  readonly view: LaneView;
}
