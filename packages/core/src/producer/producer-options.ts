// The options of a producer, and those of a single send.
import { defineOptions } from '../options/options.js';
import type { OptionInput } from '../options/option-spec.js';
import { brokerOptionTable, type SharedOptions } from '../engine/broker-options.js';
import type { Confirm } from '../engine/broker.js';
import { NAME_RULES } from '../contract/names.js';
import { attemptsOption } from '../contract/job.js';
import { keyOption } from '../contract/groups.js';
import { backoffOption } from '../contract/backoff.js';
import { metaOption } from '../contract/meta.js';
import { dedupOption } from './dedup.js';
import { expiryTable } from './expiry.js';

export const confirmOption = {
  type: 'value',
  expected: '"accepted", "fsync" or { replicas: n } with n from 1 to 100',
  accepts: isConfirm,
} as const;

/** The options of a producer, as data. */
export const producerTable = {
  ...brokerOptionTable,
  sendTimeoutMs: {
    type: 'ms',
    default: 10_000,
    min: 1,
    max: 600_000,
    doc: 'How long a send waits for the server before it is called unconfirmed.',
  },
  confirm: {
    ...confirmOption,
    default: 'accepted',
    doc: 'What a send waits for: that the server has the job, that it is on its disk, or that n replicas have it.',
  },
  confirmTimeoutMs: {
    type: 'ms',
    default: 5_000,
    min: 1,
    max: 10_000,
    doc: 'How long the disk or the replicas may take to confirm a job that the server has.',
    because: { max: 'a connection that is silent for 15 seconds counts as dead' },
  },
  maxPayloadBytes: {
    type: 'bytes',
    default: 262_144,
    min: 1,
    max: 536_870_912,
    doc: 'The most bytes of JSON that a payload may have. Set it alike at workers.',
  },
  maxPayloadDepth: {
    type: 'count',
    default: 64,
    min: 1,
    max: 1_000,
    doc: 'The most arrays and objects within each other in a payload. Set it alike at workers.',
  },
} as const;

/** Checks the options of a producer. */
export const producerOptions = defineOptions(producerTable);

// generated: ProducerOptions

/** What {@link Producer.connect} takes. */
export interface ProducerOptions extends SharedOptions {
  /** How long a send waits for the server before it is called unconfirmed. In milliseconds, from 1 to 600000; by default 10000. */
  readonly sendTimeoutMs?: OptionInput<typeof producerTable, 'sendTimeoutMs'> | undefined;
  /** What a send waits for: that the server has the job, that it is on its disk, or that n replicas have it. By default "accepted". */
  readonly confirm?: OptionInput<typeof producerTable, 'confirm'> | undefined;
  /**
   * How long the disk or the replicas may take to confirm a job that the server has. Bounded because a connection that is silent for 15
   * seconds counts as dead. In milliseconds, from 1 to 10000; by default 5000.
   */
  readonly confirmTimeoutMs?: OptionInput<typeof producerTable, 'confirmTimeoutMs'> | undefined;
  /** The most bytes of JSON that a payload may have. Set it alike at workers. In bytes, from 1 to 536870912; by default 262144. */
  readonly maxPayloadBytes?: OptionInput<typeof producerTable, 'maxPayloadBytes'> | undefined;
  /** The most arrays and objects within each other in a payload. Set it alike at workers. From 1 to 1000; by default 64. */
  readonly maxPayloadDepth?: OptionInput<typeof producerTable, 'maxPayloadDepth'> | undefined;
}

// end: ProducerOptions

/** What of a send is kept with the job. */
export const sentTable = {
  id: {
    type: 'string',
    // Checked by `checkName`, which says more.
    expected: `${NAME_RULES.id}; no whole number, which BullMQ gives to its own jobs, and no name of BullMQ's own keys, such as "active"`,
    doc: 'The id of the job. A queue takes an id once while it remembers it, so a resend adds nothing.',
  },
  reuseId: {
    type: 'choice',
    of: ['whenForgotten', 'whenDone'],
    default: 'whenForgotten',
    doc: 'When the id of an earlier job is free again: when the queue has forgotten that job, or as soon as it is acked or dead-lettered: the earlier job, its result or its dead letter are removed then.',
  },
  delayMs: { type: 'ms', default: 0, max: 31_536_000_000, doc: 'How long the job waits before it may be delivered.' },
  priority: {
    type: 'count',
    default: 0,
    max: 2_097_152,
    doc: 'From 1 (first) to 2,097,152 (last); 0 comes before all of them.',
  },
  key: keyOption,
  attempts: { ...attemptsOption, doc: "How often the job is tried, in place of its contract's number." },
  backoff: { ...backoffOption, doc: "The wait between attempts, in place of its contract's." },
  meta: metaOption,
  dedup: dedupOption,
  ...expiryTable,
} as const;

