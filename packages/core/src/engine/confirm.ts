// What a send may wait for besides the server's own word that it has the job.

/**
 * When a job counts as sent: the server has it in memory (`accepted`), has written it through to its disk (`fsync`), or so
 * many of its replicas have it, too.
 */
export type Confirm = 'accepted' | FurtherConfirm;

/** A confirmation that has to be waited for. */
export type FurtherConfirm = 'fsync' | { readonly replicas: number };

/** What is wanted of a group of jobs, and for how long to wait for it, in milliseconds. */
export interface ConfirmDemand {
  readonly confirm: FurtherConfirm;
  readonly timeoutMs: number;
}

/** A confirmation that did not come. The server has the job; what more is known stands here. */
export interface ConfirmShortfall extends ConfirmDemand {
  /** How many disks, or replicas, have the job for certain. */
  readonly confirmed: number;
  /** The server's own words when it refused to wait; undefined when time was over. */
  readonly reply: string | undefined;
}

/** How many disks or replicas a confirmation takes. */
export function wantedCount(confirm: FurtherConfirm): number {
  return confirm === 'fsync' ? 1 : confirm.replicas;
}
