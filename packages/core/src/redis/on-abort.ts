// The one way to listen on a signal: whoever gave it may keep it for as long as the process lives.

/**
 * Calls `run` once when the signal aborts; not when it has aborted already. Answers how to stop listening, which everybody must do who
 * ends for another reason: a listener that is left on a long-lived signal is kept with all that it refers to. `AbortSignal.any` leaves
 * an entry with each signal that it is given (Node 20), so it is no way round this.
 */
export function onAbort(signal: AbortSignal, run: () => void): () => void {
  signal.addEventListener('abort', run, { once: true });
  return () => signal.removeEventListener('abort', run);
}
