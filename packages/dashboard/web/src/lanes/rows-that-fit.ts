// How many lines of a swimlane a screen has room for.
import { rowHeightAt } from './lane-view.js';

/** Two workers of eight: so many are seen at once, however small the screen is. */
const least = 16;

/** @param besidesPx - what else is to be seen above and below, in CSS pixels. */
export function rowsThatFit(besidesPx: number): number {
  return Math.max(least, Math.floor((window.innerHeight - besidesPx) / rowHeightAt(window.innerWidth)));
}