const sendTable = {
  ...sentTable,
  confirm: { ...confirmOption, doc: "What this send waits for, in place of the producer's." },
} as const;

/** Checks the options of one send. */
export const sendOptions = defineOptions(sendTable);

/** Checks the options of a send that goes with an ack: there is no answer of its own to wait for. */
export const sendWithAckOptions = defineOptions(sentTable);

// A parent waits for the child that it adds: no other job stands for that.
const { reuseId: _reuseId, dedup: _dedup, ...sentOnceTable } = sentTable;

/** Checks the options of a child. */
export const childOptions = defineOptions({
  ...sentOnceTable,
  ifDead: {
    type: 'choice',
    of: ['deadLetter', 'goOn'],
    default: 'deadLetter',
    doc: 'What becomes of the parent when the child becomes a dead letter: one as well, or it goes on once the others have ended.',
  },
} as const);

// generated: SendOptions

/** What {@link Producer.send} takes besides the payload. */
export interface SendOptions {
  /** The id of the job. A queue takes an id once while it remembers it, so a resend adds nothing. */
  readonly id?: OptionInput<typeof sendTable, 'id'> | undefined;
  /**
   * When the id of an earlier job is free again: when the queue has forgotten that job, or as soon as it is acked or dead-lettered: the
   * earlier job, its result or its dead letter are removed then. By default "whenForgotten".
   */
  readonly reuseId?: OptionInput<typeof sendTable, 'reuseId'> | undefined;
  /** How long the job waits before it may be delivered. In milliseconds, from 0 to 31536000000; by default 0. */
  readonly delayMs?: OptionInput<typeof sendTable, 'delayMs'> | undefined;
  /** From 1 (first) to 2,097,152 (last); 0 comes before all of them. From 0 to 2097152; by default 0. */
  readonly priority?: OptionInput<typeof sendTable, 'priority'> | undefined;
  /**
   * The job's group: of one key as many jobs are under way at a time as the contract's `groups` say, by default one, in the order in which
   * they were sent. Not together with `delayMs`.
   */
  readonly key?: OptionInput<typeof sendTable, 'key'> | undefined;
  /**
   * How often the job is tried, in place of its contract's number. Bounded because it counts the first attempt, too: 1 tries once and never
   * again, which is what BullMQ means by 0 and by none, and a job that failed a thousand times fails again: dead-letter it and redrive it
   * once the cause is gone. From 1 to 1000.
   */
  readonly attempts?: OptionInput<typeof sendTable, 'attempts'> | undefined;
  /** The wait between attempts, in place of its contract's. */
  readonly backoff?:
    | {
        /** Whether the wait stays or doubles, up to an hour. */
        readonly type: OptionInput<(typeof sendTable)['backoff']['of'], 'type'>;
        /** The first wait. In milliseconds, from 0 to 2592000000. */
        readonly delayMs: OptionInput<(typeof sendTable)['backoff']['of'], 'delayMs'>;
        /** The share of the wait that is drawn at random. From 0 to 1; by default 0. */
        readonly jitter?: OptionInput<(typeof sendTable)['backoff']['of'], 'jitter'> | undefined;
      }
    | undefined;
  /**
   * Headers of the job, texts by their names, such as `{ tenant: 'acme', locale: 'de' }`: its handler has them in `delivery.meta`. At most
   * 32, of 1024 characters each, and 4096 bytes of JSON together; a name begins with a letter and has up to 64 letters, digits, `_`, `.`
   * and `-`. They are kept as they are: whoever may see the queue sees them.
   */
  readonly meta?: OptionInput<typeof sendTable, 'meta'> | undefined;
  /** Has sends of the same key stand for each other. BullMQ's `deduplication`: its clients see the keys, and are bound by them. */
  readonly dedup?:
    | {
        /** What sends are alike by, within their queue and whatever their jobs are called: `user-7`, `report:2026-03`. */
        readonly key: OptionInput<(typeof sendTable)['dedup']['of'], 'key'>;
        /**
         * Which of them are handled. `once`: the first, and none until it is acked or dead-lettered. `throttle`: the first, and none for
         * `ttlMs` from its send, whatever becomes of it. `debounce`: the last, `ttlMs` after it was sent: each takes the place of the one
         * before while that is delayed. `keepLast`: the first with the payload of the last until it is begun, and after it the last of those
         * that were sent meanwhile. By default "once".
         */
        readonly mode?: OptionInput<(typeof sendTable)['dedup']['of'], 'mode'> | undefined;
        /** For how long: of `throttle` and `debounce` alone, which need it. In milliseconds, from 1 to 31536000000. */
        readonly ttlMs?: OptionInput<(typeof sendTable)['dedup']['of'], 'ttlMs'> | undefined;
      }
    | undefined;
  /**
   * How long after its send the job may be begun, by the server's clock; for ever when left out. Not together with `expiresAt`. In
   * milliseconds, from 1 to 31536000000.
   */
  readonly expiresInMs?: OptionInput<typeof sendTable, 'expiresInMs'> | undefined;
  /** Until when the job may be begun, by the server's clock. */
  readonly expiresAt?: OptionInput<typeof sendTable, 'expiresAt'> | undefined;
  /**
   * What becomes of the job when nothing has begun it by then: a dead letter whose reason begins with `expired`, or nothing is left of it.
   * By default "deadLetter".
   */
  readonly whenExpired?: OptionInput<typeof sendTable, 'whenExpired'> | undefined;
  /** What this send waits for, in place of the producer's. */
  readonly confirm?: OptionInput<typeof sendTable, 'confirm'> | undefined;
}

