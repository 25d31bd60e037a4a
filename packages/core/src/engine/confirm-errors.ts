// What can keep a sent job from being confirmed as was asked.
import { AcktorError, type AcktorErrorDetails } from '../errors.js';
import { wantedCount, type ConfirmShortfall, type FurtherConfirm } from './confirm.js';

/** The server cannot confirm in the way that was asked for. Nothing was sent. */
export class ConfirmUnsupportedError extends AcktorError {
  readonly code = 'ACKTOR_CONFIRM_UNSUPPORTED';

  constructor(
    readonly confirm: FurtherConfirm,
    why: string,
  ) {
    super(`expected a server that can confirm with ${JSON.stringify(confirm)}, but ${why}`);
  }
}

/**
 * The server has the job, and it will be delivered; but the disk or the replicas that were asked for did not confirm it in
 * time. Sending again under the same id adds nothing and waits for the confirmation once more.
 */
export class ConfirmShortfallError extends AcktorError {
  readonly code = 'ACKTOR_CONFIRM_SHORTFALL';
  readonly confirm: FurtherConfirm;
  /** How many disks or replicas have the job for certain, of how many. */
  readonly confirmed: number;
  readonly wanted: number;
  readonly timeoutMs: number;

  constructor(
    readonly jobId: string,
    shortfall: ConfirmShortfall,
    details?: AcktorErrorDetails,
  ) {
    const { confirm, confirmed, timeoutMs } = shortfall;
    super(
      `job ${jobId} is in the queue of the primary, but ${describe(shortfall)}; ${adviceFor(jobId, confirm)}`,
      details,
    );
    this.confirm = confirm;
    this.confirmed = confirmed;
    this.wanted = wantedCount(confirm);
    this.timeoutMs = timeoutMs;
  }
}

function describe({ confirm, confirmed, timeoutMs, reply }: ConfirmShortfall): string {
  if (reply !== undefined) return `the server would not wait for its confirmation: ${reply}`;
  if (confirm === 'fsync') return `its disk did not confirm it within ${timeoutMs} ms`;
  return `${confirmed} of ${confirm.replicas} replicas confirmed it within ${timeoutMs} ms`;
}

function adviceFor(jobId: string, confirm: FurtherConfirm): string {
  const danger = confirm === 'fsync' ? 'a power cut' : 'the loss of the primary';
  return `${danger} now may cost it: send it again with id ${jobId} to wait once more, which adds no second job`;
}
