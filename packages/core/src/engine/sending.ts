// What a producer hands to the broker, and what it is answered.
import type { Backoff } from '../contract/retry-options.js';
import type { ConfirmShortfall } from './confirm.js';

/** One job to be sent. Ids are given before sending, so that a resend cannot create a second job. */
export interface OutgoingJob {
  readonly id: string;
  readonly name: string;
  readonly payload: string;
  /** The version of the payload, where that is not 1. */
  readonly version?: number;
  /** The trace that the send belongs to, as text. */
  readonly trace?: string | undefined;
  readonly delayMs: number;
  /** 0 is the ordinary queue; from 1 (first) to 2,097,152 (last) by priority. */
  readonly priority: number;
  readonly attempts: number | undefined;
  readonly backoff: Backoff | undefined;
}

/** The answer to one sent job. */
export type SendAnswer = SendOutcome | SendRefusal | SendShortfall;

/** What became of one sent job; `duplicate` when the queue already held a job of that id. */
export type SendOutcome = 'accepted' | 'duplicate';

/** A job that the server refused, and its words. */
export interface SendRefusal {
  readonly refused: string;
}

/** A job that the server has, without the confirmation that was asked for. */
export interface SendShortfall {
  readonly shortfall: ConfirmShortfall;
}
