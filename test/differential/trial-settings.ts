// What every call of the trials has in common.

export interface CallSettings {
  readonly leaseMs: number;
  readonly worker: string;
  /** What stands between the parts of a fetched job. */
  readonly separator: string;
}

/** No step of 100 s is near: leases are compared by it. */
export const SETTINGS: CallSettings = { leaseMs: 450_000, worker: 'process', separator: '\x1fpart' };
