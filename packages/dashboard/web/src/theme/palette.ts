// The colours of states, and those of the style sheet for what is drawn on a canvas.

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

/** Relative to the page's text size. */
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
  // A custom property holds the colours of both schemes; only where it is used it is one colour.
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

/** Each tone means one state; `other` is for all that are not known here. */
export const tones = ['idle', 'fetching', 'processing', 'acking', 'rejecting', 'lost', 'other'] as const;
export type Tone = (typeof tones)[number];

const outer = new Map<string, Tone>(tones.map((tone) => [tone, tone]));
outer.set('stopped', 'idle');

/** The tone of a dotted state, by its first part; a lost lease, and a handler that goes on after it, have that of a lost consumer. */
export function toneOf(state: string): Tone {
  if (state.endsWith('.lost') || state.endsWith('.abandoned')) return 'lost';
  const [first = ''] = state.split('.', 1);
  return outer.get(first) ?? 'other';
}