// end: SendOptions

/** What `delivery.sendWithAck` takes besides the payload. */
export type SendWithAckOptions = Omit<SendOptions, 'confirm'>;

/** What `delivery.addChild` takes besides the payload. */
export type ChildOptions = Omit<SendOptions, 'confirm' | 'reuseId' | 'dedup'> & {
  /** What becomes of the parent when the child becomes a dead letter: one as well, or it goes on once the others have ended. By default "deadLetter". */
  readonly ifDead?: 'deadLetter' | 'goOn' | undefined;
};

const cancelTable = {
  why: {
    type: 'string',
    default: 'its producer has no use for it any more',
    expected: 'at most 1,000 characters',
    accepts: (text: string) => text.length <= 1_000,
    doc: 'Why the job is cancelled, as its handler and its dead letter say it.',
  },
} as const;

/** Checks the options of a cancel. */
export const cancelOptions = defineOptions(cancelTable);

// generated: CancelOptions

/** What {@link Producer.cancel} takes besides the job and its id. */
export interface CancelOptions {
  /** Why the job is cancelled, as its handler and its dead letter say it. By default "its producer has no use for it any more". */
  readonly why?: OptionInput<typeof cancelTable, 'why'> | undefined;
}

// end: CancelOptions

export const resultTable = {
  timeoutMs: {
    type: 'ms',
    min: 1,
    max: 2_147_483_647,
    because: { max: 'Node fires a longer timer at once' },
    doc: 'How long to wait for the result; for ever when left out.',
  },
  signal: {
    type: 'value',
    expected: 'an AbortSignal',
    accepts: (value: unknown): value is AbortSignal => value instanceof AbortSignal,
    doc: 'Ends the waiting when it aborts, with its reason.',
  },
} as const;

/** Checks the options of waiting for a result. */
export const resultOptions = defineOptions(resultTable);

// generated: ResultOptions

/** What {@link Receipt.result} takes. */
export interface ResultOptions {
  /**
   * How long to wait for the result; for ever when left out. Bounded because Node fires a longer timer at once. In milliseconds, from 1 to
   * 2147483647.
   */
  readonly timeoutMs?: OptionInput<typeof resultTable, 'timeoutMs'> | undefined;
  /** Ends the waiting when it aborts, with its reason. */
  readonly signal?: OptionInput<typeof resultTable, 'signal'> | undefined;
}

// end: ResultOptions

function isConfirm(value: unknown): value is Confirm {
  if (value === 'accepted' || value === 'fsync') return true;
  if (typeof value !== 'object' || value === null || Object.keys(value).length !== 1) return false;
  const { replicas } = value as { readonly replicas?: unknown };
  return typeof replicas === 'number' && Number.isInteger(replicas) && replicas >= 1 && replicas <= 100;
}
