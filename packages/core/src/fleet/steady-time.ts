// When it is, by a clock that nobody sets: what a process says of itself, and how long ago it heard of others.

// Taken before a handler can put others in their place.
const startedAtMs = performance.timeOrigin;
const sinceStartMs = performance.now.bind(performance);

/**
 * Milliseconds since the epoch, whole and ever growing: the machine's time when the process started, and how long ago that is. Neither
 * who sets the machine's clock nor a handler that replaces `Date.now` changes it.
 *
 * For spans within a process, and for people to read. What decides about jobs is the server's time.
 */
export function steadyNowMs(): number {
  return Math.round(startedAtMs + sinceStartMs());
}

/** The machine's own clock, as an engine's clock is: its timers do not keep a process alive. */
export const systemClock = {
  now: steadyNowMs,
  setTimeout: (run: () => void, ms: number): unknown => setTimeout(run, ms).unref(),
  clearTimeout: (timer: unknown): void => clearTimeout(timer as NodeJS.Timeout),
};
