// Breaks what stands beside an arrow into lines: long labels would push the states apart.

/** A line for each event, and for its guard when they are too long together. */
export function labelLines(labels: readonly string[]): readonly string[] {
  return labels.flatMap((label) => {
    const [, events = label, guard = ''] = /^(.*?)( \[.*\])?$/s.exec(label) ?? [];
    const lines = events.split(', ').map((event, i, all) => (i < all.length - 1 ? `${event},` : event));
    const last = lines.at(-1) ?? '';
    if (guard === '' || last.length + guard.length <= LONGEST) return [...lines.slice(0, -1), last + guard];
    return [...lines, guard.trim()];
  });
}

const LONGEST = 22;
