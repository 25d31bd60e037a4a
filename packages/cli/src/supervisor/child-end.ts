// How a child process ended, and why one did not come up.

/** How a process ended: by itself, by a signal, or by not coming to life at all. */
export interface ChildExit {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly error: string | undefined;
  /** The last lines that it wrote on standard error; '' for none. */
  readonly lastLines: string;
}

/** Why a worker did not come up. */
export interface StartFailure {
  /** The code of an error that Acktor threw on purpose. */
  readonly code: string | undefined;
  readonly message: string;
}
