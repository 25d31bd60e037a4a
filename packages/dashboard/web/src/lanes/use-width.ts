// How wide an element is, also after the window or its neighbours have changed.
import { useLayoutEffect, useState, type RefObject } from 'react';

export function useWidth(element: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(window.innerWidth);
  useLayoutEffect(() => {
    if (element.current === null) return undefined;
    const observer = new ResizeObserver(([entry]) => setWidth(entry?.contentRect.width ?? window.innerWidth));
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element]);
  return width;
}
