// The line of a process or a host: how its consumers were spread over the states, as heaps side by side.
import { sampleMs, type Shares } from '../live/share-history.js';
import type { LiveProcess } from '../live/live-process.js';
import { tones, type Tone } from '../theme/tones.js';
import type { LaneSheet } from './lane-sheet.js';
import type { GroupRow } from './lane-rows.js';
import { columnsOf, xOf } from './lane-view.js';

const stripHeight = 16;
/** From the bottom up: what works lies on the ground, what waits on top. */
const heap: readonly Tone[] = ['processing', 'acking', 'rejecting', 'fetching', 'lost', 'other', 'idle'];

export function drawStrip(sheet: LaneSheet, { workers }: GroupRow, top: number): void {
  const { context, palette, view } = sheet;
  const { barLeft, barRight, barY } = columnsOf(view.width);
  const bottom = top + barY + stripHeight / 2;
  for (const { atMs, counts, total } of joined(workers, view.nowMs - view.rangeMs)) {
    const left = Math.max(barLeft, xOf(atMs, view));
    const width = Math.min(barRight, xOf(atMs + sampleMs, view) + 0.5) - left;
    if (width <= 0 || total === 0) continue;
    let y = bottom;
    for (const tone of heap) {
      const height = ((counts.get(tone) ?? 0) / total) * stripHeight;
      y -= height;
      context.globalAlpha = tone === 'idle' ? 0.3 : 0.9;
      context.fillStyle = palette.tones[tone];
      context.fillRect(left, y, width, height);
    }
  }
  context.globalAlpha = 1;
}

/** All processes are sampled at the same moments, so that those of a host can be added from the last one back. */
function joined(workers: readonly LiveProcess[], fromMs: number): readonly Shares[] {
  const [longest, ...others] = workers
    .map(({ shares }) => shares.samples)
    .toSorted((left, right) => right.length - left.length);
  if (longest === undefined) return [];
  return longest
    .map((sample, index) =>
      others.reduce((sum, samples) => added(sum, samples[index - longest.length + samples.length]), sample),
    )
    .filter(({ atMs }) => atMs >= fromMs - sampleMs);
}

function added(sum: Shares, more: Shares | undefined): Shares {
  if (more === undefined) return sum;
  const counts = new Map(tones.map((tone) => [tone, (sum.counts.get(tone) ?? 0) + (more.counts.get(tone) ?? 0)]));
  return { atMs: sum.atMs, counts, total: sum.total + more.total };
}
