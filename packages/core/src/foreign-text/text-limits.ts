// Bounds on what handlers leave with a job and send with its ack, so that a verbose handler costs the others nothing.
import { defineOptions } from '../options/options.js';
import type { OptionInput, OptionTable, OptionValues } from '../options/option-spec.js';

const becauseOfOthers = 'it is written and read in scripts that all others of the queue wait for';

/** The bounds, as options of a worker. */
export const textLimitTable = {
  maxReasonBytes: {
    type: 'bytes',
    default: 4_096,
    min: 256,
    max: 65_536,
    because: { max: becauseOfOthers },
    doc: 'The most bytes that are kept of why a delivery failed, causes included; the rest is cut.',
  },
  maxHistoryReasonBytes: {
    type: 'bytes',
    default: 1_024,
    min: 64,
    max: 16_384,
    because: { max: 'a job keeps its last fifty attempts' },
    doc: 'The most bytes that are kept of it in the history of the attempts; the rest is cut.',
  },
  maxStackBytes: {
    type: 'bytes',
    default: 16_384,
    min: 256,
    max: 262_144,
    because: { max: becauseOfOthers },
    doc: 'The most bytes that are kept of the stack of a failure; the rest is cut. Of the last ten, a job keeps as many as fit into 64 KiB.',
  },
  maxProgressBytes: {
    type: 'bytes',
    default: 16_384,
    min: 64,
    max: 1_048_576,
    because: { max: "each is kept in the queue's event stream, too" },
    doc: 'The most bytes of JSON that `delivery.progress()` takes; more is refused.',
  },
  maxLogLineBytes: {
    type: 'bytes',
    default: 4_096,
    min: 64,
    max: 262_144,
    because: { max: becauseOfOthers },
    doc: 'The most bytes that are kept of a line of `delivery.log()`; the rest is cut.',
  },
  maxLogLines: {
    type: 'count',
    default: 1_000,
    min: 1,
    max: 10_000,
    doc: 'How many lines the log of a job keeps: the newest.',
  },
  maxSendsWithAck: {
    type: 'count',
    default: 100,
    min: 1,
    max: 1_000,
    because: { max: 'they are added in one script, that all others of the server wait for' },
    doc: 'How many jobs a delivery may send with its ack.',
  },
  maxSendsWithAckBytes: {
    type: 'bytes',
    default: 1_048_576,
    min: 1,
    max: 67_108_864,
    because: { max: 'one call to the server carries them' },
    doc: 'The most bytes that the payloads of these jobs may have together.',
  },
  maxSteps: {
    type: 'count',
    default: 100,
    min: 1,
    max: 1_000,
    because: { max: 'a job carries them to each of its deliveries' },
    doc: 'How many steps of `delivery.step()` a job keeps; one more is refused before it runs.',
  },
  maxStepBytes: {
    type: 'bytes',
    default: 16_384,
    min: 64,
    max: 1_048_576,
    because: { max: becauseOfOthers },
    doc: 'The most bytes of JSON that the result of a step may have; more is refused.',
  },
} as const satisfies OptionTable;

// generated: TextLimitOptions

/** How much is kept of what handlers say. */
export interface TextLimitOptions {
  /**
   * The most bytes that are kept of why a delivery failed, causes included; the rest is cut. Bounded because it is written and read in
   * scripts that all others of the queue wait for. In bytes, from 256 to 65536; by default 4096.
   */
  readonly maxReasonBytes?: OptionInput<typeof textLimitTable, 'maxReasonBytes'> | undefined;
  /**
   * The most bytes that are kept of it in the history of the attempts; the rest is cut. Bounded because a job keeps its last fifty
   * attempts. In bytes, from 64 to 16384; by default 1024.
   */
  readonly maxHistoryReasonBytes?: OptionInput<typeof textLimitTable, 'maxHistoryReasonBytes'> | undefined;
  /**
   * The most bytes that are kept of the stack of a failure; the rest is cut. Of the last ten, a job keeps as many as fit into 64 KiB.
   * Bounded because it is written and read in scripts that all others of the queue wait for. In bytes, from 256 to 262144; by default
   * 16384.
   */
  readonly maxStackBytes?: OptionInput<typeof textLimitTable, 'maxStackBytes'> | undefined;
  /**
   * The most bytes of JSON that `delivery.progress()` takes; more is refused. Bounded because each is kept in the queue's event stream,
   * too. In bytes, from 64 to 1048576; by default 16384.
   */
  readonly maxProgressBytes?: OptionInput<typeof textLimitTable, 'maxProgressBytes'> | undefined;
  /**
   * The most bytes that are kept of a line of `delivery.log()`; the rest is cut. Bounded because it is written and read in scripts that all
   * others of the queue wait for. In bytes, from 64 to 262144; by default 4096.
   */
  readonly maxLogLineBytes?: OptionInput<typeof textLimitTable, 'maxLogLineBytes'> | undefined;
  /** How many lines the log of a job keeps: the newest. From 1 to 10000; by default 1000. */
  readonly maxLogLines?: OptionInput<typeof textLimitTable, 'maxLogLines'> | undefined;
  /**
   * How many jobs a delivery may send with its ack. Bounded because they are added in one script, that all others of the server wait for.
   * From 1 to 1000; by default 100.
   */
  readonly maxSendsWithAck?: OptionInput<typeof textLimitTable, 'maxSendsWithAck'> | undefined;
  /**
   * The most bytes that the payloads of these jobs may have together. Bounded because one call to the server carries them. In bytes, from 1
   * to 67108864; by default 1048576.
   */
  readonly maxSendsWithAckBytes?: OptionInput<typeof textLimitTable, 'maxSendsWithAckBytes'> | undefined;
  /**
   * How many steps of `delivery.step()` a job keeps; one more is refused before it runs. Bounded because a job carries them to each of its
   * deliveries. From 1 to 1000; by default 100.
   */
  readonly maxSteps?: OptionInput<typeof textLimitTable, 'maxSteps'> | undefined;
  /**
   * The most bytes of JSON that the result of a step may have; more is refused. Bounded because it is written and read in scripts that all
   * others of the queue wait for. In bytes, from 64 to 1048576; by default 16384.
   */
  readonly maxStepBytes?: OptionInput<typeof textLimitTable, 'maxStepBytes'> | undefined;
}

// end: TextLimitOptions

/** The bounds, checked. */
export type TextLimits = OptionValues<typeof textLimitTable>;

/** The bounds of a worker without such options. */
export const defaultTextLimits: TextLimits = defineOptions(textLimitTable).check();

/** The bounds of a failure's texts. */
export type FailureLimits = Pick<TextLimits, 'maxReasonBytes' | 'maxHistoryReasonBytes' | 'maxStackBytes'>;
