// When a job that still waits is of no use any more, and what becomes of it then.
import { OptionsError, type OptionFault } from '../errors.js';
import type { Expiry } from '../engine/send-terms.js';
import type { OptionTable } from '../options/option-spec.js';

const LONGEST_MS = 31_536_000_000;

/** The options of a send. */
export const expiryTable = {
  expiresInMs: {
    type: 'ms',
    min: 1,
    max: LONGEST_MS,
    doc: "How long after its send the job may be begun, by the server's clock; for ever when left out. Not together with `expiresAt` ([sending.md](sending.md#expiry)).",
  },
  expiresAt: {
    type: 'value',
    expected: 'a Date that is a time',
    accepts: (value: unknown): value is Date => value instanceof Date && !Number.isNaN(value.getTime()),
    doc: "Until when the job may be begun, by the server's clock.",
  },
  whenExpired: {
    type: 'choice',
    of: ['deadLetter', 'remove'],
    default: 'deadLetter',
    doc: 'What becomes of the job when nothing has begun it by then: a dead letter whose reason begins with `expired`, or nothing is left of it.',
  },
} as const satisfies OptionTable;

interface ExpiringSend {
  readonly expiresInMs?: number | undefined;
  readonly expiresAt?: Date | undefined;
  readonly whenExpired: Expiry['whenExpired'];
}

/** The expiry of a send that waits for so long in any case; undefined for none. @throws OptionsError naming what does not go together. */
export function expiryOf({ expiresInMs, expiresAt, whenExpired }: ExpiringSend, waitMs: number): Expiry | undefined {
  if (expiresInMs === undefined && expiresAt === undefined) {
    if (whenExpired === 'remove') throw new OptionsError([NEVER_EXPIRES]);
    return undefined;
  }
  const faults: OptionFault[] = [];
  if (expiresInMs !== undefined && expiresAt !== undefined)
    faults.push({ option: 'expiresAt', message: 'expected either expiresInMs or expiresAt, got both' });
  if (expiresInMs !== undefined && expiresInMs <= waitMs) {
    const message = `expected expiresInMs above the ${waitMs} ms that the job is delayed, got ${expiresInMs} (it would expire before it is due)`;
    faults.push({ option: 'expiresInMs', message });
  }
  if (faults.length > 0) throw new OptionsError(faults);
  return { afterMs: expiresInMs, atMs: expiresAt?.getTime(), whenExpired };
}

const NEVER_EXPIRES: OptionFault = {
  option: 'whenExpired',
  message: "expected expiresInMs or expiresAt beside whenExpired: 'remove', got neither (the job would never expire)",
};
