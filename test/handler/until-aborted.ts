// What most handlers that are told to let go do in tests.

/** Works until the signal aborts, and then throws its reason, or what was given instead. */
export function untilAborted({ signal }: { readonly signal: AbortSignal }, thrown?: Error): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(thrown ?? (signal.reason as Error)), { once: true });
  });
}
