// What the person prefers, and what their screen has room for: light or dark, less motion, a narrow page.
import { useState, useSyncExternalStore } from 'react';
import { forgetPalette } from './palette.js';

/** Light, dark, or as the system has set. The choice is stored in the browser. */
export const schemes = ['system', 'light', 'dark'] as const;
export type Scheme = (typeof schemes)[number];

const key = 'acktor.scheme';

export function useScheme(): readonly [Scheme, (scheme: Scheme) => void] {
  const [scheme, remember] = useState(storedScheme);
  const choose = (chosen: Scheme) => {
    localStorage.setItem(key, chosen);
    applyScheme(chosen);
    remember(chosen);
  };
  return [scheme, choose];
}

export function storedScheme(): Scheme {
  const stored = localStorage.getItem(key);
  return schemes.find((scheme) => scheme === stored) ?? 'system';
}

export function applyScheme(scheme: Scheme): void {
  if (scheme === 'system') delete document.documentElement.dataset['scheme'];
  else document.documentElement.dataset['scheme'] = scheme;
  forgetPalette();
}

const reducedMotion = window.matchMedia('(prefers-reduced-motion: reduce)');

/** Whether the person has asked their system for less motion. */
export function prefersReducedMotion(): boolean {
  return reducedMotion.matches;
}

const narrow = window.matchMedia('(max-width: 620px)');

/** Whether the screen is so narrow that a chart is better drawn from top to bottom. */
export function useIsNarrow(): boolean {
  return useSyncExternalStore(subscribe, () => narrow.matches);
}

function subscribe(listener: () => void): () => void {
  narrow.addEventListener('change', listener);
  return () => narrow.removeEventListener('change', listener);
}
