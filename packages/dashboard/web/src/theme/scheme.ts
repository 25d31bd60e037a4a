// Light, dark, or as the system has it. The choice stays in this browser.
import { useState } from 'react';
import { forgetPalette } from './palette.js';

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
