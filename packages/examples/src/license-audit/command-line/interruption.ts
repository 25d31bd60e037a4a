// Answers Ctrl-C: in order the first time, at once the second.

/** The person, or the system, wants the program to end. */
export class InterruptedError extends Error {
  constructor() {
    super('interrupted: the workers have finished what they held, and no report was made');
  }
}

/** Listens for SIGINT and SIGTERM until disposed of. */
export interface Interruption extends Disposable {
  /** Aborts at the first signal, with an InterruptedError. */
  readonly signal: AbortSignal;
}

export function listenForInterruption(): Interruption {
  const controller = new AbortController();
  const interrupt = () => {
    // The workers notice, finish what they hold and end the server.
    if (controller.signal.aborted) process.exit(130);
    controller.abort(new InterruptedError());
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  const stopListening = () => {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  };
  return { signal: controller.signal, [Symbol.dispose]: stopListening };
}
