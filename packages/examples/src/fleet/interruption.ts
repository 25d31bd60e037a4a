// Ctrl-C: in order the first time, at once the second; and a reader that goes away early.

/** A person, or the system, ends the program. */
export class InterruptedError extends Error {
  /** `so` says what is not there because of it. */
  constructor(so: string) {
    super(`interrupted: the workers have finished what they held, and ${so}`);
  }
}

/** SIGINT and SIGTERM, listened for until disposed of. */
export interface Interruption extends Disposable {
  /** Aborts at the first signal, with an InterruptedError. */
  readonly signal: AbortSignal;
}

export function listenForInterruption(so: string): Interruption {
  const controller = new AbortController();
  const interrupt = () => {
    // The workers notice, finish what they hold and end the server.
    if (controller.signal.aborted) process.exit(130);
    controller.abort(new InterruptedError(so));
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  const stopListening = () => {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  };
  return { signal: controller.signal, [Symbol.dispose]: stopListening };
}

/** From now on a reader of standard output that goes away early, as `head` does, does not end the process: the report is in files. */
export function outliveReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}
