// The colours of the style sheet, for what is drawn on a canvas.
import { tones, type Tone } from './tones.js';

export interface Palette {
  readonly tones: Readonly<Record<Tone, string>>;
  readonly text: string;
  readonly dim: string;
  readonly line: string;
  readonly panel: string;
  readonly alarm: string;
  /** The text size of labels, in pixels. */
  readonly labelPx: number;
}

/** Of the page's own text size. */
const labelSize = 0.923;

let known: Palette | undefined;

window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', forgetPalette);

/** Read again after the scheme has changed. */
export function palette(): Palette {
  known ??= readPalette();
  return known;
}

export function forgetPalette(): void {
  known = undefined;
}

function readPalette(): Palette {
  const probe = document.createElement('i');
  document.body.append(probe);
  // As a property a colour holds what each scheme has of it; only where it is used it is one.
  const colour = (name: string) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const read = {
    tones: Object.fromEntries(tones.map((tone) => [tone, colour(tone)])) as Record<Tone, string>,
    text: colour('text'),
    dim: colour('dim'),
    line: colour('line'),
    panel: colour('panel'),
    alarm: colour('alarm'),
    labelPx: Math.round(Number.parseFloat(getComputedStyle(document.documentElement).fontSize) * labelSize),
  };
  probe.remove();
  return read;
}
