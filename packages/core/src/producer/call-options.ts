// The options of a call: those of a send that a caller has a use for, and how long it waits.
import { defineOptions } from '../options/options.js';
import type { OptionInput } from '../options/option-spec.js';
import { resultTable, sentTable } from './producer-options.js';

// When the answer is wanted is `timeoutMs`; which earlier job stands for the call, or is replaced, is `id` alone.
const { reuseId: _noReuse, dedup: _noDedup, delayMs: _noDelay, ...calledTable } = sentTable;

const callTable = {
  timeoutMs: {
    ...resultTable.timeoutMs,
    required: true,
    doc: 'How long to wait for the answer, from the call on.',
  },
  whenLate: {
    type: 'choice',
    of: ['cancel', 'goOn'],
    default: 'cancel',
    doc: 'What becomes of the job when the time has passed, or the signal aborts, before the answer: it is cancelled, so that one that waits is removed and the signal of one under way aborts; or it goes on.',
  },
  signal: { ...resultTable.signal, doc: 'Ends the call when it aborts, with its reason.' },
  ...calledTable,
} as const;

/** Checks the options of a call. */
export const callOptions = defineOptions(callTable);

// generated: CallOptions

/** What {@link Producer.call} takes besides the payload. */
export interface CallOptions {
  /**
   * How long to wait for the answer, from the call on. Bounded because Node fires a longer timer at once. In milliseconds, from 1 to
   * 2147483647.
   */
  readonly timeoutMs: OptionInput<typeof callTable, 'timeoutMs'>;
  /**
   * What becomes of the job when the time has passed, or the signal aborts, before the answer: it is cancelled, so that one that waits is
   * removed and the signal of one under way aborts; or it goes on. By default "cancel".
   */
  readonly whenLate?: OptionInput<typeof callTable, 'whenLate'> | undefined;
  /** Ends the call when it aborts, with its reason. */
  readonly signal?: OptionInput<typeof callTable, 'signal'> | undefined;
  /** The id of the job. A queue takes an id once while it remembers it, so a resend adds nothing. */
  readonly id?: OptionInput<typeof callTable, 'id'> | undefined;
  /** From 1 (first) to 2,097,152 (last); 0 comes before all of them. From 0 to 2097152; by default 0. */
  readonly priority?: OptionInput<typeof callTable, 'priority'> | undefined;
  /**
   * The job's group: of one key as many jobs are under way at a time as the contract's `groups` say, by default one, in the order in which
   * they were sent. Not together with `delayMs`.
   */
  readonly key?: OptionInput<typeof callTable, 'key'> | undefined;
  /**
   * How often the job is tried, in place of its contract's number. Bounded because it counts the first attempt, too: 1 tries once and never
   * again, which is what BullMQ means by 0 and by none, and a job that failed a thousand times fails again: dead-letter it and redrive it
   * once the cause is gone. From 1 to 1000.
   */
  readonly attempts?: OptionInput<typeof callTable, 'attempts'> | undefined;
  /** The wait between attempts, in place of its contract's. */
  readonly backoff?:
    | {
        /** Whether the wait stays or doubles, up to an hour. */
        readonly type: OptionInput<(typeof callTable)['backoff']['of'], 'type'>;
        /** The first wait. In milliseconds, from 0 to 2592000000. */
        readonly delayMs: OptionInput<(typeof callTable)['backoff']['of'], 'delayMs'>;
        /** The share of the wait that is drawn at random. From 0 to 1; by default 0. */
        readonly jitter?: OptionInput<(typeof callTable)['backoff']['of'], 'jitter'> | undefined;
      }
    | undefined;
  /**
   * Headers of the job, texts by their names, such as `{ tenant: 'acme', locale: 'de' }`: its handler has them in `delivery.meta`. At most
   * 32, of 1024 characters each, and 4096 bytes of JSON together; a name begins with a letter and has up to 64 letters, digits, `_`, `.`
   * and `-`. They are kept as they are: whoever may see the queue sees them.
   */
  readonly meta?: OptionInput<typeof callTable, 'meta'> | undefined;
  /**
   * How long after its send the job may be begun, by the server's clock; for ever when left out. Not together with `expiresAt`. In
   * milliseconds, from 1 to 31536000000.
   */
  readonly expiresInMs?: OptionInput<typeof callTable, 'expiresInMs'> | undefined;
  /** Until when the job may be begun, by the server's clock. */
  readonly expiresAt?: OptionInput<typeof callTable, 'expiresAt'> | undefined;
  /**
   * What becomes of the job when nothing has begun it by then: a dead letter whose reason begins with `expired`, or nothing is left of it.
   * By default "deadLetter".
   */
  readonly whenExpired?: OptionInput<typeof callTable, 'whenExpired'> | undefined;
}

// end: CallOptions
