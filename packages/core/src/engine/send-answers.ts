// What a send waits for, and what becomes of it.
import type { JobPlace } from '../operator/queue-admin.js';

/** The outcome of one send. */
export type SendAnswer = SendOutcome | SendRefusal | SendShortfall;

/** Whether the job was added. */
export type SendOutcome = 'accepted' | SendDuplicate;

/** The queue held a job of that id, or one that stands for it by its {@link OutgoingJob.dedup}: nothing was added. */
export interface SendDuplicate {
  /** Where that job is; `forgotten` where it is gone, and its key still stands. */
  readonly duplicateOf: JobPlace | 'forgotten';
  /** The id of a job that stands for this one; undefined where it has the same id. */
  readonly standIn?: string;
}

/** A job that the server refused, with its reason. */
export interface SendRefusal {
  readonly refused: string;
  /** Given where the queue has as many jobs as it may, by `OutgoingJob.maxLength`: how many wait. */
  readonly full?: { readonly waiting: number };
}

/** A job that the server has, without the confirmation that was asked for. */
export interface SendShortfall {
  readonly shortfall: ConfirmShortfall;
}

/**
 * When a job counts as sent: the server has it in memory (`accepted`), has written it through to its disk (`fsync`), or so
 * many of its replicas have it, too.
 */
export type Confirm = 'accepted' | FurtherConfirm;

/** A confirmation beyond the server's own answer. */
export type FurtherConfirm = 'fsync' | { readonly replicas: number };

/** The confirmation that a batch of jobs needs, and how long to wait for it, in milliseconds. */
export interface ConfirmDemand {
  readonly confirm: FurtherConfirm;
  readonly timeoutMs: number;
}

/** A confirmation that did not come. The server has the job. */
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
