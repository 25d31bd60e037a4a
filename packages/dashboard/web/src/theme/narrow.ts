// Whether the screen is so narrow that a chart is better drawn from top to bottom.
import { useSyncExternalStore } from 'react';

const query = window.matchMedia('(max-width: 620px)');

export function useIsNarrow(): boolean {
  return useSyncExternalStore(subscribe, () => query.matches);
}

function subscribe(listener: () => void): () => void {
  query.addEventListener('change', listener);
  return () => query.removeEventListener('change', listener);
}
