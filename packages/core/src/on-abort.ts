// The one way to listen on a signal: whoever gave it may keep it for as long as the process lives.

/**
 * Calls `run` once when the signal aborts; not when it has aborted already. Returns how to stop listening, which everybody must do who
 * ends for another reason: a listener that is left on a long-lived signal is kept with all that it refers to. `AbortSignal.any` leaves
 * an entry with each signal that it is given (Node 20), so it is no way round this.
 *
 * A signal gets one listener of ours, however many wait on it, and none when nobody does: Node warns of a leak at the eleventh, and one
 * signal for a thousand results is none. `run` must not throw, for those after it would not be called.
 */
export function onAbort(signal: AbortSignal, run: () => void): () => void {
  const waiting = waitingOn.get(signal) ?? beginListening(signal);
  // An entry of its own, so that a function that is given twice is called twice, and stopped one by one.
  const entry = { run };
  waiting.entries.add(entry);
  return () => {
    if (!waiting.entries.delete(entry) || waiting.entries.size > 0) return;
    signal.removeEventListener('abort', waiting.callAll);
    if (waitingOn.get(signal) === waiting) waitingOn.delete(signal);
  };
}

/** Who waits on one signal, and the one listener that calls them. */
interface Waiting {
  readonly entries: Set<{ readonly run: () => void }>;
  readonly callAll: () => void;
}

const waitingOn = new WeakMap<AbortSignal, Waiting>();

function beginListening(signal: AbortSignal): Waiting {
  const entries: Waiting['entries'] = new Set();
  const callAll = () => {
    // Who begins to listen from here on is too late, as with any listener.
    waitingOn.delete(signal);
    for (const { run } of entries) run();
    entries.clear();
  };
  const waiting: Waiting = { entries, callAll };
  signal.addEventListener('abort', callAll, { once: true });
  waitingOn.set(signal, waiting);
  return waiting;
}
