// What a worker's chart knows and hears.

/** What a worker is born with. */
export interface WorkerInput {
  /** How long handlers may finish after a stop, in milliseconds. */
  readonly drainMs: number;
  /** How long to wait, after that, for the server to take back what they held. */
  readonly requeueMs: number;
}

export interface WorkerContext extends WorkerInput {
  /** Whether every handler finished in time. */
  readonly isClean: boolean;
}

export type WorkerEvent =
  { readonly type: 'stop.requested' } | { readonly type: 'crews.stopped' } | { readonly type: 'closed' };
