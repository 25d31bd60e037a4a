// How much is kept with a job of what its handlers say: each of them may be as loud as it likes, and costs the others nothing.
import { defineOptions } from '../options/options.js';
import type { OptionTable, OptionValues } from '../options/option-spec.js';

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
} as const satisfies OptionTable;

/** The bounds that hold. */
export type TextLimits = OptionValues<typeof textLimitTable>;

/** Those of a worker that says none. */
export const defaultTextLimits: TextLimits = defineOptions(textLimitTable).check();

/** Those of them that a failure is cut to. */
export type FailureLimits = Pick<TextLimits, 'maxReasonBytes' | 'maxHistoryReasonBytes' | 'maxStackBytes'>;
