// What a test learns when it asks for what cannot be.
import { inspect } from 'node:util';
import { AcktorError } from '@acktor/core';

/** An engine in memory could not be drained: something stays ready or goes on running. */
export class NotDrainedError extends AcktorError {
  readonly code = 'ACKTOR_NOT_DRAINED';

  constructor(why: string) {
    super(
      `expected nothing to be ready or running, but ${why}: see that a worker handles it, and that its handler ends`,
    );
  }
}

/** The machine's clock cannot be moved on. */
export class RealClockError extends AcktorError {
  readonly code = 'ACKTOR_REAL_CLOCK';

  constructor() {
    super("expected an engine with a clock of its own, got one on the machine's: open it without { clock: 'machine' }");
  }
}

/** What was looked for, and what there is. */
export interface NotSentDetails {
  /** What the payload was to have; undefined for any. */
  readonly data: unknown;
  /** The payloads of the jobs of this contract that were sent. */
  readonly sent: readonly unknown[];
}

/** No job of this contract, or none with this payload, was sent. */
export class NotSentError extends AcktorError {
  readonly code = 'ACKTOR_NOT_SENT';

  constructor(
    readonly jobName: string,
    { data, sent }: NotSentDetails,
  ) {
    const wanted = data === undefined ? '' : ` with ${shown(data)}`;
    const got = sent.length === 0 ? 'none was' : `got ${sent.length}: ${sent.slice(-MOST_SHOWN).map(shown).join(', ')}`;
    super(`expected a job ${jobName}${wanted} to be sent, ${got}`);
  }
}

function shown(value: unknown): string {
  return inspect(value, { depth: 5, maxStringLength: 200, breakLength: Infinity });
}

const MOST_SHOWN = 5;

/** A job that was to be ended does not wait: it was not sent here, or has ended. */
export class NotWaitingError extends AcktorError {
  readonly code = 'ACKTOR_NOT_WAITING';

  constructor(
    readonly jobId: string,
    readonly place: string,
  ) {
    super(`expected job ${jobId} to wait, so that it can be ended, but ${place}`);
  }
}
