// How many lines of a swimlane a screen has room for.
import { rowHeightAt } from './lane-view.js';

const least = 14;

/** @param besidesPx - what else is to be seen above and below, in CSS pixels. */
export function rowsThatFit(besidesPx: number): number {
  return Math.max(least, Math.floor((window.innerHeight - besidesPx) / rowHeightAt(window.innerWidth)));
}
