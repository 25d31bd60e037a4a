// A figure that moves to its new value instead of jumping there.
import { useEffect, useRef, useState } from 'react';
import { prefersStillness } from '../theme/stillness.js';

interface EasedNumberProps {
  readonly value: number;
  readonly format: (value: number) => string;
}

const steps = 4;
const stepMs = 100;

/** Reaches its value within half a second, at ten steps a second. */
export function EasedNumber({ value, format }: EasedNumberProps) {
  const shown = useRef(value);
  const [, redraw] = useState(0);
  useEffect(() => {
    if (prefersStillness()) {
      shown.current = value;
      return;
    }
    let left = steps;
    const timer = setInterval(() => {
      shown.current += (value - shown.current) / left;
      redraw((number) => number + 1);
      if (--left === 0) clearInterval(timer);
    }, stepMs);
    return () => clearInterval(timer);
  }, [value]);
  return <>{format(prefersStillness() ? value : shown.current)}</>;
}
