// The few colours that states have. Each means one state; what we do not know is neutral.

export const tones = ['idle', 'fetching', 'processing', 'acking', 'rejecting', 'lost', 'other'] as const;
export type Tone = (typeof tones)[number];

const outer = new Map<string, Tone>(tones.map((tone) => [tone, tone]));
outer.set('stopped', 'idle');

/** The tone of a dotted state, by its first part; a lost lease, and a handler that does not let go, have that of a lost consumer. */
export function toneOf(state: string): Tone {
  if (state.endsWith('.lost') || state.endsWith('.abandoned')) return 'lost';
  const [first = ''] = state.split('.', 1);
  return outer.get(first) ?? 'other';
}
