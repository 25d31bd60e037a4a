// The options of a publish: those of a send, but for what a copy in each of several queues cannot have.
import { confirmOption, sentTable } from '../producer/producer-options.js';
import { defineOptions } from '../options/options.js';
import type { OptionInput } from '../options/option-spec.js';

// Which earlier job one of them replaces, or which stands for it, would differ from queue to queue.
const { reuseId: _reuseId, dedup: _dedup, id, meta, ...copiedTable } = sentTable;

const publishTable = {
  id: {
    ...id,
    doc: 'The id of the jobs: in each queue the same, so that a publish that is repeated under it adds none twice. Where two jobs of one queue get it, each has an id of its own, made of this one and its name.',
  },
  meta: { ...meta, doc: `${meta.doc} An exchange of the type \`headers\` routes by them.` },
  ...copiedTable,
  mandatory: {
    type: 'boolean',
    default: false,
    doc: 'Whether a message that no binding matches, nor one of an alternate exchange, is refused with an `UnroutableError`. It goes nowhere otherwise.',
  },
  confirm: { ...confirmOption, doc: "What this publish waits for, in place of the producer's `confirm`." },
} as const;

/** Checks the options of one publish. */
export const publishOptions = defineOptions(publishTable);

// generated: PublishOptions

/** What {@link Producer.publish} takes besides the payload. */
export interface PublishOptions {
  /**
   * The id of the jobs: in each queue the same, so that a publish that is repeated under it adds none twice. Where two jobs of one queue
   * get it, each has an id of its own, made of this one and its name.
   */
  readonly id?: OptionInput<typeof publishTable, 'id'> | undefined;
  /**
   * Headers of the job, texts by their names, such as `{ tenant: 'acme', locale: 'de' }`: its handler has them in `delivery.meta`. At most
   * 32, of 1024 characters each, and 4096 bytes of JSON together; a name begins with a letter and has up to 64 letters, digits, `_`, `.`
   * and `-`. They are kept as they are: whoever may see the queue sees them. An exchange of the type `headers` routes by them.
   */
  readonly meta?: OptionInput<typeof publishTable, 'meta'> | undefined;
  /** How long the job waits before it may be delivered. In milliseconds, from 0 to 31536000000; by default 0. */
  readonly delayMs?: OptionInput<typeof publishTable, 'delayMs'> | undefined;
  /** From 1 (first) to 2,097,152 (last); 0 comes before all of them. From 0 to 2097152; by default 0. */
  readonly priority?: OptionInput<typeof publishTable, 'priority'> | undefined;
  /**
   * The job's group: of one key as many jobs are under way at a time as the contract's `groups` say, by default one, in the order in which
   * they were sent. Not together with `delayMs`.
   */
  readonly key?: OptionInput<typeof publishTable, 'key'> | undefined;
  /**
   * How often the job is tried, in place of its contract's number. Bounded because it counts the first attempt, too: 1 tries once and never
   * again, which is what BullMQ means by 0 and by none, and a job that failed a thousand times fails again: dead-letter it and redrive it
   * once the cause is gone. From 1 to 1000.
   */
  readonly attempts?: OptionInput<typeof publishTable, 'attempts'> | undefined;
  /** The wait between attempts, in place of its contract's. */
  readonly backoff?:
    | {
        /** Whether the wait stays or doubles, up to an hour. */
        readonly type: OptionInput<(typeof publishTable)['backoff']['of'], 'type'>;
        /** The first wait. In milliseconds, from 0 to 2592000000. */
        readonly delayMs: OptionInput<(typeof publishTable)['backoff']['of'], 'delayMs'>;
        /** The share of the wait that is drawn at random. From 0 to 1; by default 0. */
        readonly jitter?: OptionInput<(typeof publishTable)['backoff']['of'], 'jitter'> | undefined;
      }
    | undefined;
  /**
   * How long after its send the job may be begun, by the server's clock; for ever when left out. Not together with `expiresAt`. In
   * milliseconds, from 1 to 31536000000.
   */
  readonly expiresInMs?: OptionInput<typeof publishTable, 'expiresInMs'> | undefined;
  /** Until when the job may be begun, by the server's clock. */
  readonly expiresAt?: OptionInput<typeof publishTable, 'expiresAt'> | undefined;
  /**
   * What becomes of the job when nothing has begun it by then: a dead letter whose reason begins with `expired`, or nothing is left of it.
   * By default "deadLetter".
   */
  readonly whenExpired?: OptionInput<typeof publishTable, 'whenExpired'> | undefined;
  /**
   * Whether a message that no binding matches, nor one of an alternate exchange, is refused with an `UnroutableError`. It goes nowhere
   * otherwise. By default false.
   */
  readonly mandatory?: OptionInput<typeof publishTable, 'mandatory'> | undefined;
  /** What this publish waits for, in place of the producer's `confirm`. */
  readonly confirm?: OptionInput<typeof publishTable, 'confirm'> | undefined;
}

// end: PublishOptions
