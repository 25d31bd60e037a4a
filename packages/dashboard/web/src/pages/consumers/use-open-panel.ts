// The keyboard's way into the panel beside the lanes, and back: it has the focus when it opens, and Escape closes it.
import { useEffect, useRef } from 'react';
import { setFilters } from '../../route/route.js';

export function useOpenPanel() {
  const panel = useRef<HTMLElement>(null);
  useEffect(() => {
    panel.current?.focus({ preventScroll: true });
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && !event.defaultPrevented) close();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
  return { panel, close };
}

function close(): void {
  setFilters({ consumer: undefined });
  document.querySelector<HTMLElement>('.lane-list')?.focus({ preventScroll: true });
}
