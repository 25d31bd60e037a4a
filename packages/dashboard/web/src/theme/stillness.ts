// Whether the person asked their system for less motion.

const query = window.matchMedia('(prefers-reduced-motion: reduce)');

export function prefersStillness(): boolean {
  return query.matches;
}
